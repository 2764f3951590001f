"""What a chain put out of a whole track, kept on disk until its level is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

import numpy as np

from instructfx.audio import Samples
from instructfx.audio.true_peak import CONTEXT, LOOK_AHEAD_SECONDS, gain_under, intersample_peaks
from instructfx.errors import AudioError
from instructfx.rendering.level import CEILING_DBTP, Level

BLOCK_FRAMES = 1 << 17
FLOAT_BYTES = np.dtype(np.float32).itemsize


@dataclass(frozen=True)
class Raw:
    """The sound in a file as float32 (frames, channels), its true peak, and room for the peaks around each frame.

    The files have no names, so that nothing stays of them, not even where the process is killed. check is called
    before each block, and raises Cancelled where nobody waits any more.
    """

    file: BinaryIO
    peaks_file: BinaryIO
    channels: int
    frames: int
    sample_rate: int
    true_peak_dbtp: float
    check: Callable[[], None]

    def levelled(self, level: Level) -> Iterator[Samples]:
        """(channels, frames) after (channels, frames) at a level; each is limited with the context that its edges need.

        Limiting reads the peaks between samples, which are found once: they grow with the gain as the sound does.
        """
        gain = np.float32(10 ** (level.gain_db / 20))
        ceiling = 10 ** (CEILING_DBTP / 20)
        context = 2 * round(LOOK_AHEAD_SECONDS * self.sample_rate) + 2
        for start in range(0, self.frames, BLOCK_FRAMES):
            self.check()
            stop = min(start + BLOCK_FRAMES, self.frames)
            loud = gain * np.ascontiguousarray(self._read(start, stop))
            if level.limited_db > 0:
                first, last = max(start - context, 0), min(stop + context, self.frames)
                peaks = gain * _floats(self._peaks, first, last, 1)[:, 0]
                loud = loud * gain_under(peaks, ceiling, self.sample_rate)[start - first : stop - first]
            yield loud

    @cached_property
    def _peaks(self) -> BinaryIO:
        for start in range(0, self.frames, BLOCK_FRAMES):
            self.check()
            stop = min(start + BLOCK_FRAMES, self.frames)
            first, last = max(start - CONTEXT, 0), min(stop + CONTEXT, self.frames)
            peaks = intersample_peaks(np.ascontiguousarray(self._read(first, last)))[start - first : stop - first]
            try:
                self.peaks_file.write(peaks.astype(np.float32).tobytes())
            except OSError as error:
                raise AudioError(f"cannot render: {error.strerror}. Free some disk space.") from error
        return self.peaks_file

    def _read(self, first: int, last: int) -> Samples:
        return _floats(self.file, first, last, self.channels).T


def _floats(file: BinaryIO, first: int, last: int, width: int) -> Samples:
    """Some rows of a file, (rows, width). A memory map would count as memory, all of it, once it is read."""
    file.seek(first * width * FLOAT_BYTES)
    return np.fromfile(file, np.float32, (last - first) * width).reshape(-1, width)
