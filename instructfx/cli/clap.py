"""`instructfx clap`: fetch CLAP's checkpoint, and check that it is whole."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from instructfx.errors import InstructFXError

if TYPE_CHECKING:
    from instructfx.ears.checking import CheckProgress

REDRAW_SECONDS = 0.1
RATE_SECONDS = 5.0  # over which the speed is averaged
BAR_WIDTH = 18  # all that is said then fits 80 columns
LONG_BYTES = 20_000_000


def add_commands(commands: Any) -> None:
    """Add `clap download` and `clap verify` to the subparsers of the command line."""
    clap = commands.add_parser("clap", help="fetch or check the checkpoint of the CLAP ear")
    actions = clap.add_subparsers(required=True, metavar="ACTION")
    download = actions.add_parser("download", help="fetch the checkpoint, 2.4 GB, or what is missing of it")
    download.set_defaults(run=_download)
    verify = actions.add_parser("verify", help="check the checkpoint's size and SHA-256, and its tokenizer")
    verify.set_defaults(run=_verify)


def _download(options: argparse.Namespace) -> int:
    from instructfx.ears.checking import needed
    from instructfx.ears.checkpoints import chosen_checkpoint
    from instructfx.ears.fetching import address_of, download

    checkpoint = chosen_checkpoint()
    folder = checkpoint.path.parent
    bar = _Bar()
    try:
        wanted = needed(checkpoint, bar.show)
        bar.clear()
        if not wanted:
            state = "already there and checked" if checkpoint.published else "already there"
            sys.stdout.write(f"{state}: {checkpoint.path}\n")
            return 0
        megabytes = sum(each.size_bytes for each in wanted) / 1e6
        names = ", ".join(each.file_name for each in wanted)
        sys.stderr.write(f"fetching {megabytes:,.0f} MB into {folder}: {names}\n")
        for each in wanted:
            sys.stderr.write(f"from {address_of(each)}\n")
            path = download(each, folder, bar.show)
            bar.clear()
            sys.stdout.write(f"fetched and checked: {path}\n")
    except KeyboardInterrupt:
        bar.clear()
        sys.stderr.write("instructfx: interrupted; run the same command again to continue\n")
        return 130
    except InstructFXError:
        bar.clear()
        raise
    return 0


def _verify(options: argparse.Namespace) -> int:
    from instructfx.ears.checking import verify
    from instructfx.ears.checkpoints import chosen_checkpoint

    bar = _Bar()
    try:
        checked = verify(chosen_checkpoint(), bar.show)
    finally:
        bar.clear()
    for each in checked:
        said = "as published" if each.as_published else "not in the table, so there is nothing to compare it with"
        sys.stdout.write(f"{each.path}: SHA-256 {each.sha256}, {said}\n")
    return 0


class _Bar:
    """Progress on standard error: one line, redrawn, on a terminal; elsewhere a line every tenth of a long file."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._subject = ("", "")
        self._past: deque[tuple[float, int]] = deque()
        self._tenth = 0

    def show(self, progress: CheckProgress) -> None:
        now = time.monotonic()
        subject = (progress.stage, progress.file_name)
        tenth = 10 * progress.done_bytes // progress.total_bytes
        if subject != self._subject:
            self._subject, self._tenth = subject, tenth
            self._past = deque([(now, progress.done_bytes)])
        ended = progress.done_bytes == progress.total_bytes
        if not ended and now - self._past[-1][0] < REDRAW_SECONDS:
            return
        self._past.append((now, progress.done_bytes))
        while now - self._past[0][0] > RATE_SECONDS and len(self._past) > 2:
            self._past.popleft()
        if self._live:
            room = shutil.get_terminal_size().columns - 1
            filled = BAR_WIDTH * progress.done_bytes // progress.total_bytes
            line = f"{progress.stage} [{'#' * filled}{'-' * (BAR_WIDTH - filled)}] {self._progress_text(progress)}"
            sys.stderr.write(f"\r\033[K{line[:room]}")
            sys.stderr.flush()
        elif tenth > self._tenth and progress.total_bytes >= LONG_BYTES:
            self._tenth = tenth
            sys.stderr.write(f"{progress.stage} {progress.file_name}: {self._progress_text(progress)}\n")
            sys.stderr.flush()

    def clear(self) -> None:
        if self._live:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()

    def _progress_text(self, progress: CheckProgress) -> str:
        done, total = progress.done_bytes, progress.total_bytes
        said = f"{done / total:4.0%}  {done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
        (first, had), (last, has) = self._past[0], self._past[-1]
        if last - first < REDRAW_SECONDS or has <= had:
            return said
        rate = (has - had) / (last - first)
        left = round((total - done) / rate)
        hours, minutes = divmod(left // 60, 60)
        clock = f"{hours}:{minutes:02d}:{left % 60:02d}" if hours else f"{minutes}:{left % 60:02d}"
        return f"{said}  {rate / 1e6:,.1f} MB/s  {clock} left"
