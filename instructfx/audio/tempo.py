"""The tempo of a recording, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.ndimage
import scipy.signal

from instructfx.audio.signal import Samples

SLOWEST_BPM, FASTEST_BPM = 60.0, 180.0
USUAL_BPM, SPREAD_OCTAVES = 120.0, 1.0
HOP_SECONDS, WINDOW_SECONDS = 0.01, 0.04
SMOOTHING_HOPS = 2.0
FLOOR = 1e-5  # of the loudest bin's magnitude: -100 dB
SURE = 0.4  # of a repetition as like as the onsets are to themselves
LEAST_SECONDS = 5.0

Onsets = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tempo:
    """Beats a minute, 60 to 180; strength, 0 to 1, is how much the onsets are like themselves a beat later."""

    bpm: float
    strength: float

    @property
    def sure(self) -> bool:
        """Whether there is a beat that repeats clearly."""
        return self.strength >= SURE


UNKNOWN = Tempo(USUAL_BPM, 0.0)
"""Where there is too little to hear a beat in."""


def tempo_of(samples: Samples, sample_rate: int) -> Tempo:
    """The tempo of one channel, (frames,).

    Onset strength is spectral flux of log magnitudes, half-wave rectified (Bello et al. 2005); its autocorrelation,
    weighted by a Gaussian over the logarithm of tempo around 120 bpm, peaks at the beat (Ellis 2007, "Beat tracking by
    dynamic programming"). Half and double of what people tap are the usual mistakes of this method.
    """
    if len(samples) < LEAST_SECONDS * sample_rate:
        return UNKNOWN
    onsets = scipy.ndimage.gaussian_filter1d(_onset_strength(samples, sample_rate), SMOOTHING_HOPS)
    onsets -= onsets.mean()
    frames = len(onsets)
    alike = scipy.signal.correlate(onsets, onsets, method="fft")[frames - 1 :]
    if alike[0] <= 0:
        return UNKNOWN
    lags = np.arange(round(60 / FASTEST_BPM / HOP_SECONDS), round(60 / SLOWEST_BPM / HOP_SECONDS) + 1)
    # Fewer products are left at long lags.
    likeness = alike[lags] / alike[0] * frames / (frames - lags)
    octaves = np.log2(60 / (lags * HOP_SECONDS) / USUAL_BPM)
    best = int(np.argmax(likeness * np.exp(-0.5 * np.square(octaves / SPREAD_OCTAVES))))
    bpm = 60 / (_finer(alike, int(lags[best])) * HOP_SECONDS)
    return Tempo(float(np.clip(bpm, SLOWEST_BPM, FASTEST_BPM)), float(np.clip(likeness[best], 0, 1)))


def _onset_strength(samples: Samples, sample_rate: int) -> Onsets:
    hop = round(HOP_SECONDS * sample_rate)
    length = round(WINDOW_SECONDS * sample_rate)
    _, _, spectra = scipy.signal.stft(samples, sample_rate, nperseg=length, noverlap=length - hop, padded=False)
    magnitude = np.abs(spectra)
    levels = np.log10(magnitude + FLOOR * magnitude.max(initial=FLOOR))
    flux: Onsets = np.diff(levels, axis=1).clip(min=0).sum(axis=0).astype(np.float64)
    return flux


def _finer(alike: Onsets, lag: int) -> float:
    """Where the autocorrelation peaks between hops: the lag of the fourth beat, a quarter of it, through a parabola."""
    many = next((count for count in (8, 4, 2, 1) if (lag + 1) * count + 2 < len(alike) // 2), 1)
    window = np.arange(max(many * lag - many, 1), many * lag + many + 1)
    peak = int(window[np.argmax(alike[window])])
    left, middle, right = alike[peak - 1 : peak + 2]
    bend = left - 2 * middle + right
    offset = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float(peak + offset) / many
