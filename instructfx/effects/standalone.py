"""What the stand-alone code of effects shares: pedalboard, numpy and soundfile alone.

An effect's `standalone` function and what it calls are copied into an exported program as they stand. So they may
need nothing else of InstructFX, and their comments are for whoever reads such a file. The function takes the samples,
the sample rate and its settings by their names, and "room" and "room_peak" where it convolves with the effect's
impulse response.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pedalboard

Samples = npt.NDArray[np.float32]  # (channels, frames)


def on_board(plugins: Sequence[pedalboard.Plugin], samples: Samples, sample_rate: int, mix: float = 1.0) -> Samples:
    """Through pedalboard's plugins; mix is the share of what comes out of them, 0 to 1."""
    wet = pedalboard.Pedalboard(list(plugins)).process(samples, sample_rate, buffer_size=8192)
    return np.float32(1 - mix) * samples + np.float32(mix) * wet


def convolved(samples: Samples, taps: npt.NDArray[np.float64]) -> Samples:
    """The sound through an impulse response (channels or 1, taps), a million frames at a time; as long as it was."""
    frames = samples.shape[1]
    block = min(frames, 1 << 20)
    size = 1 << (block + taps.shape[1] - 1).bit_length()
    response = np.fft.rfft(taps, size)
    sound = np.zeros((samples.shape[0], frames + size), dtype=np.float32)
    for start in range(0, frames, block):
        part = np.fft.rfft(samples[:, start : start + block], size)
        sound[:, start : start + size] += np.fft.irfft(part * response, size)
    return sound[:, :frames]
