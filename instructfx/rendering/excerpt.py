"""What a person hears of a chain: the excerpt through it, as loud as the dry track.

The level law, here and nowhere else: what comes out is as loud as what went in, plus what the `gain` effect
asks for. So "warmer" is never only louder, and "3 dB louder" is 3 dB louder.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import torch
from torch import Tensor

from instructfx.audio.loudness import k_weighting
from instructfx.chain import Chain
from instructfx.effects.device import CPU, brought
from instructfx.effects.spec import Settings

SILENCE = 1e-12  # mean square: -120 dB


def k_power(frequencies_hz: Tensor, sample_rate: int) -> Tensor:
    """Squared magnitude of BS.1770's K-weighting at these frequencies, (bins,)."""
    z1 = torch.exp(-2j * torch.pi * frequencies_hz.double() / sample_rate)
    powers = torch.stack([torch.ones_like(z1), z1, z1 * z1])
    sections = torch.from_numpy(k_weighting(sample_rate)).to(powers)
    response = (sections[:, :3] @ powers).abs() / (sections[:, 3:] @ powers).abs()
    return response.prod(dim=0).square().float()


def k_energy(samples: Tensor, sample_rate: int) -> Tensor:
    """K-weighted mean square, summed over channels: (batch, channels, frames) -> (batch,).

    This is BS.1770 without the gate, which ten seconds of steady energy do not need.
    """
    frames = samples.shape[-1]
    power = torch.view_as_real(torch.fft.rfft(samples)).square().sum(dim=-1)
    return 2 * (power @ k_power_of_bins(frames, sample_rate, samples.device).to(power)).sum(dim=1) / frames**2


@lru_cache(maxsize=16)
def k_power_of_bins(frames: int, sample_rate: int, device: torch.device = CPU) -> Tensor:
    """`k_power` at the bins of a Fourier transform over so many frames, kept on the device."""
    return k_power(torch.fft.rfftfreq(frames, 1 / sample_rate), sample_rate).to(device)


def asked_gain_db(chain: Chain, settings: Sequence[Settings]) -> Tensor:
    """What the chain's gain effects ask for, in dB, (batch,)."""
    asked = torch.zeros(1, dtype=torch.float64)
    for slot, values in zip(chain.slots, settings, strict=True):
        if slot.effect.name == "gain" and not slot.bypassed:
            asked = asked + values["gain_db"]
    return asked


def matching_gain(energy: Tensor, wanted: Tensor, gain_db: Tensor) -> Tensor:
    """The factor that brings a K-weighted energy to the wanted one plus gain_db; all (batch,)."""
    return (wanted / energy.clamp(min=SILENCE)).sqrt() * 10 ** (brought(gain_db, energy) / 20)


@dataclass(frozen=True)
class Excerpt:
    """The dry sound that is listened to: samples (1, channels, frames) at sample_rate."""

    samples: Tensor
    sample_rate: int

    @cached_property
    def _energy(self) -> Tensor:
        return k_energy(self.samples, self.sample_rate)

    def on(self, device: torch.device) -> Excerpt:
        """The same sound on a device."""
        return self if self.samples.device == device else Excerpt(self.samples.to(device), self.sample_rate)

    def heard(self, chain: Chain, settings: Sequence[Settings] | None = None) -> Tensor:
        """The excerpt through the chain, loudness-matched: (batch, channels, frames)."""
        settings = settings or chain.tensors()
        rendered = chain.apply(self.samples, self.sample_rate, settings)
        energy = k_energy(rendered, self.sample_rate)
        factor = matching_gain(energy, self._energy, asked_gain_db(chain, settings))
        return rendered * factor[:, None, None]
