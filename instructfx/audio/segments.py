"""A stretch of a file as a file of its own: what a player is given of a track, piece by piece."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass

import numpy as np
import soundfile

from instructfx.audio.containers import opened
from instructfx.audio.signal import put

SEGMENT_FRAMES = 1 << 17
"""Frames of each segment but the last, whatever the sample rate: 3 s at 44.1 kHz."""


@dataclass(frozen=True)
class Segment:
    """A file in memory, and its container: "FLAC" or "WAV"."""

    content: bytes
    container: str


def segment_of(path: str | os.PathLike[str], number: int) -> Segment:
    """Frames number * SEGMENT_FRAMES and on of a file, as it is read everywhere here: FLAC of 24 bits, or WAV of floats
    where they go beyond full scale, which whole numbers do not hold.

    IndexError where the file has no such segment, AudioError where it cannot be read.
    """
    with opened(path) as file:
        first = number * SEGMENT_FRAMES
        if not 0 <= first < file.frames:
            raise IndexError(number)
        file.seek(first)
        samples = file.read(SEGMENT_FRAMES).T
        rate = file.samplerate
    container, subtype = ("WAV", "FLOAT") if np.abs(samples).max() > 1 else ("FLAC", "PCM_24")
    target = io.BytesIO()
    with soundfile.SoundFile(target, "w", rate, len(samples), subtype, format=container) as segment:
        put(segment, samples)
    return Segment(target.getvalue(), container)
