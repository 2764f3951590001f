"""How long awkward files are said to be, against how long they are, and against ffmpeg where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from instructfx.audio.scratch import scratch_folder
from instructfx.audio.track import inspect
from instructfx.bench.robustness.awkward import SEED, Awkward, awkward_files
from instructfx.bench.runner.report import conditions, table
from instructfx.errors import AudioError

NEAR = 0.01  # seconds, where a part was converted from another rate

EXPLANATION = """\
Files that are in order but for one thing, each made anew by an encoder or byte by byte. *Right* is the number of frames
that follows from how the file was made, in all its recordings at the rate of the first; a dash where it has to be
refused. *Read* is what a session on it holds. ffmpeg's count stands beside it; it plays chained files a little longer,
changes the rate within a file in its own way, and does not know the end of some that come from pipes.
"""


def measure(say: Callable[[str], None]) -> tuple[str, bool]:
    """Open them all; a page of Markdown, and whether every length was right."""
    rows, right = [], 0
    files = awkward_files()
    with scratch_folder() as folder:
        for each in files:
            path = folder / each.name
            path.write_bytes(each.content)
            read, line, well = _read(path, each)
            right += well
            rows.append(
                [each.name, each.what, str(each.frames or "-"), read, _by_ffmpeg(path), "" if well else "WRONG", line]
            )
            path.unlink()
    say(f"lengths: {right} of {len(files)} right")
    head = ["file", "what is odd", "right", "read", "ffmpeg", "", "a line that is shown"]
    verdict = f"{right} of {len(files)} right.\n"
    return "\n".join(["## Lengths\n", conditions(SEED), EXPLANATION, table(head, rows), verdict]), right == len(files)


def _read(path: Path, each: Awkward) -> tuple[str, str, bool]:
    try:
        track = inspect(path)
    except AudioError as error:
        return "-", str(error), each.frames == 0
    return str(track.frames), "", abs(track.frames - each.frames) <= (NEAR * track.sample_rate if each.near else 0)


def _by_ffmpeg(path: Path) -> str:
    """How many frames ffmpeg makes of it."""
    if shutil.which("ffmpeg") is None:
        return "not installed"
    command = ["ffmpeg", "-v", "quiet", "-nostdin", "-i", f"file:{path}", "-ac", "1", "-f", "s16le", "-"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return str(len(done.stdout) // 2 or "-")
