"""A stretch of one file in the format of another, to be heard beside it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from instructfx.audio.containers import opened
from instructfx.audio.signal import Samples, blocks, check_audible, put, resampled, writing


def conform(
    source: str | os.PathLike[str],
    target: Path,
    format: tuple[int, int],
    stretch: tuple[int, int],
    name: str,
    on_progress: Callable[[float], None] = lambda share: None,
) -> Path:
    """Write a stretch of a file at another rate and number of channels; where it lies now.

    format is (Hz, 1 or 2 channels); stretch is (the file's frame that it begins with, its most frames at that rate),
    and ends where the file does. Sides are averaged into one channel, and one is put on both sides. It is FLAC of 24
    bits, or where the sound goes beyond full scale, which whole numbers do not hold, WAV of floats; the extension
    follows. on_progress is told shares from 0 to 1, and may raise. AudioError where the file cannot be read and where
    nothing is to be heard in the stretch, which is called `name`. Nothing is left then.
    """
    for path, encoding in ((target.with_suffix(".flac"), "PCM_24"), (target.with_suffix(".wav"), "FLOAT")):
        peak, done = 0.0, 0
        try:
            with writing(path, *format, encoding) as file:
                for block in _converted(source, format, stretch, name):
                    peak, done = max(peak, float(np.abs(block).max(initial=0.0))), done + block.shape[1]
                    if peak > 1 and encoding == "PCM_24":
                        break
                    put(file, block)
                    on_progress(min(done / stretch[1], 1.0))
            check_audible(peak, name)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if peak <= 1:
            break
        if encoding == "PCM_24":
            path.unlink()
    return path


def _converted(
    source: str | os.PathLike[str], format: tuple[int, int], stretch: tuple[int, int], name: str
) -> Iterator[Samples]:
    """The frames of the stretch as (channels, frames) blocks."""
    (rate, channels), (first, left) = format, stretch
    with opened(source, name) as file:
        file.seek(first)
        sides = (_on_sides(block, channels) for block in blocks(file, name))
        for block in resampled(sides, file.samplerate, rate, channels):
            yield block[:, :left]
            left -= block.shape[1]
            if left <= 0:
                return


def _on_sides(block: Samples, channels: int) -> Samples:
    """Averaged into one channel, or put on as many as there are to be."""
    one = block.mean(axis=0, keepdims=True) if channels < len(block) else block
    return one.repeat(channels // len(one), 0)
