"""How long a room rings, measured."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.signal

Response = npt.NDArray[np.float64]


def rt60_seconds(response: Response, low_hz: float, high_hz: float, sample_rate: int = 44_100) -> float:
    """Decay by 60 dB of a band of (channels, frames): backward integration from -5 to -35 dB (Schroeder 1965; ISO
    3382)."""
    band = scipy.signal.butter(4, [low_hz, high_hz], "bandpass", fs=sample_rate, output="sos")
    energy = np.square(scipy.signal.sosfilt(band, response)).sum(axis=0)
    decay_db = 10 * np.log10(energy[::-1].cumsum()[::-1] / energy.sum() + 1e-15)
    first, last = (int(np.argmax(decay_db < level)) for level in (-5, -35))
    return 2 * (last - first) / sample_rate
