"""Spectra as they are drawn: the long-term average of a sound in third-octave bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from instructfx.chain import Chain
from instructfx.effects.memoryless import as_tensors

LOW_HZ, HIGH_HZ = 20.0, 20_000.0
POINTS = 121
WINDOW = 16_384
FLOOR_DB = -120.0
FULL_SCALE_DB = 3.01  # a sine at full scale reads 0 dB, as AES17 has it


@dataclass(frozen=True)
class Curve:
    """Levels in dB at frequencies in Hz, lowest first."""

    frequencies_hz: tuple[float, ...]
    levels_db: tuple[float, ...]


def drawn_hz(sample_rate: int) -> NDArray[np.float64]:
    """Where curves are drawn: evenly in octaves from 20 Hz to 20 kHz, or to where the sample rate ends."""
    hz = np.geomspace(LOW_HZ, HIGH_HZ, POINTS)
    return hz[hz * 2 ** (1 / 6) <= sample_rate / 2]


def spectrum_of(samples: Tensor, sample_rate: int) -> Curve:
    """Long-term average level in the third octave around each frequency, in dB of full scale, all channels together.

    samples (channels, frames); power by Welch's method (1967), Hann windows of 16,384 frames that overlap by half.
    """
    frames = samples.shape[-1]
    size = min(WINDOW, 1 << max(frames - 1, 1).bit_length())
    window = torch.hann_window(size, dtype=torch.float64)
    padded = torch.nn.functional.pad(samples.double(), (0, max(size - frames, 0)))
    power = torch.zeros(size // 2 + 1, dtype=torch.float64)
    pieces = padded.unfold(-1, size, size // 2)
    for piece in pieces.unbind(dim=-2):  # one at a time: minutes of sound fit in little memory
        power += torch.view_as_real(torch.fft.rfft(piece * window)).square().sum(dim=(0, -1))
    # One-sided: every bin but the first stands for two; the sum over bins is then the mean square of a channel.
    power *= 2 / (len(samples) * pieces.shape[-2] * size * float(window.square().sum()))
    centres_hz = drawn_hz(sample_rate)
    edges_hz = (np.arange(len(power) + 1) - 0.5) * sample_rate / size
    below = np.concatenate([[0.0], np.cumsum(power.numpy())])
    low, high = (np.interp(centres_hz * 2 ** (side / 6), edges_hz, below) for side in (-1, 1))
    levels_db = 10 * np.log10(np.maximum(high - low, 1e-30)) + FULL_SCALE_DB
    return Curve(tuple(centres_hz.tolist()), tuple(np.maximum(levels_db, FLOOR_DB).tolist()))


def response_of(chain: Chain, sample_rate: int) -> Curve | None:
    """What the chain's equalisers do together, in dB; None where none is heard."""
    hz = drawn_hz(sample_rate)
    magnitudes = [
        slot.effect.response(as_tensors(slot.settings), sample_rate, torch.from_numpy(hz))[0]
        for slot in chain.slots
        if slot.effect.response and slot.heard
    ]
    if not magnitudes:
        return None
    levels_db = 20 * torch.log10(torch.stack(magnitudes)).sum(0)
    return Curve(tuple(hz.tolist()), tuple(levels_db.tolist()))
