"""The perceptual ear's front end: a sound as power over time and frequency, and as waveform statistics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from instructfx.effects.device import CPU

SAMPLE_RATE = 44_100
WINDOW = 2048  # 46 ms
HOP = 1024
FRAME_RATE = SAMPLE_RATE / HOP
BANDS = 32
LOW_HZ, HIGH_HZ = 40.0, 17_000.0
SILENCE = 1e-12


@dataclass(frozen=True)
class Analysis:
    """What the measures look at; the first axis is the batch.

    left, right and cross (batch, bins, frames) hold |L|^2, |R|^2 and Re(L R*); crest_db (batch, frames) the crest
    factor of each frame; level (batch, frames) the mean square that weighs it; sound (batch, frames) the mono sum.
    """

    left: Tensor
    right: Tensor
    cross: Tensor
    crest_db: Tensor
    level: Tensor
    sound: Tensor

    @property
    def power(self) -> Tensor:
        """Power of both channels together, (batch, bins, frames)."""
        return self.left + self.right

    @property
    def spectrum(self) -> Tensor:
        """Long-term average power, (batch, bins)."""
        return self.power.mean(dim=2)


def frequencies_hz() -> Tensor:
    """Centre of each bin, (bins,)."""
    return torch.fft.rfftfreq(WINDOW, 1 / SAMPLE_RATE)


def analyse(samples: Tensor) -> Analysis:
    """(batch, 1 or 2 channels, frames) at 44.1 kHz -> Analysis. Mono is heard as two equal channels."""
    if samples.shape[-1] < WINDOW:
        samples = torch.nn.functional.pad(samples, (0, WINDOW - samples.shape[-1]))
    window = torch.hann_window(WINDOW, device=samples.device)
    batch, channels, frames = samples.shape
    flat = samples.reshape(batch * channels, frames)
    transform = torch.stft(flat, WINDOW, HOP, window=window, center=False, return_complex=True)
    transform = transform.reshape(batch, channels, *transform.shape[1:]) / WINDOW**0.5
    left, right = transform[:, 0], transform[:, -1]
    mono = samples.mean(dim=1)
    pieces = mono.unfold(-1, WINDOW, HOP)
    pieces = pieces - pieces.mean(dim=-1, keepdim=True)
    level = pieces.square().mean(dim=-1)
    # The 8-norm follows the peak and, unlike the maximum, has a gradient everywhere.
    relative = pieces.square() / (level[..., None] + SILENCE)
    return Analysis(
        left=left.abs().square(),
        right=right.abs().square(),
        cross=(left * right.conj()).real,
        crest_db=2.5 * torch.log10(relative.pow(4).mean(dim=-1) + SILENCE),
        level=level,
        sound=mono,
    )


@lru_cache(maxsize=1)
def band_centres_hz() -> Tensor:
    """Centres of 32 bands, equally spaced in ERB rate from 40 Hz to 17 kHz (Glasberg and Moore 1990)."""
    low, high = (21.4 * torch.log10(torch.tensor(1 + 0.00437 * hz)) for hz in (LOW_HZ, HIGH_HZ))
    rates = torch.linspace(float(low), float(high), BANDS)
    return (10 ** (rates / 21.4) - 1) / 0.00437


@lru_cache(maxsize=4)
def band_weights(device: torch.device = CPU) -> Tensor:
    """Triangular bands over the bins, (bands, bins); each sums to one, none is narrower than 1.5 bins."""
    hz = frequencies_hz()
    centres = band_centres_hz()
    spacing = torch.gradient(centres)[0].clamp(min=1.5 * SAMPLE_RATE / WINDOW)
    triangles = (1 - (hz[None, :] - centres[:, None]).abs() / spacing[:, None]).clamp(min=0)
    return (triangles / triangles.sum(dim=1, keepdim=True)).to(device)
