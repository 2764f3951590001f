import asyncio
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import soundfile

from instructfx.audio import load
from instructfx.audio.facts import facts_of
from instructfx.bench.robustness.awkward import mp3
from instructfx.chain import Chain
from instructfx.engine.live import resume_session
from instructfx.errors import AudioError, LimitError, StoreError
from instructfx.sessions.options import TurnOptions
from instructfx.store import Store
from instructfx.studio.page.gradio_compat import STATIC
from instructfx.studio.page.part_data import player_data
from instructfx.studio.visits.job import OUR_FAULT
from instructfx.studio.visits.jobs import TurnJob
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.visits import Visit, Visits
from instructfx.studio.web.server import application, serve
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import AgentNames, Render, Rendered
from instructfx.studio.workers.orders import Edit, Instruct, Order
from instructfx.studio.workers.pool import Pool, RequestCallbacks
from instructfx.studio.workers.waveform import sound_of

MINDS = AgentNames("builtin", "perceptual")
FILTERED = Instruct("low-pass it at 2 kHz", TurnOptions())


@pytest.fixture
def studio(pool: Pool) -> Iterator[Studio]:
    visits = Visits()
    yield Studio(visits, pool, Store(), Limits(turns=1))
    visits.close_all()


def recording(path: Path, seconds: float = 2.0, rate: int = 22_050) -> Path:
    noise = np.random.default_rng(0).standard_normal((int(seconds * rate), 2)) * np.linspace(0.02, 0.2, 2)
    soundfile.write(path, noise, rate)
    return path


def json_of(body: dict[str, Any]) -> dict[str, Any]:
    """As a program may send it: with numbers that are none."""
    return {"content": json.dumps(body), "headers": {"Content-Type": "application/json"}}


def asked(studio: Studio, *requests: str | tuple[str, dict[str, Any]], **headers: str) -> list[httpx.Response]:
    """The answers to addresses, and to addresses with what is sent there."""

    async def every() -> list[httpx.Response]:
        transport = httpx.ASGITransport(application(studio))  # gradio wants a loop that runs
        async with httpx.AsyncClient(transport=transport, base_url="http://studio", headers=headers) as client:
            return [
                await (client.get(each) if isinstance(each, str) else client.post(each[0], **json_of(each[1])))
                for each in requests
            ]

    return asyncio.run(every())


def taken(studio: Studio, visit: Visit, format: str) -> httpx.Response:
    """A file that is saved: asked for, made, and fetched where the last line says."""
    (told,) = asked(studio, (f"/export/{visit.token}/{format}", {}))
    *_, last = map(json.loads, told.text.splitlines())
    (file,) = asked(studio, last["url"])
    assert f'filename="{last["name"]}"' in file.headers["content-disposition"]
    return file


def opened(studio: Studio, source: Path, shown: str = "") -> Visit:
    return studio.open_upload(source, shown or source.name, "page", MINDS, RequestCallbacks())


def carried_out(studio: Studio, visit: Visit, order: Order) -> None:
    visit.busy.acquire()
    job = TurnJob(visit, order, studio.pool, studio.store)
    job.start()
    job.join(60)
    assert visit.entries[-1].trouble == ""


def rendered(studio: Studio, visit: Visit) -> Path:
    """What plays now, rendered and kept."""
    turn = visit.session.standing
    assert turn
    answer = studio.pool.run(Render(visit.session.id, turn.id, visit.folder))
    assert isinstance(answer, Rendered)
    visit.keep_sound(turn.id, answer.sound)
    return answer.sound.path


def test_a_broken_bundle_is_called_what_its_visitor_calls_it(studio: Studio, tmp_path: Path) -> None:
    blob = tmp_path / "blob"
    for content in (b"no zip at all", b"PK\x05\x06" + bytes(18)):
        blob.write_bytes(content)
        with pytest.raises(StoreError, match=r"^Our demo\.ifx\.zip ") as told:
            studio.open_upload(blob, "Our demo.ifx.zip", "page", MINDS, RequestCallbacks())
        assert "upload" not in str(told.value)


