"""An audio file that has been listened to once: its format, its loudness, its most telling seconds."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from instructfx.audio.containers import opened
from instructfx.audio.loudness import STEP_SECONDS, Levels, LoudnessMeter, to_lufs
from instructfx.audio.naming import one_line
from instructfx.audio.signal import SILENCE_DBFS, Audio, blocks, check_audible, check_format
from instructfx.errors import AudioError, InstructionError

EXCERPT_SECONDS = 10.0
PEAK_ALLOWANCE_LU = 3.0  # a burst above the track's loudness counts as no more than this
UNSTEADINESS = 0.25  # how much a decibel of spread costs against a decibel of level


@dataclass(frozen=True)
class Track:
    """A whole audio file on disk. excerpt_start counts frames; loudness is BS.1770's, in LUFS."""

    path: Path
    name: str
    sha256: str
    sample_rate: int
    channels: int
    frames: int
    loudness_lufs: float
    excerpt_start: int

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate

    def excerpt_from(self, start: int | None = None) -> int:
        """The frame at which `excerpt` begins."""
        wanted = min(round(EXCERPT_SECONDS * self.sample_rate), self.frames)
        return min(self.excerpt_start if start is None else start, self.frames - wanted)

    def excerpt(self, start: int | None = None) -> Audio:
        """Ten seconds from a frame on, else the most telling ones; all of a shorter track; at the track's own rate.

        Where fewer are left behind that frame, the last ten seconds.
        """
        wanted = min(round(EXCERPT_SECONDS * self.sample_rate), self.frames)
        with opened(self.path) as file:
            file.seek(self.excerpt_from(start))
            samples = file.read(wanted)
        return Audio(np.ascontiguousarray(samples.T), self.sample_rate)


def frame_at(track: Track, start_seconds: float) -> int:
    """The frame at which an excerpt from that time on begins; InstructionError beyond the track and in silence."""
    number = isinstance(start_seconds, int | float) and not isinstance(start_seconds, bool)
    if not number or not 0 <= start_seconds < track.seconds:
        raise InstructionError(
            f"the excerpt begins at a time from 0 s to the track's end at {track.seconds:.1f} s, not {start_seconds!r}"
        )
    wanted = min(round(EXCERPT_SECONDS * track.sample_rate), track.frames)
    start = min(round(start_seconds * track.sample_rate), track.frames - wanted)
    if np.abs(track.excerpt(start).samples).max() < 10 ** (SILENCE_DBFS / 20):
        raise InstructionError(f"there is nothing to be heard from {start_seconds:g} s on; choose another place")
    return start


def inspect(path: str | os.PathLike[str], name: str | None = None) -> Track:
    """Listen to a file from end to end, block by block, and describe it.

    `name` is what messages call it. Raises AudioError for every file that cannot be used.
    """
    source = Path(path)
    shown = one_line(name or source.name)
    with opened(source, name) as file:
        meter = LoudnessMeter(file.samplerate, file.channels)
        peak, frames = 0.0, 0
        for block in blocks(file, shown):
            meter.push(block)
            peak = max(peak, float(np.abs(block).max()))
            frames += block.shape[1]
        check_format(file.channels, frames, file.samplerate, shown)
        check_audible(peak, shown)
        start = round(telling_second(to_lufs(meter.momentary())) * file.samplerate)
        wanted = min(round(EXCERPT_SECONDS * file.samplerate), frames)
        return Track(
            path=source,
            name=shown,
            sha256=sha256_of(source),
            sample_rate=file.samplerate,
            channels=file.channels,
            frames=frames,
            loudness_lufs=meter.integrated_lufs(),
            excerpt_start=min(start, frames - wanted),
        )


def telling_second(levels_lufs: Levels) -> float:
    """Where ten seconds of high and steady energy begin, in seconds, from levels every 100 ms.

    The level of a window is its mean with bursts clipped, less a quarter of its spread.
    """
    window = round(EXCERPT_SECONDS / STEP_SECONDS)
    if len(levels_lufs) <= window:
        return 0.0
    ceiling = float(to_lufs((10 ** (levels_lufs / 10)).mean())) - float(to_lufs(1.0)) + PEAK_ALLOWANCE_LU
    heard = np.clip(levels_lufs, -70, ceiling)
    windows = np.lib.stride_tricks.sliding_window_view(heard, window)
    merit = windows.mean(axis=1) - UNSTEADINESS * windows.std(axis=1)
    return float(np.argmax(merit)) * STEP_SECONDS


def sha256_of(path: str | os.PathLike[str]) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror}.") from error
