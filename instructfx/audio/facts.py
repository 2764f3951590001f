"""What can be told of a whole track by measuring it from end to end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from instructfx.audio.fold_down import NOTHING_LOST, FoldDown, FoldMeter
from instructfx.audio.loudness import LoudnessMeter
from instructfx.audio.signal import Samples
from instructfx.audio.tempo import Tempo, tempo_of
from instructfx.audio.true_peak import TruePeakMeter

BEAT_SECONDS = 90.0  # from the start, in which the beat is looked for
FULL_SCALE = 0.999  # a hair below 1, for formats that do not reach it


@dataclass(frozen=True)
class TrackFacts:
    """Length in seconds, integrated loudness in LUFS, true peak in dBTP, tempo, and how often the sound is clipped.

    clipped counts runs of three samples or more at full scale: a peak that only touches it has fewer. fold is what
    is lost where left and right are added.
    """

    seconds: float
    loudness_lufs: float
    true_peak_dbtp: float
    clipped: int
    tempo: Tempo
    fold: FoldDown = NOTHING_LOST


def facts_of(blocks: Iterable[Samples], sample_rate: int, channels: int) -> TrackFacts:
    """Measure a sound that comes as blocks of (channels, frames)."""
    loudness, peaks = LoudnessMeter(sample_rate, channels), TruePeakMeter(channels)
    fold = FoldMeter(sample_rate, channels)
    beginning = [np.zeros(0, np.float32)]
    full = np.zeros((channels, 3), dtype=bool)
    frames = clipped = 0
    for block in blocks:
        loudness.push(block)
        peaks.push(block)
        fold.push(block)
        if frames < BEAT_SECONDS * sample_rate:
            beginning.append(block.mean(axis=0))
        full = np.concatenate([full[:, -3:], np.abs(block) >= FULL_SCALE], axis=1)
        clipped += int((full[:, 3:] & full[:, 2:-1] & full[:, 1:-2] & ~full[:, :-3]).sum())
        frames += block.shape[1]
    tempo = tempo_of(np.concatenate(beginning)[: round(BEAT_SECONDS * sample_rate)], sample_rate)
    levels = loudness.integrated_lufs(), peaks.true_peak_dbtp()
    return TrackFacts(frames / sample_rate, *levels, clipped, tempo, fold.fold_down())