def test_a_render_of_sides_that_cancel_says_so(studio: Studio, tmp_path: Path) -> None:
    noise = 0.1 * np.random.default_rng(1).standard_normal(22_050)
    soundfile.write(tmp_path / "inverted.wav", np.stack([noise, -noise]).T, 22_050)
    visit = opened(studio, tmp_path / "inverted.wav")
    carried_out(studio, visit, Edit(Chain().added("stereo_width", {"width": 0}).to_json()))
    rendered(studio, visit)
    turn = visit.session.standing
    assert turn
    sound = visit.sound_of(turn.id)
    assert sound
    assert [warning.partition(":")[0] for warning in sound.warnings] == [
        "nothing is to be heard",
        "left and right cancel where they are folded into one",
    ]


def test_a_visit_that_was_closed_can_go_on(studio: Studio, tmp_path: Path) -> None:
    visit = opened(studio, recording(tmp_path / "take.wav"))
    carried_out(studio, visit, FILTERED)
    studio.visits.close(visit.token)
    again = studio.reopen(visit.token, "page", RequestCallbacks())
    assert again
    assert again.token == visit.token
    assert again.session == visit.session
    assert [each.words for each in again.entries] == ["low-pass it at 2 kHz"]
    assert again.dry.path.is_file()
    assert again.agents == MINDS
    assert studio.reopen("guess", "page", RequestCallbacks()) is None


def test_who_has_the_address_comes_back_to_the_same_visit_while_it_is_open(studio: Studio, tmp_path: Path) -> None:
    visit = opened(studio, recording(tmp_path / "take.wav"))
    session_id = visit.session.id
    assert studio.come_back(session_id, "loaded again", MINDS, RequestCallbacks()) is visit
    assert "loaded again" in visit.pages
    studio.visits.close(visit.token)
    again = studio.come_back(session_id, "much later", MINDS, RequestCallbacks())
    assert again.session == visit.session
    assert again.token != visit.token
    with pytest.raises(StoreError, match="no session"):
        studio.come_back("0" * 48, "guess", MINDS, RequestCallbacks())
    assert len(studio.visits) == 1


def test_a_turn_goes_on_where_another_program_left_off(studio: Studio, tmp_path: Path) -> None:
    visit = opened(studio, recording(tmp_path / "take.wav"))
    resume_session(visit.session.id, "builtin", "perceptual", store=studio.store).say("add a 250 ms delay")
    visit.session, _ = studio.store.load(visit.session.id)
    carried_out(studio, visit, FILTERED)
    assert [turn.instruction for turn in visit.session.turns] == ["add a 250 ms delay", "low-pass it at 2 kHz"]
    assert set(visit.session.chain.names) == {"delay", "filter"}


def test_the_name_of_an_upload_is_never_a_path(studio: Studio, tmp_path: Path) -> None:
    upload = recording(tmp_path / "blob.wav")
    visit = opened(studio, upload, "../../nasty name.wav")
    assert list(visit.folder.iterdir()) == []
    assert visit.track.name == "../../nasty name.wav"
    assert "nasty" not in str(visit.dry.path)


def test_two_visitors_may_send_the_same_file(studio: Studio, tmp_path: Path) -> None:
    upload = recording(tmp_path / "take.wav")  # one file: Gradio names uploads by what they hold
    first, second = opened(studio, upload), opened(studio, upload)
    assert first.session.id != second.session.id
    assert first.dry.path.read_bytes() == second.dry.path.read_bytes() == upload.read_bytes()


def test_what_browsers_do_not_play_becomes_flac_without_loss(studio: Studio, tmp_path: Path) -> None:
    source = recording(tmp_path / "take.aiff")
    samples = soundfile.read(source)[0]
    dry = opened(studio, source).dry
    assert dry.path.suffix == ".flac"
    assert max(dry.outline) == pytest.approx(1)
    np.testing.assert_allclose(soundfile.read(dry.path)[0], samples, atol=2**-22)


def test_what_browsers_read_otherwise_becomes_flac(studio: Studio, tmp_path: Path) -> None:
    """Else the dry track would not be in time with what was made of it."""
    joined = mp3(), mp3(seconds=0.7)
    (tmp_path / "take.mp3").write_bytes(b"".join(joined))
    visit = opened(studio, tmp_path / "take.mp3")
    assert visit.dry.path.suffix == ".flac"
    assert soundfile.info(visit.dry.path).frames == visit.track.frames > 1.9 * 44_100


