"""How long a turn, a render and a start take, and how much memory a render needs."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pedalboard

from instructfx.audio import Samples, load, writing
from instructfx.audio.track import inspect
from instructfx.bench.runner.report import conditions, table
from instructfx.bench.runner.tracks import tracks
from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.engine.live import open_session
from instructfx.rendering.track import render_file

SEED = 0
RUNS = 5
TONE, DYNAMICS, GRIT, ROOM = (EFFECTS.usual(role).name for role in ("tone", "dynamics", "grit", "room"))
TURNS = {
    "EQ alone": ("make it warmer", (TONE,)),
    "two pedalboard effects": ("add some grit and make it punchier", (DYNAMICS, GRIT)),
    "reverb": ("put it in a small church", (ROOM,)),
}
"""What is measured: the words, and the effects that they must bring, else the measure would be of something else."""

RENDERED = (
    Chain()
    .added(TONE, {"low_shelf_gain_db": 3, "high_shelf_gain_db": -3})
    .added(DYNAMICS, {})
    .added(GRIT, {"drive_db": 6})
    .added(ROOM, {})
)
MEMORY_MINUTES = (1, 10)


def measure(data: Path | None, say: Callable[[str], None]) -> str:
    """Measure all of it; a page of Markdown."""
    path = tracks(data)[0]
    rows: list[list[str]] = []
    for name, (words, effects) in TURNS.items():
        say(f"speed: {name}")
        rows.append([f'turn, {name} ("{words}")', _spread(_turns(path, words, effects), "s")])
    with tempfile.TemporaryDirectory() as folder:
        say("speed: rendering")
        rows += _renders(path, Path(folder))
        say("speed: memory")
        rows += _memory(path, Path(folder))
    say("speed: start")
    rows.append(["`--help`", _spread([_help() for _ in range(RUNS)], "s")])
    explanation = f"Median of {RUNS} runs, least and most in brackets, in one process after a first run.\n"
    return "\n".join(["## Speed and memory\n", conditions(SEED), explanation, table(["what", "measured"], rows)])


def _turns(path: Path, words: str, effects: tuple[str, ...]) -> list[float]:
    seconds = []
    for _ in range(RUNS + 1):
        with tempfile.TemporaryDirectory() as folder:
            live = open_session(path, planner="builtin", seed=SEED, store=folder)
            seconds.append(live.say(words).seconds)
            if set(live.chain.names) != set(effects):
                raise RuntimeError(f"{words!r} made {live.chain.names}, not {effects}")
    return seconds[1:]


def _renders(path: Path, folder: Path) -> list[list[str]]:
    """Three minutes of stereo through the chain, and pedalboard alone for comparison, as times real time."""
    long = folder / "long.wav"
    sound = _repeated(path, long, minutes=3)
    track = inspect(long)
    minute = np.ascontiguousarray(sound[:, : 60 * track.sample_rate])
    filters = pedalboard.Pedalboard([pedalboard.PeakFilter(500, 3, 1) for _ in range(6)])

    def rendering() -> None:
        render_file(RENDERED, track, folder / "rendered.wav")

    def filtering() -> None:
        filters(minute, track.sample_rate)

    def shifting() -> None:
        pedalboard.PitchShift(2)(minute, track.sample_rate)

    return [
        ["render, 3 minutes: " + ", ".join(RENDERED.names), _spread(_ratios(rendering, track.seconds), "× real time")],
        ["bare pedalboard, six filters, in memory", _spread(_ratios(filtering, 60), "× real time")],
        ["bare pedalboard, pitch shift, in memory", _spread(_ratios(shifting, 60), "× real time")],
    ]


def _ratios(work: Callable[[], None], seconds: float) -> list[float]:
    ratios = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        work()
        ratios.append(seconds / (time.perf_counter() - start))
    return ratios[1:]


def _memory(path: Path, folder: Path) -> list[list[str]]:
    """Peak memory of a process that renders one minute and one that renders ten."""
    script = (
        "import sys; from instructfx.bench.runner.memory import peak_mb;"
        "from instructfx.bench.serving.speed import RENDERED;"
        "from instructfx.rendering.track import render_file; from instructfx.audio.track import inspect;"
        "render_file(RENDERED, inspect(sys.argv[1]), sys.argv[2]); print(peak_mb())"
    )
    rows = []
    for minutes in MEMORY_MINUTES:
        long = folder / f"{minutes}.wav"
        _repeated(path, long, minutes)
        command = [sys.executable, "-c", script, str(long), str(folder / "out.wav")]
        peak = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
        rows.append([f"peak memory, rendering {minutes} min", f"{float(peak):.0f} MB"])
    return rows


def _repeated(path: Path, target: Path, minutes: int) -> Samples:
    audio = load(path)
    times = int(np.ceil(minutes * 60 / audio.seconds))
    frames = minutes * 60 * audio.sample_rate
    with writing(target, audio.sample_rate, audio.channels, "PCM_16") as file:
        for index in range(times):
            file.write(audio.samples[:, : frames - index * audio.frames].T)
    return np.tile(audio.samples, (1, min(times, 1 + int(60 / audio.seconds))))


def _help() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "instructfx", "--help"], check=True, capture_output=True, timeout=60)
    return time.perf_counter() - start


def _spread(values: list[float], unit: str) -> str:
    digits = 0 if min(values) > 20 else 2
    middle, low, high = statistics.median(values), min(values), max(values)
    return f"{middle:.{digits}f} {unit} ({low:.{digits}f} to {high:.{digits}f})"
