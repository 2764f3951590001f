"""True peaks after ITU-R BS.1770-4, and a limiter that keeps them under a ceiling."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.ndimage
import scipy.signal

from instructfx.audio.signal import Audio, Samples

OVERSAMPLING = 4
TAPS = 96  # BS.1770 annex 2 has 48, which read dense treble up to a decibel too low
CONTEXT = TAPS // OVERSAMPLING  # frames on either side that an interpolated peak depends on
PIECE_FRAMES = 4096
MAX_OVERSHOOT = 2.0  # an interpolated peak is taken to stay under twice the samples around it
LOOK_AHEAD_SECONDS = 0.005


@lru_cache(maxsize=1)
def _interpolator() -> Samples:
    """Low-pass at the original Nyquist frequency, for four times the rate."""
    return np.float32(OVERSAMPLING) * scipy.signal.firwin(TAPS + 1, 1 / OVERSAMPLING).astype(np.float32)


def intersample_peaks(samples: Samples) -> Samples:
    """Highest magnitude at and around each frame, over channels: (channels, frames) -> (frames,)."""
    dense = np.abs(scipy.signal.upfirdn(_interpolator(), samples, OVERSAMPLING, axis=1)).max(axis=0)
    delay = TAPS // 2
    frames = samples.shape[1]
    aligned = dense[delay - 1 : delay - 1 + OVERSAMPLING * frames]
    return np.maximum(aligned.reshape(frames, OVERSAMPLING).max(axis=1), np.abs(samples).max(axis=0))


class TruePeakMeter:
    """Feed it blocks of (channels, frames); it knows the highest true peak among them.

    Pieces whose samples are too low to hold a new highest peak are not oversampled.
    """

    def __init__(self, channels: int) -> None:
        self._before = np.zeros((channels, 2 * CONTEXT), dtype=np.float32)
        self._peak = 0.0

    def push(self, samples: Samples) -> None:
        """Take the next block of the sound."""
        joined = np.concatenate([self._before, samples], axis=1)
        self._before = joined[:, -2 * CONTEXT :]
        for start in range(CONTEXT, joined.shape[1] - CONTEXT, PIECE_FRAMES):
            self._take(joined[:, start - CONTEXT : start + PIECE_FRAMES + CONTEXT])

    def _take(self, piece: Samples) -> None:
        """Look at all but the ends of a piece: what is beyond them decides over their interpolated peaks."""
        if MAX_OVERSHOOT * float(np.abs(piece).max()) > self._peak:
            inside = intersample_peaks(piece)[CONTEXT:-CONTEXT]
            self._peak = max(self._peak, float(inside.max()))

    def true_peak_dbtp(self) -> float:
        """Highest true peak so far, in dBTP; -120 for silence."""
        self._take(np.pad(self._before, ((0, 0), (0, CONTEXT))))
        return float(20 * np.log10(max(self._peak, 1e-6)))


def true_peak_dbtp(audio: Audio) -> float:
    """True peak of a sound in memory, in dBTP (BS.1770-4, four times oversampled)."""
    meter = TruePeakMeter(audio.channels)
    meter.push(audio.samples)
    return meter.true_peak_dbtp()


def limiting_gain(samples: Samples, ceiling: float, sample_rate: int) -> npt.NDArray[np.float32]:
    """Gain (frames,) that keeps the true peaks of (channels, frames) under a linear ceiling.

    Look-ahead limiting: what each peak needs is held for five milliseconds on either side and smoothed by a
    moving average no longer than the hold, so that the gain has come down when the peak arrives. Values within
    ten milliseconds of the ends depend on what lies beyond: give context and cut it off.
    """
    return gain_under(intersample_peaks(samples), ceiling, sample_rate)


def gain_under(peaks: Samples, ceiling: float, sample_rate: int) -> npt.NDArray[np.float32]:
    """`limiting_gain` for the highest magnitude at each frame, (frames,)."""
    needed = np.minimum(ceiling / np.maximum(peaks, 1e-9), 1.0)
    reach = max(round(LOOK_AHEAD_SECONDS * sample_rate), 1)
    held = scipy.ndimage.minimum_filter1d(needed, 2 * reach + 1, mode="nearest")
    smooth = scipy.ndimage.uniform_filter1d(held, 2 * reach + 1, mode="nearest")
    return np.asarray(smooth, dtype=np.float32)