@pytest.mark.parametrize("name", ["take.txt", "take"])
def test_a_wrong_kind_of_file_is_refused_by_its_name(studio: Studio, tmp_path: Path, name: str) -> None:
    upload = recording(tmp_path / "take.wav")
    with pytest.raises(AudioError, match=f"^{name} is not a kind.*a saved session.*a preset"):
        opened(studio, upload, name)
    assert len(studio.visits) == 0


def test_a_track_that_is_too_long_or_a_disk_that_is_full(studio: Studio, tmp_path: Path) -> None:
    short = replace(studio, limits=replace(studio.limits, track_seconds=1))
    with pytest.raises(AudioError, match=r"take.wav is 2 seconds long; up to 1 are accepted here"):
        opened(short, recording(tmp_path / "take.wav"))
    full = replace(studio, limits=replace(studio.limits, disk_gb=1e-4))
    with pytest.raises(LimitError, match=r"fill the 0.0001 GB"):
        opened(full, recording(tmp_path / "take.wav"))
    with pytest.raises(LimitError, match=r"fill the 0.0001 GB"):
        full.open_sample(STATIC / "samples" / "guitar.flac", "page", MINDS, RequestCallbacks())


def test_files_are_served_to_who_has_the_token_only(studio: Studio, tmp_path: Path) -> None:
    visit = opened(studio, recording(tmp_path / "take.wav"))
    carried_out(studio, visit, FILTERED)
    path = rendered(studio, visit)
    base, turn = f"/audio/{visit.token}", visit.session.turns[0].id
    refused = (f"{base}/other.flac", f"{base}/..%2F0", "/audio/guess/dry", f"/audio/guess/{path.name}",
               f"/step/guess/{turn}/0", f"/step/{visit.token}/other/0",
               f"/step/{visit.token}/{turn}/-1", f"/step/{visit.token}/{turn}/9999", f"/made/{visit.token}/dry.flac",
               "/made/guess/x", "/page/../app.py", "/page/nothing.js")  # fmt: skip
    exports = [(f"/export/{token}/{name}", {}) for token, name in (("guess", "preset"), (visit.token, "cassette"))]
    dry, wet, *others = asked(studio, f"{base}/dry", f"{base}/{path.name}", *exports, *refused)
    assert dry.content == visit.dry.path.read_bytes()
    assert wet.content == path.read_bytes() != dry.content
    assert Chain.from_json(taken(studio, visit, "preset").json()["chain"]) == visit.session.chain
    assert [response.status_code for response in others] == [404] * (len(exports) + len(refused))
    (part,) = asked(studio, f"{base}/dry", Range="bytes=0-3")
    assert (part.status_code, part.content) == (206, b"RIFF")


def test_an_export_a_preview_and_a_step_leave_no_file_behind(studio: Studio, tmp_path: Path) -> None:
    visit = opened(studio, recording(tmp_path / "take.wav"))
    carried_out(studio, visit, Instruct("make it warmer", TurnOptions()))
    turn, before = visit.session.turns[0], set(visit.folder.iterdir())
    kept = player_data(visit)["steps"]["kept"]
    assert turn.refined.steps[kept - 1].chain == turn.chain
    at_once = {"chain": [{"effect": "filter", "settings": {"lowpass_hz": 300.0}}]}
    heard, first, last = asked(
        studio, (f"/preview/{visit.token}", at_once),
        f"/step/{visit.token}/{turn.id}/0", f"/step/{visit.token}/{turn.id}/{kept}",
    )  # fmt: skip
    flac = taken(studio, visit, "flac")
    assert 'filename="take-warmer.flac"' in flac.headers["content-disposition"]
    sounds = [soundfile.read(io.BytesIO(each.content)) for each in (flac, heard, first, last)]
    assert {(rate, samples.shape) for samples, rate in sounds} == {(22_050, (44_100, 2))}
    taken_home, dull, dry, warm = (bass_share(samples) for samples, _ in sounds)
    assert dull > 0.5
    assert dry == pytest.approx(bass_share(soundfile.read(visit.dry.path)[0]), abs=1e-4)
    assert taken_home == pytest.approx(warm, rel=0.05)
    assert warm > 1.2 * dry
    assert set(visit.folder.iterdir()) == before


