"""Shared sounds: synthetic, seeded, short."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from chat_server import Chat, chatting
from hypothesis import settings

from instructfx.audio import Audio, Samples, save
from instructfx.audio.track import Track, inspect

if TYPE_CHECKING:
    from instructfx.ears.checkpoints import Checkpoint

settings.register_profile("instructfx", deadline=None, max_examples=25, derandomize=True)  # the same every time
settings.load_profile("instructfx")

RATE = 44_100

# What is installed on this machine and what its keys are decides nothing here: tests of CLAP make a checkpoint of
# their own, tests of language models a server.
os.environ["INSTRUCTFX_EAR"] = "perceptual"
os.environ["INSTRUCTFX_MODELS"] = tempfile.mkdtemp(prefix="instructfx-no-models-")
atexit.register(shutil.rmtree, os.environ["INSTRUCTFX_MODELS"], ignore_errors=True)
for name in ("INSTRUCTFX_CLAP_CHECKPOINT", "INSTRUCTFX_CLAP_MODEL", "INSTRUCTFX_DEVICE"):
    os.environ.pop(name, None)
for name in [name for name in os.environ if name.startswith("INSTRUCTFX_PLANNER") or name.endswith("_API_KEY")]:
    del os.environ[name]

# What a shell starts in the background ignores Ctrl-C, and so would every program that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Under nohup they would ignore that their terminal is closed; the tests themselves go on doing so.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda *told: None)


TOGETHER = {
    f"tests/{name}.py": shared
    for shared, names in {
        "the studios that many visit": (
            "studio/test_access", "studio/test_api", "studio/test_browser_access", "studio/test_browser_trouble",
            "studio/test_chain_slots", "studio/test_stream", "studio/test_changes", "studio/test_origins",
        ),
        "workers without a server": ("studio/test_workers", "studio/test_opening", "studio/test_take_data"),
        "the studio of the benches": ("bench/test_faults", "bench/test_trouble"),
        "CLAP": (
            "engine/test_clap_turns", "refine/test_search_on_a_device", "bench/test_clap_bench", "ears/test_clap_ear",
            "ears/test_clap_hearing", "ears/test_clap_loading", "ears/test_clap_refusals", "ears/test_clap_texts",
        ),
        "the library that asks language models": (
            "planners/test_llm", "engine/test_llm_turns", "engine/test_judge", "studio/test_planner_browser",
        ),
    }.items()
    for name in names
}  # fmt: skip
"""Files that run in one process, because they share what takes seconds to start."""

LONGEST = (
    "tests/engine/test_clap_turns.py", "tests/studio/test_api.py", "tests/studio/test_browser.py",
    "tests/studio/test_browser_trouble.py", "tests/studio/test_browser_access.py", "tests/studio/test_stream.py",
    "tests/studio/test_chain_slots.py", "tests/bench/test_faults.py", "tests/studio/test_workers.py",
    "tests/studio/test_ear_browser.py", "tests/studio/test_opening.py", "tests/studio/test_in_step_browser.py",
    "tests/studio/test_connections.py", "tests/studio/test_room.py", "tests/planners/test_llm.py",
    "tests/refine/test_refine.py", "tests/effects/test_contract.py", "tests/bench/", "tests/engine/",
    "tests/store/", "tests/cli/test_cli.py", "tests/refine/", "tests/rendering/", "tests/exports/",
)  # fmt: skip
"""These files and folders begin, so that no process is left with a long one when the others are done."""


def _turn(item: pytest.Item) -> tuple[bool, int]:
    longest = (place for place, start in enumerate(LONGEST) if item.nodeid.startswith(start))
    return item.get_closest_marker("browser") is not None, next(longest, len(LONGEST))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, and whatever needs a browser last: as long as one is open no test can run an event loop."""
    items.sort(key=_turn)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each file runs in one process, with those that it shares something with."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return TOGETHER.get(file, file)

    return ByFile(config, log) if config.getvalue("dist") == "loadscope" else None


def play(notes: list[tuple[float, float, float]], seconds: float, sample_rate: int, seed: int) -> Samples:
    """Stereo music: notes (start in s, pitch in Hz, pan -1 to 1) of twelve harmonics, and soft hits of noise."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * sample_rate)
    sound = np.zeros((2, frames))
    for start, pitch_hz, pan in notes:
        first = round(start * sample_rate)
        time = np.arange(frames - first) / sample_rate
        for harmonic in range(1, 13):
            if harmonic * pitch_hz < 0.45 * sample_rate:
                tone = np.sin(2 * np.pi * harmonic * pitch_hz * time) * np.exp(-time * (1.5 + 0.7 * harmonic))
                sound[:, first:] += np.array([[1 - pan], [1 + pan]]) * tone / harmonic
    for start in np.arange(0, seconds, 0.25):
        first = round(start * sample_rate)
        length = min(round(0.1 * sample_rate), frames - first)
        hit = rng.standard_normal((2, length)) * np.exp(-np.arange(length) / sample_rate / 0.02)
        sound[:, first : first + length] += 0.4 * hit
    return np.float32(0.5 * sound / np.abs(sound).max())


@pytest.fixture(scope="session")
def music() -> Audio:
    """Ten seconds of stereo at 44.1 kHz, full band, peaks at half of full scale."""
    pitches = (110.0, 165.0, 220.0, 277.2, 329.6, 440.0, 196.0, 146.8)
    notes = [(0.5 * index, pitches[index % 8], 0.6 * (-1) ** index) for index in range(20)]
    return Audio(play(notes, 10, RATE, seed=1), RATE)


@pytest.fixture(scope="session")
def mono() -> Audio:
    """Two seconds of one channel at 44.1 kHz."""
    return Audio(play([(0.0, 220.0, 0.0), (1.0, 330.0, 0.0)], 2, RATE, seed=2)[:1].copy(), RATE)


@pytest.fixture(scope="session")
def noise() -> Audio:
    """Two seconds of stereo white noise at -20 dBFS, its channels unlike each other."""
    return Audio(np.float32(0.1 * np.random.default_rng(3).standard_normal((2, 2 * RATE))), RATE)


@pytest.fixture
def track(mono: Audio, tmp_path: Path) -> Track:
    path = tmp_path / "a song.wav"
    save(mono, path)
    return inspect(path)


def given(name: str) -> Path:
    """A folder of files for development, which are not part of the project."""
    data = os.environ.get("INSTRUCTFX_DATA") or Path(__file__).parents[2] / "shared" / "data"
    folder = Path(data) / name
    if not folder.is_dir():
        pytest.skip(f"no files for development: set INSTRUCTFX_DATA to the folder that holds {name}/")
    return folder


@pytest.fixture(scope="session")
def recordings() -> Path:
    return given("audio")


@pytest.fixture(scope="session")
def awkward() -> Path:
    """Files with one thing odd about each."""
    return given("awkward")


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    """HTSAT-tiny with random weights, named as in laion's files, and its tokenizer beside it."""
    from clap_checkpoint import write_checkpoint

    return write_checkpoint(tmp_path_factory.mktemp("clap"))


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """A language model on 127.0.0.1, without a script yet; nothing goes through a proxy."""
    monkeypatch.setenv("NO_PROXY", "*")
    with chatting() as chat:
        yield chat
