"""A room made of noise: dasp-pytorch's noise-shaped model, seeded.

The impulse response is a sum of twelve octave bands of noise, each with a gain and an exponential decay
(Moorer 1979; Steinmetz, Ithapu and Calamia 2021). Unlike the library's own renderer the noise is always
the same, mono stays mono, and a larger decay setting gives a longer tail.
"""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from instructfx.effects.convolution import REFERENCE_RATE
from instructfx.effects.device import brought
from instructfx.effects.memoryless import per_sound
from instructfx.effects.spec import Settings

BAND_CENTRES_HZ = tuple(15.625 * 2.0**index for index in range(12))  # 16 Hz to 32 kHz
NEPERS_60_DB = 3 * math.log(10)
NOISE_SEED = 20171
DAMPED_OCTAVE = 0.5  # full damping halves the decay with every octave above 1 kHz


def band_decay_seconds(settings: Settings) -> Tensor:
    """RT60 of each band, (batch, 12): `decay_seconds` at mid, shaped by `damping` and `low_decay_ratio`."""
    octaves_up = torch.tensor([max(math.log2(hz / 1000), 0.0) for hz in BAND_CENTRES_HZ])
    lowness = torch.tensor([min(max(math.log2(500 / hz) / 2, 0.0), 1.0) for hz in BAND_CENTRES_HZ])
    high = (1 - DAMPED_OCTAVE * settings["damping"])[:, None] ** octaves_up.double()
    low = settings["low_decay_ratio"][:, None] ** lowness.double()
    return settings["decay_seconds"][:, None] * high * low


def band_gains(settings: Settings) -> Tensor:
    """Amplitude of each band, (batch, 12): second-order slopes at `low_cut_hz` and `high_cut_hz`."""
    centres_hz = torch.tensor(BAND_CENTRES_HZ, dtype=torch.float64)
    low_cut = 1 / (1 + (settings["low_cut_hz"][:, None] / centres_hz) ** 4).sqrt()
    high_cut = 1 / (1 + (centres_hz / settings["high_cut_hz"][:, None]) ** 4).sqrt()
    return low_cut * high_cut


@lru_cache(maxsize=4)
def _band_noise(taps: int, channels: int, device: torch.device) -> Tensor:
    """Octave bands of white noise, (1 + channels, 12, taps): one shared, then one for each channel.

    The same on every device: drawn on the processor, kept where it is heard.
    """
    generator = torch.Generator().manual_seed(NOISE_SEED)
    noise = torch.randn(1 + channels, 1, taps, generator=generator)
    frequencies_hz = torch.fft.rfftfreq(taps, 1 / REFERENCE_RATE)
    octaves = torch.log2(frequencies_hz.clamp(min=1e-3) / BAND_CENTRES_HZ[0])
    distance = (octaves[None, :] - torch.arange(len(BAND_CENTRES_HZ))[:, None]).abs().clamp(max=1)
    masks = torch.cos(distance * torch.pi / 2)  # neighbours cross at -3 dB: the power adds up to one
    return torch.fft.irfft(torch.fft.rfft(noise) * masks, taps).to(device)


def noise_room(settings: Settings, taps: int, channels: int, device: torch.device) -> Tensor:
    """What one click in each channel brings forth there, (1, channels, taps), at REFERENCE_RATE and of any level.

    One set of settings: the width, and those of `band_decay_seconds` and `band_gains`.
    """
    noise = _band_noise(taps, channels, device)
    time_seconds = torch.arange(taps, device=device) / REFERENCE_RATE
    envelopes = torch.exp(-NEPERS_60_DB * time_seconds / brought(band_decay_seconds(settings), noise)[..., None])
    shaped = envelopes * brought(band_gains(settings), noise)[..., None]
    shared, own = torch.einsum("bnt,cnt->bct", shaped, noise).split([1, channels], dim=1)
    angle = per_sound(settings["width"], noise) * torch.pi / 2
    return torch.cos(angle) * shared + torch.sin(angle) * own