def bass_share(samples: np.ndarray[Any, Any]) -> float:
    """The part of the power of two seconds that lies below 300 Hz."""
    power = np.abs(np.fft.rfft(samples, axis=0)) ** 2
    return float(power[:600].sum() / power.sum())


NO_PREVIEWS: list[dict[str, Any]] = [
    {}, {"chain": 5}, {"share": "all"}, {"share": float("inf")}, {"chain": [], "share": 1}, {"chain": [None]},
    {"chain": [{"effect": 5}]}, {"chain": [[[]]] * 50}, {"chain": [{"effect": "gain", "settings": 5}]},
    {"chain": [{"effect": "flanger"}]}, {"chain": [{"effect": "gain"}, {"effect": "zz", "settings": {"mix": 1}}]},
]  # fmt: skip


def test_what_is_no_preview_is_refused_with_a_line(studio: Studio, tmp_path: Path) -> None:
    visit = opened(studio, recording(tmp_path / "take.wav"))
    answers = asked(studio, *((f"/preview/{visit.token}", each) for each in NO_PREVIEWS))
    assert [each.status_code for each in answers] == [422] * len(NO_PREVIEWS)
    lines = [each.json()["detail"] for each in answers]
    assert all(line and "\n" not in line and OUR_FAULT not in line for line in lines), lines
    assert "There is no effect 'flanger' here" in lines[-2]
    assert asked(studio, ("/preview/guess", {"chain": []}))[0].status_code == 404


def test_the_page_asks_no_other_host_for_anything(studio: Studio) -> None:
    page = asked(studio, "/")[0].text
    assert "fonts.googleapis" not in page
    assert "cdn" not in page.replace("is_colab", "")


def test_an_outline_follows_the_level(tmp_path: Path) -> None:
    path = tmp_path / "steps.wav"
    soundfile.write(path, np.repeat([0.1, 0.4, 0.2], 30_000), 8_000)
    sound = sound_of(path, 3)
    assert sound.outline == pytest.approx([0.25, 1, 0.5], abs=1e-3)
    assert sound.seconds == pytest.approx(90_000 / 8_000)
    soundfile.write(path, np.full(5, 0.5), 8_000)
    assert len(sound_of(path, 20).outline) == 20


def test_loudness_is_told_so_that_versions_can_be_matched(tmp_path: Path) -> None:
    path = recording(tmp_path / "take.wav")
    samples, rate = soundfile.read(path)
    soundfile.write(tmp_path / "quiet.wav", samples / 2, rate)
    louder = sound_of(path).loudness_lufs - sound_of(tmp_path / "quiet.wav").loudness_lufs
    assert louder == pytest.approx(20 * np.log10(2), abs=0.01)


def test_what_is_told_of_a_whole_sound_is_what_its_analysis_says(tmp_path: Path) -> None:
    path = recording(tmp_path / "take.wav")
    told, audio = sound_of(path), load(path)
    facts = facts_of([audio.samples], audio.sample_rate, audio.channels)
    assert told.true_peak_dbtp == pytest.approx(facts.true_peak_dbtp, abs=1e-6)
    assert told.loudness_lufs == pytest.approx(facts.loudness_lufs, abs=1e-6)
    assert told.fold == facts.fold
    levels = np.repeat([0.1, 0.01], 20 * 8_000)
    soundfile.write(path, levels * np.sin(2 * np.pi * 1000 * np.arange(len(levels)) / 8_000), 8_000)
    assert sound_of(path).loudness_range_lu == pytest.approx(20, abs=1)


def test_an_address_in_use_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert serve("127.0.0.1", taken.getsockname()[1]) == 2
    assert "Choose another with --port" in caplog.text


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_one_line(port: int, caplog: pytest.LogCaptureFixture) -> None:
    assert serve("127.0.0.1", port) == 2
    assert caplog.messages == [f"There is no port {port}: ports are 0 to 65535. Choose another with --port."]
