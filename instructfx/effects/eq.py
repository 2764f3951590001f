"""Six-band parametric equaliser on dasp-pytorch: low shelf, four peaks, high shelf."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from dasp_pytorch.signal import biquad, sosfilt_via_fsm
from torch import Tensor

from instructfx.device import CPU, has_doubles
from instructfx.effects.convolution import Convolution
from instructfx.effects.spec import Effect, Param, Settings

BANDS: Mapping[str, tuple[float, float, float]] = {
    "low_shelf": (30, 450, 120),
    "low_mid": (60, 1000, 300),
    "mid": (250, 4000, 1000),
    "high_mid": (800, 9000, 2800),
    "treble": (2500, 16000, 6000),
    "high_shelf": (2000, 18000, 8000),
}
"""Band -> lowest, highest and default cutoff frequency in Hz, in the order of the cascade."""

Band = tuple[Tensor, Tensor, Tensor]  # gain_db, cutoff_hz, q, (batch,) each

SHAPES = ("low_shelf", "peaking", "peaking", "peaking", "peaking", "high_shelf")
SHELF_Q = 0.707
PEAK_Q = 1.0
DECAY_NEPERS = 13.8  # the impulse response is cut where its slowest mode has fallen by 120 dB
MIN_TAPS, MAX_TAPS = 4096, 1 << 19


def _params() -> tuple[Param, ...]:
    params = []
    for (band, (low, high, default)), shape in zip(BANDS.items(), SHAPES, strict=True):
        words = band.replace("_", " ")
        q = PEAK_Q if shape == "peaking" else SHELF_Q
        params += [
            Param(f"{band}_gain_db", -20, 20, 0, "dB", step=0.1, help=f"{words}: boost or cut"),
            Param(f"{band}_cutoff_frequency_hz", low, high, default, "Hz", "log", 1, f"{words}: where"),
            Param(f"{band}_q", 0.1, 6, q, scale="log", help=f"{words}: how narrow"),
        ]
    return tuple(params)


def _bands(settings: Settings, sample_rate: int) -> list[Band]:
    """The six bands in their order, each setting (batch,); cutoffs stay below 0.45 of the sample rate."""
    batch = max(len(values) for values in settings.values())
    return [
        (
            settings[f"{band}_gain_db"].expand(batch),
            settings[f"{band}_cutoff_frequency_hz"].clamp(max=0.45 * sample_rate).expand(batch),
            settings[f"{band}_q"].expand(batch),
        )
        for band in BANDS
    ]


def magnitude(settings: Settings, sample_rate: int, frequencies_hz: Tensor) -> Tensor:
    """Magnitude response of the six biquads, (batch, bins), differentiable.

    H(z) = B(z) / A(z) at z = exp(2 pi i f / sample_rate); biquads by Bristow-Johnson's cookbook.
    """
    z1 = torch.exp(-2j * torch.pi * frequencies_hz.double() / sample_rate)
    powers = torch.stack([torch.ones_like(z1), z1, z1 * z1])
    response: Tensor = torch.ones(1, len(frequencies_hz), dtype=torch.float64)
    for (gain_db, cutoff_hz, q), shape in zip(_bands(settings, sample_rate), SHAPES, strict=True):
        b, a = biquad(gain_db, cutoff_hz, q, sample_rate, shape)
        zeros, poles = b.to(powers) @ powers, a.to(powers) @ powers
        response = response * (zeros.abs() / poles.abs())
    return response


def impulse_response(settings: Settings, sample_rate: int, channels: int, device: torch.device = CPU) -> Tensor:
    """dasp-pytorch's cascade of biquads on a unit impulse, (batch, 1, taps) with taps enough for -120 dB."""
    bands = _bands(settings, sample_rate)
    sections = [torch.cat(biquad(*band, sample_rate, shape), dim=-1) for band, shape in zip(bands, SHAPES, strict=True)]
    cascade = torch.stack(sections, dim=1)
    taps = 1 << int(_ringing_frames(cascade)).bit_length()
    taps = min(max(taps, MIN_TAPS), MAX_TAPS)
    place = device if has_doubles(device) else CPU  # single precision would leave low, narrow bands off by -70 dB
    impulse = torch.zeros(len(cascade), 1, taps, device=place)
    impulse[..., 0] = 1
    return torch.as_tensor(sosfilt_via_fsm(cascade.to(place), impulse)).to(device)


@torch.no_grad()
def _ringing_frames(cascade: Tensor) -> float:
    """Frames until the slowest pole of any biquad has decayed: narrow boosts and broad, low shelves ring long.

    cascade is (batch, biquads, 6), b and a of each.
    """
    slowest = 0.0
    for a in cascade[..., 3:].unbind(dim=1):
        half, square = a[..., 1] / a[..., 0] / 2, a[..., 2] / a[..., 0]  # poles at -half +- sqrt(half^2 - square)
        apart = half.square() - square
        radius = torch.where(apart > 0, half.abs() + apart.clamp(min=0).sqrt(), square.clamp(min=0).sqrt())
        slowest = max(slowest, float(radius.max()))
    return DECAY_NEPERS / max(-math.log(slowest), 1e-9)


EQ = Effect(
    name="eq",
    label="Equaliser",
    summary="Six-band parametric equaliser: tone, warmth, brightness, mud, harshness, air.",
    params=_params(),
    render=Convolution(impulse_response),
    differentiable=True,
    aliases=("equalizer", "equaliser", "parametric_eq"),
    response=magnitude,
)
