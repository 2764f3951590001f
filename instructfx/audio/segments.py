"""A stretch of a file as a file of its own: what a player is given of a track, piece by piece."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soundfile

from instructfx.audio.containers import opened
from instructfx.audio.joined import JoinedFile
from instructfx.audio.signal import put
from instructfx.errors import AudioError

SEGMENT_FRAMES = 1 << 17
"""Frames of each segment but the last, whatever the sample rate: 3 s at 44.1 kHz."""


@dataclass(frozen=True)
class Segment:
    """A file in memory, and its container: "FLAC" or "WAV"."""

    content: bytes
    container: str


def segment_of(path: str | os.PathLike[str], number: int, frames: int | None = None) -> Segment:
    """Frames number * SEGMENT_FRAMES and on of a file, as it is read everywhere here: FLAC of 24 bits, or WAV of floats
    where they go beyond full scale, which whole numbers do not hold. Where it is heard for more frames than it has, it
    goes round.

    IndexError where the file has no such segment, AudioError where it cannot be read.
    """
    with opened(path) as file:
        first, end = number * SEGMENT_FRAMES, frames or file.frames
        if not 0 <= first < end:
            raise IndexError(number)
        samples = np.concatenate(list(_round(file, first, min(SEGMENT_FRAMES, end - first)))).T
        rate = file.samplerate
    container, subtype = ("WAV", "FLOAT") if np.abs(samples).max() > 1 else ("FLAC", "PCM_24")
    target = io.BytesIO()
    with soundfile.SoundFile(target, "w", rate, len(samples), subtype, format=container) as segment:
        put(segment, samples)
    return Segment(target.getvalue(), container)


def _round(file: JoinedFile, first: int, frames: int) -> Iterator[npt.NDArray[np.float32]]:
    """So many frames from that one on, from the beginning again where the file ends."""
    while frames > 0:
        file.seek(first % file.frames)
        block = file.read(frames)
        if not len(block):
            raise AudioError("a sound that is played has become shorter; load the page again.")
        yield block
        first, frames = first + len(block), frames - len(block)
