import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soundfile

from instructfx.chain import Chain
from instructfx.errors import AudioError
from instructfx.studio.opening import open_visit, reopen_visit
from instructfx.studio.server import application, main
from instructfx.studio.visits import Visits
from instructfx.studio.waveform import outline
from instructfx.studio.work import Job, Places


@pytest.fixture
def visits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visits]:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    kept = Visits()
    yield kept
    kept.close_all()


def recording(path: Path, seconds: float = 2.0, rate: int = 22_050) -> Path:
    noise = np.random.default_rng(0).standard_normal((int(seconds * rate), 2)) * np.linspace(0.02, 0.2, 2)
    soundfile.write(path, noise, rate)
    return path


def get(visits: Visits, *paths: str, **headers: str) -> list[httpx.Response]:
    async def asked() -> list[httpx.Response]:
        transport = httpx.ASGITransport(application(visits))  # gradio wants a loop that runs
        async with httpx.AsyncClient(transport=transport, base_url="http://studio") as client:
            return [await client.get(path, headers=headers) for path in paths]

    return asyncio.run(asked())


def test_a_visit_that_was_closed_can_go_on(visits: Visits, tmp_path: Path) -> None:
    visit = open_visit(visits, recording(tmp_path / "take.wav"), "take.wav", "page", move=False)
    visit.busy.acquire()
    job = Job(visit, "low-pass it at 2 kHz", Places())
    job.start()
    job.join(30)
    assert visit.exchanges[0].trouble == ""
    visits.close(visit.token)
    again = reopen_visit(visits, visit.token, "page")
    assert again
    assert again.token == visit.token
    assert again.live.chain == visit.live.chain
    assert [each.words for each in again.exchanges] == ["low-pass it at 2 kHz"]
    assert again.current
    assert again.current.is_file()
    assert reopen_visit(visits, "guess", "page") is None


def test_an_upload_is_taken_away_and_its_name_is_never_a_path(visits: Visits, tmp_path: Path) -> None:
    upload = recording(tmp_path / "blob.wav")
    visit = open_visit(visits, upload, "../../nasty name.wav", "page", move=True)
    assert not upload.exists()
    assert list(visit.folder.iterdir()) == []
    assert visit.live.track.name == "../../nasty name.wav"
    assert "nasty" not in str(visit.dry)


def test_what_browsers_do_not_play_becomes_flac_without_loss(visits: Visits, tmp_path: Path) -> None:
    source = recording(tmp_path / "take.aiff")
    visit = open_visit(visits, source, "take.aiff", "page", move=False)
    assert visit.dry.suffix == ".flac"
    np.testing.assert_allclose(soundfile.read(visit.dry)[0], soundfile.read(source)[0], atol=2**-22)


@pytest.mark.parametrize("name", ["take.txt", "take"])
def test_a_wrong_kind_of_file_is_refused_by_its_name(visits: Visits, tmp_path: Path, name: str) -> None:
    with pytest.raises(AudioError, match=f"^{name} is not a kind"):
        open_visit(visits, recording(tmp_path / "take.wav"), name, "page", move=True)
    assert len(visits) == 0


def test_files_are_served_to_who_has_the_token_only(visits: Visits, tmp_path: Path) -> None:
    visit = open_visit(visits, recording(tmp_path / "take.wav"), "take.wav", "page", move=False)
    base = f"/audio/{visit.token}"
    dry, preset = get(visits, f"{base}/dry", f"{base}/preset.json")
    assert dry.content == visit.dry.read_bytes()
    assert Chain.from_json(preset.json()["chain"]) == Chain()
    (part,) = get(visits, f"{base}/dry", Range="bytes=0-3")
    assert (part.status_code, part.content) == (206, b"RIFF")
    refused = ("/audio/guess/dry", "/audio/guess/preset.json", f"{base}/other.flac", f"{base}/..%2Fdry")
    assert [response.status_code for response in get(visits, *refused)] == [404] * 4


def test_the_page_asks_no_other_host_for_anything(visits: Visits) -> None:
    page = get(visits, "/")[0].text
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
