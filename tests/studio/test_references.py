"""A track that a session is held against: how it gets there, what is heard of it, what stays where it is refused."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile
from fastapi import FastAPI
from scripted_pool import ScriptedPool, turn_of

from instructfx.audio.segments import SEGMENT_FRAMES
from instructfx.audio.track import inspect
from instructfx.chain import Chain
from instructfx.errors import AudioError, Cancelled, InstructFXError, LimitError
from instructfx.sessions.records import ReferenceTrack
from instructfx.store import Store
from instructfx.store.watching import StoreWatch
from instructfx.studio.page.events import noted
from instructfx.studio.page.part_data import player_data
from instructfx.studio.page.part_types import REFERENCE, PlayerData
from instructfx.studio.page.updates import _missing
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.visits import Visit, Visits, new_token
from instructfx.studio.web import routes
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import AgentNames, RenderReference, Sound, WorkAnswer, WorkRequest
from instructfx.studio.workers.places import RequestCallbacks
from instructfx.studio.workers.playable import playable
from instructfx.studio.workers.service import Service
from instructfx.studio.workers.waveform import gone_round

RATE = 44_100
NOBODY = RequestCallbacks()


def noise(path: Path, seconds: float, rate: int = RATE, level: float = 0.1, channels: int = 2) -> Path:
    rng = np.random.default_rng(len(path.name))
    soundfile.write(path, (level * rng.standard_normal((round(seconds * rate), channels))).clip(-1, 1), rate)
    return path


class Desk:
    """A studio on a store of its own whose one worker is in this process, and a visit of a session of three seconds."""

    def __init__(self, folder: Path, limits: Limits | None = None) -> None:
        (folder / "in").mkdir()
        self.folder, self.store, self.visits = folder / "in", Store(folder / "s"), Visits()
        self.over = threading.Event()
        self._service = Service(lambda report: None, threading.Event(), self.over, 600)
        self._service._kept = self.store
        pool = ScriptedPool(self.answer)
        self.studio = Studio(self.visits, pool, self.store, limits or Limits())  # type: ignore[arg-type]
        session, track = self.store.create("one", inspect(noise(self.folder / "song.wav", 3.0)))
        self.visit = self.come(session.id)
        self.track = track

    def come(self, session_id: str) -> Visit:
        folder = self.visits.folder()
        session, track = self.store.load(session_id)
        agents = AgentNames("builtin", "perceptual")
        return self.visits.welcome(Visit(new_token(), session, track, agents, folder, set(), playable(track, folder)))

    def answer(self, request: WorkRequest, callbacks: RequestCallbacks) -> WorkAnswer:
        return self._service.do(request)

    def hold(self, path: Path) -> PlayerData:
        self.studio.hold_against(self.visit, path, path.name, NOBODY)
        return player_data(self.visit)

    @property
    def kept(self) -> list[str]:
        """What lies in the store and in the visit's folder."""
        return sorted(path.name for place in (self.store.files.folder, self.visit.folder) for path in place.iterdir())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.visits.close_all()
    made.store.close()


def version(data: PlayerData) -> dict[str, Any]:
    return dict(next(each for each in data["versions"] if each["id"] == REFERENCE))


def test_it_is_a_version_in_the_format_and_for_the_length_of_the_track(desk: Desk) -> None:
    data = desk.hold(noise(desk.folder / "record.flac", 2.0, 48_000, 0.3, channels=1))
    found = version(data)
    assert (data["pinned"], found["label"], found["words"]) == (REFERENCE, "Reference", "record.flac")
    assert (found["start"], found["seconds"], found["whole"], len(found["peaks"])) == (0, 3.0, True, 400)
    dry = data["versions"][0]
    louder = found["levels"]["loudness_lufs"] - dry["levels"]["loudness_lufs"]  # type: ignore[index]
    assert found["gain_db"] - dry["gain_db"] == pytest.approx(-louder, abs=0.02)
    held = desk.visit.session.reference
    assert held
    assert (held.name, held.sample_rate, held.channels, held.frames) == ("record.flac", 48_000, 1, 96_000)
    assert held == desk.store.load("one")[0].reference


def test_what_the_player_is_given_goes_round(desk: Desk) -> None:
    url = version(desk.hold(noise(desk.folder / "loop.wav", 0.5)))["url"]
    app = FastAPI()
    routes.add(app, desk.studio)

    async def asked(number: int) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://studio") as client:
            return await client.get(url.format(segment=number))

    (desk.folder / "heard.flac").write_bytes(asyncio.run(asked(0)).content)
    heard = soundfile.read(desk.folder / "heard.flac")[0]
    loop = soundfile.read(desk.folder / "loop.wav")[0]
    np.testing.assert_allclose(heard, np.resize(loop, (SEGMENT_FRAMES, 2)), atol=2**-15)
    assert [asyncio.run(asked(number)).status_code for number in (1, 2)] == [200, 404]


def test_a_much_longer_one_begins_with_its_most_telling_seconds() -> None:
    record = ReferenceTrack("0" * 64, "record", 100, 2, 24_000, -14.0, 9_000)  # four minutes, the best after 90 s
    assert [record.heard_from(seconds) for seconds in (400, 240, 120)] == [0, 0, 0]
    assert [record.heard_from(seconds) for seconds in (13, 119)] == [9_000, 9_000]
    late = replace(record, excerpt_start=23_000)
    assert late.heard_from(100) == 24_000 - 10_000


def test_that_it_begins_later_is_said(desk: Desk) -> None:
    path = noise(desk.folder / "long.wav", 30.0, level=0.01)
    samples, rate = soundfile.read(path)
    samples[15 * rate : 28 * rate] *= 20
    soundfile.write(path, samples, rate)
    assert version(desk.hold(path))["words"] == "long.wav, from 0:15"


