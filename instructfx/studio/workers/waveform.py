"""What a player shows of a file before it is heard: outline, length, loudness and peaks, read block by block."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.studio.workers.messages import Sound

if TYPE_CHECKING:
    from instructfx.audio.track import Track

COLUMNS = 400


def sound_of(path: Path, columns: int = COLUMNS) -> Sound:
    """A file with the peak of each of so many equal stretches, the loudest of them 1."""
    import numpy as np

    from instructfx.audio import blocks
    from instructfx.audio.containers import opened
    from instructfx.audio.fold_down import FoldMeter
    from instructfx.audio.loudness import LoudnessMeter
    from instructfx.audio.true_peak import TruePeakMeter

    with opened(path) as file:
        edges = np.linspace(0, file.frames, columns + 1).round().astype(int)
        loudness = LoudnessMeter(file.samplerate, file.channels)
        true_peak = TruePeakMeter(file.channels)
        fold = FoldMeter(file.samplerate, file.channels)
        peaks = np.zeros(columns)
        position = 0
        for block in blocks(file, path.name):
            loudness.push(block)
            true_peak.push(block)
            fold.push(block)
            level = np.abs(block).max(axis=0)
            inside = np.flatnonzero((edges[1:] > position) & (edges[:-1] < position + len(level)))
            heights = np.maximum.reduceat(level, (edges[inside] - position).clip(0))
            peaks[inside] = np.maximum(peaks[inside], heights)
            position += len(level)
        seconds = file.frames / file.samplerate
    highest = max(float(peaks.max()), 1e-9)
    outline = tuple(round(float(peak), 3) for peak in peaks / highest)
    return Sound(
        path,
        outline,
        seconds,
        loudness_lufs=loudness.integrated_lufs(),
        loudness_range_lu=loudness.loudness_range_lu(),
        peak_dbfs=float(20 * np.log10(highest)),
        true_peak_dbtp=true_peak.true_peak_dbtp(),
        fold=fold.fold_down(),
    )


def gone_round(sound: Sound, seconds: float) -> tuple[float, ...]:
    """The outline of a sound that is heard again and again for so long."""
    import numpy as np

    peaks = np.array(sound.outline)
    edges = np.linspace(0, len(peaks) * seconds / sound.seconds, len(peaks) + 1)
    inside = (np.arange(int(start), int(np.ceil(end))) for start, end in pairwise(edges))
    return tuple(float(peaks[each % len(peaks)].max()) for each in inside)


def part_of(path: Path, track: Track, start: int | None) -> Sound:
    """A file in which the excerpt of a track from that frame on is heard through a chain, None the usual one."""
    from instructfx.audio.loudness import LoudnessMeter

    heard, dry = sound_of(path), track.excerpt(start)
    loudness = LoudnessMeter(dry.sample_rate, dry.channels)
    loudness.push(dry.samples)
    return replace(
        heard,
        loudness_lufs=track.loudness_lufs + heard.loudness_lufs - loudness.integrated_lufs(),
        start_seconds=track.excerpt_from(start) / track.sample_rate,
        whole=False,
    )
