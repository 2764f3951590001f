"""The segments that a player is given of a track, and the excerpt that it is given of a turn."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile
from fastapi import FastAPI
from scripted_pool import ScriptedPool, session_of, turn_of, welcome

from instructfx.audio import Audio, save
from instructfx.audio.containers import opened
from instructfx.audio.segments import SEGMENT_FRAMES, segment_of
from instructfx.chain import Chain
from instructfx.engine.live import LiveSession, open_session
from instructfx.errors import InstructionError
from instructfx.studio.page.part_data import player_data, tree_data
from instructfx.studio.visits.jobs import looked_after
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.visit import EXCERPTS_KEPT, Visit
from instructfx.studio.visits.visits import Visits
from instructfx.studio.web import routes
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import AgentNames, Render, Rendered, RenderExcerpt, Sound, WorkRequest
from instructfx.studio.workers.pool import RequestCallbacks
from instructfx.studio.workers.waveform import part_of

RATE = 44_100
SECONDS = 7.5  # three segments, the last of them short


def noise(path: Path, loudest: float = 0.2, seconds: float = SECONDS) -> Path:
    samples = np.random.default_rng(0).uniform(-loudest, loudest, (2, round(seconds * RATE))).astype(np.float32)
    if path.suffix == ".wav":
        soundfile.write(path, samples.T, RATE, subtype="FLOAT")
    else:
        save(Audio(samples, RATE), path)
    return path


@pytest.mark.parametrize("name", ["take.wav", "take.flac", "take.mp3", "take.ogg"])
def test_segments_joined_are_the_file_as_it_is_read(tmp_path: Path, name: str) -> None:
    path = noise(tmp_path / name)
    with opened(path) as file:
        whole = file.read()
    found = [segment_of(path, number) for number in range(-(-len(whole) // SEGMENT_FRAMES))]
    assert {each.container for each in found} == {"FLAC"}
    pieces = [soundfile.read(io.BytesIO(each.content), dtype="float32") for each in found]
    assert [len(samples) for samples, _ in pieces[:-1]] == [SEGMENT_FRAMES] * (len(pieces) - 1)
    assert {rate for _, rate in pieces} == {RATE}
    at_24_bits = np.rint(whole * 2.0**23) / 2.0**23
    np.testing.assert_array_equal(np.concatenate([samples for samples, _ in pieces]), at_24_bits.astype(np.float32))


def test_what_goes_beyond_full_scale_is_not_clipped(tmp_path: Path) -> None:
    path = noise(tmp_path / "hot.wav", loudest=1.8)
    segment = segment_of(path, 1)
    assert segment.container == "WAV"
    heard, _ = soundfile.read(io.BytesIO(segment.content), dtype="float32")
    np.testing.assert_array_equal(heard, soundfile.read(path, dtype="float32")[0][SEGMENT_FRAMES : 2 * SEGMENT_FRAMES])


def test_a_short_sound_goes_round_without_a_gap(tmp_path: Path) -> None:
    whole = soundfile.read(noise(tmp_path / "loop.wav", seconds=1.7), dtype="float32")[0]
    frames = round(SECONDS * RATE)
    found = [segment_of(tmp_path / "loop.wav", number, frames) for number in range(-(-frames // SEGMENT_FRAMES))]
    heard = np.concatenate([soundfile.read(io.BytesIO(each.content), dtype="float32")[0] for each in found])
    np.testing.assert_allclose(heard, np.resize(whole, heard.shape), atol=2**-23)
    assert len(heard) == frames
    with pytest.raises(IndexError):
        segment_of(tmp_path / "loop.wav", len(found), frames)


@pytest.fixture
def visits() -> Iterator[Visits]:
    kept = Visits()
    yield kept
    kept.close_all()


def no_worker(request: WorkRequest, callbacks: RequestCallbacks) -> Rendered:
    raise AssertionError(request)


def test_a_segment_is_given_to_who_has_the_token_and_a_number_that_there_is(visits: Visits, tmp_path: Path) -> None:
    visit = welcome(visits, "a")
    visit.dry = Sound(noise(tmp_path / "take.wav"), ())
    app = FastAPI()
    routes.add(app, Studio(visits, ScriptedPool(no_worker), None, Limits()))  # type: ignore[arg-type]
    base = f"/audio/{visit.token}/dry"
    numbers = (0, 2, 3, -1, 10**9, "1.5", "x")
    found = asked(app, *(f"{base}/{number}" for number in numbers), "/audio/guess/dry/0", f"{base}.wav/0")
    assert [each.status_code for each in found] == [200, 200, 404, 404, 404, 422, 422, 404, 404]
    assert found[0].headers["content-type"] == "audio/flac"
    assert found[0].headers["cache-control"].startswith("private")
    visit.dry.path.unlink()
    assert asked(app, f"{base}/1")[0].status_code == 404


def asked(app: FastAPI, *addresses: str) -> list[httpx.Response]:
    async def every() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://studio") as client:
            return [await client.get(each) for each in addresses]

    return asyncio.run(every())


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> LiveSession:
    """Thirty seconds that grow louder, and a turn that makes them 6 dB louder."""
    folder = tmp_path_factory.mktemp("live")
    samples = np.random.default_rng(0).standard_normal((2, 30 * RATE)) * np.linspace(0.01, 0.1, 30 * RATE)
    save(Audio(samples.astype(np.float32), RATE), folder / "take.wav")
    session = open_session(folder / "take.wav", "builtin", "perceptual", store=folder / "sessions")
    session.edit(Chain().added("gain", {"gain_db": 6}))
    return session


def test_an_excerpt_says_where_it_is_and_how_much_louder_than_the_track(live: LiveSession, tmp_path: Path) -> None:
    heard = live.preview(live.chain)
    save(heard, tmp_path / "part.wav")
    part = part_of(tmp_path / "part.wav", live.track, None)
    assert part.whole is False
    assert part.start_seconds == live.track.excerpt_start / RATE > 15
    assert part.seconds == pytest.approx(10)
    assert part.loudness_lufs - live.track.loudness_lufs == pytest.approx(6, abs=0.1)
    moved = part_of(tmp_path / "part.wav", live.track, 5 * RATE)
    assert moved.start_seconds == 5


def chains(count: int) -> list[Chain]:
    return [Chain().added("gain", {"gain_db": number + 1}) for number in range(count)]


def visit_with(visits: Visits, count: int) -> Visit:
    """A visit with so many turns, each after the other."""
    visit = welcome(visits, "a")
    visit.session = session_of(*(turn_of(at, chain, at - 1) for at, chain in enumerate(chains(count), 1)))
    visit.track = type("Track", (), {"name": "take.wav"})()  # type: ignore[assignment]
    visit.dry = Sound(tmp := visit.folder / "dry.wav", (1.0,), 60.0, loudness_lufs=-20.0, peak_dbfs=-6.0)
    tmp.write_bytes(b"")
    return visit


def made(visit: Visit, number: int, whole: bool) -> Sound:
    """What a turn sounds like, as a worker has made it."""
    path = visit.folder / f"{number}-{whole}.wav"
    path.write_bytes(b"")
    sound = Sound(path, (0.5, 1.0), 60.0, loudness_lufs=-18.0, peak_dbfs=-12.0)
    return sound if whole else replace(sound, seconds=10.0, start_seconds=20.0, whole=False)


def test_excerpts_are_few_and_go_with_the_visit(visits: Visits) -> None:
    visit = visit_with(visits, EXCERPTS_KEPT + 3)
    for number in range(1, EXCERPTS_KEPT + 4):
        visit.keep_sound(f"t{number}", made(visit, number, whole=False))
    left = sorted(path.name for path in visit.folder.glob("*-False.wav"))
    assert left == sorted(f"{number}-False.wav" for number in range(4, EXCERPTS_KEPT + 4))
    assert visit.audible_of("t1") is None
    assert visit.sound_named("9-False.wav") is visit.audible_of("t9")
    visits.close(visit.token)
    assert not visit.folder.exists()


def test_a_turn_is_current_in_its_excerpt_and_then_in_the_whole_track(visits: Visits) -> None:
    visit = visit_with(visits, 1)
    visit.keep_sound("t1", made(visit, 1, whole=True))
    visit.session = session_of(*visit.session.turns, turn_of(2, chains(2)[1], 1))
    assert (player_data(visit)["current"], tree_data(visit)["heard"]) == ("t1", "t1")
    assert tree_data(visit)["head"] == "t2"  # which nothing is there of: what plays is not called that
    visit.keep_sound("t2", made(visit, 2, whole=False))
    data = player_data(visit)
    assert (data["current"], tree_data(visit)["heard"]) == ("t2", "t2")
    version = data["versions"][-1]
    assert {name: version[name] for name in ("start", "seconds", "whole", "gain_db")} == {  # type: ignore[literal-required]
        "start": 20.0, "seconds": 10.0, "whole": False, "gain_db": -2.0,
    }  # fmt: skip
    assert version["peaks"] == [0.251, 0.501]  # as high as 6 dB under the track's highest is
    assert visit.sound_of("t2") is None
    url = version["url"]
    visit.keep_sound("t2", made(visit, 2, whole=True))
    version = player_data(visit)["versions"][-1]
    assert (version["id"], version["start"], version["whole"], version["peaks"]) == ("t2", 0.0, True, (0.5, 1.0))
    assert version["url"] != url


def test_two_pages_wait_for_one_render_and_one_that_failed_is_asked_for_again(visits: Visits) -> None:
    visit = visit_with(visits, 1)
    asked: list[WorkRequest] = []

    def answer(request: WorkRequest, callbacks: RequestCallbacks) -> Rendered:
        asked.append(request)
        callbacks.over.wait(0.2)
        if len(asked) == 1:
            raise InstructionError("it cannot be done")
        return Rendered(made(visit, 1, whole=isinstance(request, Render)))

    pool = ScriptedPool(answer)
    whole = Render("stored", "t1", visit.folder)
    first, second = (looked_after(visit, whole, pool) for _ in range(2))  # type: ignore[arg-type]
    assert first is second
    first.join(10)
    assert first.trouble == "It cannot be done."
    third = looked_after(visit, whole, pool)  # type: ignore[arg-type]
    assert third is not first
    excerpt = RenderExcerpt("stored", 1, "t1", visit.folder, AgentNames("builtin", "perceptual"))
    other = looked_after(visit, excerpt, pool)  # type: ignore[arg-type]
    for job in (third, other):
        job.join(10)
    assert asked == [whole, whole, excerpt]
    sound = visit.sound_of("t1")
    assert sound
    assert sound.whole
    assert looked_after(visit, whole, pool) is not third  # type: ignore[arg-type]


def test_what_is_made_for_a_visit_that_was_closed_leaves_nothing(visits: Visits) -> None:
    visit = visit_with(visits, 1)

    def late(request: WorkRequest, callbacks: RequestCallbacks) -> Rendered:
        visits.close(visit.token)
        visit.folder.mkdir()
        return Rendered(made(visit, 1, whole=True))

    job = looked_after(visit, Render("stored", "t1", visit.folder), ScriptedPool(late))  # type: ignore[arg-type]
    job.join(10)
    assert not visit.folder.exists()
    assert visit.sound_of("t1") is None