def test_the_outline_goes_round_too() -> None:
    sound = Sound(Path(), (0.1, 1.0, 0.2, 0.3), 4.0)
    assert gone_round(sound, 6.0) == (1.0, 1.0, 0.3, 1.0)
    assert gone_round(sound, 400.0) == (1.0, 1.0, 1.0, 1.0)


def test_another_takes_its_place_and_nothing_of_the_first_stays(desk: Desk) -> None:
    first = version(desk.hold(noise(desk.folder / "first.wav", 1.0)))
    second = version(desk.hold(noise(desk.folder / "second.flac", 1.0, channels=1)))
    assert (second["words"], second["url"] == first["url"]) == ("second.flac", False)
    assert len(desk.kept) == 3  # the song, and the second as it came and as it is heard


def test_the_last_chosen_is_the_reference(desk: Desk) -> None:
    desk.visit.session = desk.visit.session.with_turn(turn_of(1, Chain().added("gain", {"gain_db": 1})))
    sound = desk.visit.folder / "t1.wav"
    desk.visit.keep_sound("t1", replace(desk.visit.dry, path=sound))

    def pin(turn: str | None) -> PlayerData:
        asyncio.run(noted({"do": "pin", "turn": turn}, desk.visit, desk.store))
        return player_data(desk.visit)

    record = noise(desk.folder / "record.wav", 1.0)
    assert pin("t1")["pinned"] == "t1"
    desk.visit.session = replace(desk.visit.session, turns=(), head=None)  # as it is in the store
    assert desk.hold(record)["pinned"] == REFERENCE
    assert desk.visit.pinned is None
    revision = desk.visit.revision
    assert pin(None)["pinned"] is None
    assert desk.visit.revision != revision  # which the other pages see
    assert desk.store.load("one")[0].reference is None
    assert len(desk.kept) == 1


def test_it_is_heard_again_when_the_session_is_opened_again(desk: Desk) -> None:
    desk.hold(noise(desk.folder / "record.wav", 1.0))
    desk.visits.close(desk.visit.token)
    again = desk.come("one")
    (wanted,) = _missing(again)
    assert isinstance(wanted, RenderReference)
    assert player_data(again)["pinned"] is None
    answer = desk.answer(wanted, NOBODY)
    again.keep_reference(wanted.sha256, answer.sound)  # type: ignore[union-attr]
    assert player_data(again)["pinned"] == REFERENCE
    assert list(_missing(again)) == []


def test_what_another_process_chooses_is_seen(desk: Desk) -> None:
    desk.visit.pinned = "t1"
    watch = StoreWatch(desk.store)
    desk.studio.watching._bring_up(desk.visit, watch)
    assert desk.visit.pinned == "t1"
    other = Store(desk.store.folder)
    other.hold_against("one", inspect(noise(desk.folder / "record.wav", 1.0)))
    other.close()
    desk.studio.watching._bring_up(desk.visit, watch)
    assert desk.visit.session.reference
    assert desk.visit.pinned is None
    watch.close()


def refused(desk: Desk, path: Path, error: type[InstructFXError], said: str) -> None:
    before = desk.visit.session.reference, desk.kept
    with pytest.raises(error, match=said):
        desk.studio.hold_against(desk.visit, path, path.name, NOBODY)
    assert (desk.visit.session.reference, desk.kept) == before
    assert desk.store.load("one")[0].reference == before[0]


def test_what_cannot_be_heard_is_refused_and_nothing_of_it_stays(desk: Desk, tmp_path: Path) -> None:
    desk.hold(noise(desk.folder / "record.wav", 1.0))
    (desk.folder / "text.wav").write_text("no sound " * 100)
    (desk.folder / "song.ifx.zip").write_bytes(b"PK")
    late = noise(desk.folder / "late.wav", 5.0)
    samples, rate = soundfile.read(late)
    samples[: 4 * rate] = 0  # in all that would be heard
    soundfile.write(late, samples, rate)
    long_name = noise(desk.folder / f"{'long ' * 40}.wav", 0.1, level=0.0)
    refused(desk, desk.folder / "text.wav", AudioError, "text.wav is not audio that can be read")
    refused(desk, desk.folder / "song.ifx.zip", AudioError, "is not a kind of file that can be used")
    refused(desk, long_name, AudioError, r"^long .{,80} is silent")
    refused(desk, late, AudioError, "late.wav is silent")
    refused(desk, noise(desk.folder / "none.wav", 0.0), AudioError, "none.wav is")
    desk.over.set()
    refused(desk, noise(desk.folder / "other.wav", 1.0), Cancelled, "nobody waits")


def test_the_limits_of_uploads_hold_for_it(tmp_path: Path) -> None:
    made = Desk(tmp_path, Limits(track_seconds=10, disk_gb=0.002))
    refused(made, noise(made.folder / "long.flac", 11.0, 8000), AudioError, "long.flac is 11 seconds long; up to 10")
    large = noise(made.folder / "large.wav", 9.0)
    refused(made, large, LimitError, r"fill the 0.002 GB that this studio may use")
    made.visits.close_all()
    made.store.close()


def test_of_a_visit_that_was_closed_meanwhile_nothing_stays(desk: Desk) -> None:
    folder, answer = desk.visit.folder, desk.answer

    def late(request: WorkRequest, callbacks: RequestCallbacks) -> WorkAnswer:
        told = answer(request, callbacks)
        desk.visits.close(desk.visit.token)
        folder.mkdir()
        return told

    desk.studio.pool.run = late  # type: ignore[method-assign, assignment]
    desk.studio.hold_against(desk.visit, noise(desk.folder / "record.wav", 1.0), "record.wav", NOBODY)
    assert not folder.exists()
    assert desk.store.load("one")[0].reference  # the person finds it on coming back
