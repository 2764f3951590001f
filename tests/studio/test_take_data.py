"""What is said of a file before it is saved, and what it is then."""

import io
from collections.abc import Iterator
from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile

from instructfx.audio import Audio, load
from instructfx.audio.loudness import loudness_lufs
from instructfx.audio.true_peak import true_peak_dbtp
from instructfx.sessions.options import TurnOptions
from instructfx.store import Store
from instructfx.studio.page.take_data import take_data
from instructfx.studio.visits.jobs import AskJob, TurnJob
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.visits import Visit, Visits
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import AgentNames, Export, Made, Render, Rendered
from instructfx.studio.workers.orders import Instruct
from instructfx.studio.workers.pool import Pool, RequestCallbacks

RATE = 96_000


@pytest.fixture(scope="module")
def studio(pool: Pool) -> Iterator[Studio]:
    visits = Visits()
    yield Studio(visits, pool, Store(), Limits())
    visits.close_all()


@pytest.fixture
def visit(studio: Studio, tmp_path: Path) -> Visit:
    """A track of two seconds at 96 kHz with a title, an artist, an album and a genre."""
    path = tmp_path / "take.flac"
    noise = np.random.default_rng(0).standard_normal((2 * RATE, 2))
    soundfile.write(path, 0.1 * noise, RATE, subtype="PCM_24")
    tags = mutagen.File(path)
    tags.update({"title": "One", "artist": "Somebody", "album": "Two", "genre": "Noise"})
    tags.save()
    agents = AgentNames("builtin", "perceptual")
    return studio.open_upload(path, path.name, "page", agents, RequestCallbacks())


def facts(visit: Visit, format: str) -> list[str]:
    told = next(each["facts"] for each in take_data(visit)["formats"] if each["name"] == format)
    return [each.replace("\xa0", " ") for each in told]


def made(studio: Studio, visit: Visit, format: str) -> Path:
    job = AskJob(studio.pool, Export(visit.session.id, format, visit.folder), visit.closed)
    job.run()
    assert isinstance(job.answer, Made), job.trouble
    return job.answer.path


def test_what_is_said_of_a_file_is_what_it_is_then(studio: Studio, visit: Visit) -> None:
    dry = load(visit.dry.path)  # white noise, whose true peaks are well above its samples
    assert facts(visit, "wav24")[3] == f"peaks to {true_peak_dbtp(dry):.1f} dBTP".replace("-", "−")
    visit.busy.acquire()
    job = TurnJob(visit, Instruct("low-pass it at 2 kHz", TurnOptions()), studio.pool, studio.store)
    job.run()
    assert not job.trouble
    assert facts(visit, "wav24")[1:] == [
        "its levels are told once it is rendered",
        "keeps title, artist, album and 1 more",
    ]
    turn = visit.session.turns[0].id
    rendering = AskJob(studio.pool, Render(visit.session.id, turn, visit.folder), visit.closed)
    rendering.run()
    assert isinstance(rendering.answer, Rendered)
    visit.keep_sound(turn, rendering.answer.sound)
    told = facts(visit, "wav24")
    content = made(studio, visit, "wav24").read_bytes()
    samples, rate = soundfile.read(io.BytesIO(content), dtype="float32")
    sound = Audio(np.ascontiguousarray(samples.T), rate)
    assert soundfile.info(io.BytesIO(content)).subtype == "PCM_24"
    assert told == [
        "96 kHz, 24 bit",
        f"0:{sound.seconds:02.0f}",
        f"{loudness_lufs(sound):.1f} LUFS".replace("-", "−"),
        f"peaks to {true_peak_dbtp(sound):.1f} dBTP".replace("-", "−"),
        "keeps title, artist, album and 1 more",
    ]


def test_what_a_format_does_to_the_rate_is_said(studio: Studio, visit: Visit) -> None:
    assert facts(visit, "mp3")[0] == "48 kHz, variable bit rate"
    assert facts(visit, "mp3")[2].startswith("about −")
    assert soundfile.info(made(studio, visit, "mp3")).samplerate == 48_000
    assert facts(visit, "wav32f")[0] == "96 kHz, 32-bit float"


def test_of_what_holds_no_sound_nothing_is_said(visit: Visit) -> None:
    silent = {each["name"] for each in take_data(visit)["formats"] if not each["facts"]}
    assert silent == {"preset", "python", "reverb", "sheet", "pdf", "session"}
