import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from instructfx.chain import Chain
from instructfx.errors import AudioError, LimitError
from instructfx.live import resume_session
from instructfx.store import Store
from instructfx.studio.limits import Limits
from instructfx.studio.opening import Studio
from instructfx.studio.quirks import STATIC
from instructfx.studio.server import application, main
from instructfx.studio.visits import Visit, Visits
from instructfx.studio.waveform import outline
from instructfx.studio.work import TurnJob
from instructfx.studio.workers import Pool, Watch


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pool]:
    """Two workers for all tests here, and the sessions that they keep."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path_factory.mktemp("sessions")))
        Store()
        started = Pool(Limits(turns=1))
        yield started
        started.close()


@pytest.fixture
def studio(pool: Pool) -> Iterator[Studio]:
    visits = Visits()
    yield Studio(visits, pool, Store(), Limits(turns=1))
    visits.close_all()


def recording(path: Path, seconds: float = 2.0, rate: int = 22_050) -> Path:
    noise = np.random.default_rng(0).standard_normal((int(seconds * rate), 2)) * np.linspace(0.02, 0.2, 2)
    soundfile.write(path, noise, rate)
    return path


def get(studio: Studio, *paths: str, **headers: str) -> list[httpx.Response]:
    async def asked() -> list[httpx.Response]:
        transport = httpx.ASGITransport(application(studio))  # gradio wants a loop that runs
        async with httpx.AsyncClient(transport=transport, base_url="http://studio") as client:
            return [await client.get(path, headers=headers) for path in paths]

    return asyncio.run(asked())


def opened(studio: Studio, source: Path, shown: str = "") -> Visit:
    return studio.open_upload(source, shown or source.name, "page", "perceptual", "builtin", Watch())


def test_a_visit_that_was_closed_can_go_on(studio: Studio, tmp_path: Path) -> None:
    visit = opened(studio, recording(tmp_path / "take.wav"))
    visit.busy.acquire()
    job = TurnJob(visit, "low-pass it at 2 kHz", studio.pool, studio.store)
    job.start()
    job.join(60)
    assert visit.exchanges[0].trouble == ""
    assert visit.is_heard
    studio.visits.close(visit.token)
    again = studio.reopen(visit.token, "page", Watch())
    assert again
    assert again.token == visit.token
    assert again.session == visit.session
    assert [each.words for each in again.exchanges] == ["low-pass it at 2 kHz"]
    assert again.current
    assert again.current.sound.path.is_file()
    assert studio.reopen("guess", "page", Watch()) is None


def test_a_turn_goes_on_where_another_program_left_off(studio: Studio, tmp_path: Path) -> None:
    visit = opened(studio, recording(tmp_path / "take.wav"))
    resume_session(visit.session.id, "builtin", "perceptual", store=studio.store).say("add a 250 ms delay")
    visit.session, _ = studio.store.load(visit.session.id)
    visit.busy.acquire()
    job = TurnJob(visit, "low-pass it at 2 kHz", studio.pool, studio.store)
    job.start()
    job.join(60)
    assert [turn.instruction for turn in visit.session.turns] == ["add a 250 ms delay", "low-pass it at 2 kHz"]
    assert set(visit.session.chain.names) == {"delay", "filter"}


def test_an_upload_is_taken_away_and_its_name_is_never_a_path(studio: Studio, tmp_path: Path) -> None:
    upload = recording(tmp_path / "blob.wav")
    visit = opened(studio, upload, "../../nasty name.wav")
    assert not upload.exists()
    assert list(visit.folder.iterdir()) == []
    assert visit.track.name == "../../nasty name.wav"
    assert "nasty" not in str(visit.dry.path)


def test_what_browsers_do_not_play_becomes_flac_without_loss(studio: Studio, tmp_path: Path) -> None:
    source = recording(tmp_path / "take.aiff")
    samples = soundfile.read(source)[0]
    dry = opened(studio, source).dry
    assert dry.path.suffix == ".flac"
    assert max(dry.outline) == pytest.approx(1)
    np.testing.assert_allclose(soundfile.read(dry.path)[0], samples, atol=2**-22)


@pytest.mark.parametrize("name", ["take.txt", "take"])
def test_a_wrong_kind_of_file_is_refused_by_its_name(studio: Studio, tmp_path: Path, name: str) -> None:
    upload = recording(tmp_path / "take.wav")
    with pytest.raises(AudioError, match=f"^{name} is not a kind"):
        opened(studio, upload, name)
    assert len(studio.visits) == 0
    assert not upload.exists()


def test_a_track_that_is_too_long_or_a_disk_that_is_full(studio: Studio, tmp_path: Path) -> None:
    short = replace(studio, limits=replace(studio.limits, track_seconds=1))
    with pytest.raises(AudioError, match=r"take.wav is 2 seconds long; up to 1 are accepted here"):
        opened(short, recording(tmp_path / "take.wav"))
    full = replace(studio, limits=replace(studio.limits, disk_gb=1e-4))
    with pytest.raises(LimitError, match=r"fill the 0.0001 GB"):
        opened(full, recording(tmp_path / "take.wav"))
    visit = full.open_sample(STATIC / "samples" / "guitar.flac", "page", "perceptual", "builtin", Watch())
    assert visit.track.name == "guitar.flac"


def test_files_are_served_to_who_has_the_token_only(studio: Studio, tmp_path: Path) -> None:
    visit = opened(studio, recording(tmp_path / "take.wav"))
    base = f"/audio/{visit.token}"
    dry, preset = get(studio, f"{base}/dry", f"{base}/preset.json")
    assert dry.content == visit.dry.path.read_bytes()
    assert Chain.from_json(preset.json()["chain"]) == Chain()
    (part,) = get(studio, f"{base}/dry", Range="bytes=0-3")
    assert (part.status_code, part.content) == (206, b"RIFF")
    refused = ("/audio/guess/dry", "/audio/guess/preset.json", f"{base}/other.flac", f"{base}/..%2Fdry")
    assert [response.status_code for response in get(studio, *refused)] == [404] * 4


def test_the_page_asks_no_other_host_for_anything(studio: Studio) -> None:
    page = get(studio, "/")[0].text
    assert "fonts.googleapis" not in page
    assert "cdn" not in page.replace("is_colab", "")


def test_an_outline_follows_the_level(tmp_path: Path) -> None:
    path = tmp_path / "steps.wav"
    soundfile.write(path, np.repeat([0.1, 0.4, 0.2], 30_000), 8_000)
    assert outline(path, 3) == pytest.approx([0.25, 1, 0.5], abs=1e-3)
    soundfile.write(path, np.full(5, 0.5), 8_000)
    assert len(outline(path, 20)) == 20


def test_an_address_in_use_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["--port", str(taken.getsockname()[1])]) == 2
    assert "Choose another with --port" in caplog.text
