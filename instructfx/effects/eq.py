"""Six-band parametric equaliser on dasp-pytorch: low shelf, four peaks, high shelf."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import torch
from dasp_pytorch import signal
from torch import Tensor

from instructfx.effects.convolution import REFERENCE_RATE, Convolution, matched
from instructfx.effects.device import CPU, has_doubles
from instructfx.effects.heuristics import EffectHeuristics, Values
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings
from instructfx.effects.standalone import Samples, convolved, matched_to
from instructfx.effects.words import EffectWords, Nickname

BANDS: Mapping[str, tuple[float, float, float]] = {
    "low_shelf": (30, 450, 120),
    "low_mid": (60, 1000, 300),
    "mid": (250, 4000, 1000),
    "high_mid": (800, 9000, 2800),
    "treble": (2500, 16000, 6000),
    "high_shelf": (2000, 18000, 8000),
}
"""Band -> lowest, highest and default cutoff frequency in Hz, in the order of the cascade."""

TONE_AXES = ("bass", "body", "mud", "warmth", "nasal", "presence", "harshness", "brightness", "air")
"""The ear's axes of tone, which a curve moves."""

ROWS = {"low_shelf": slice(0, 1), "peaking": slice(1, 5), "high_shelf": slice(5, 6)}  # shape -> which of the bands
SHELF_Q = 0.707
PEAK_Q = 1.0
DECAY_NEPERS = 13.8  # the impulse response is cut where its slowest mode has fallen by 120 dB
MIN_TAPS, MAX_TAPS = 4096, 1 << 19


def _params() -> tuple[Param, ...]:
    params = []
    for band, (low, high, default) in BANDS.items():
        words = band.replace("_", " ")
        q = SHELF_Q if band.endswith("shelf") else PEAK_Q
        params += [
            Param(f"{band}_gain_db", -20, 20, 0, "dB", step=0.1, help=f"{words}: boost or cut", plausible=(-9, 9)),
            Param(f"{band}_cutoff_frequency_hz", low, high, default, "Hz", "log", 1, f"{words}: where"),
            Param(f"{band}_q", 0.1, 6, q, scale="log", help=f"{words}: how narrow", plausible=(0.3, 4)),
        ]
    return tuple(params)


def _cascade(settings: Settings, sample_rate: int) -> Tensor:
    """The six biquads in their order, b and a of each, (batch, biquads, 6); cutoffs stay below 0.45 of the sample rate.

    Biquads by Bristow-Johnson's cookbook.
    """
    batch = max(len(values) for values in settings.values())
    gains_db, cutoffs_hz, qs = (
        torch.stack([settings[f"{band}_{setting}"].expand(batch) for band in BANDS])
        for setting in ("gain_db", "cutoff_frequency_hz", "q")
    )
    every = torch.stack([gains_db, cutoffs_hz.clamp(max=0.45 * sample_rate), qs])
    sections = [
        torch.cat(signal.biquad(*every[:, rows].flatten(1), sample_rate, shape), dim=-1) for shape, rows in ROWS.items()
    ]
    return torch.cat(sections).view(len(BANDS), batch, 6).transpose(0, 1)


def magnitude(settings: Settings, sample_rate: int, frequencies_hz: Tensor) -> Tensor:
    """Magnitude response of the six biquads at REFERENCE_RATE, (batch, bins), differentiable; it is that of every rate.

    H(z) = B(z) / A(z) at z = exp(2 pi i f / REFERENCE_RATE), beyond half of that as there.
    """
    z1 = torch.exp(-2j * torch.pi * frequencies_hz.double().clamp(max=REFERENCE_RATE / 2) / REFERENCE_RATE)
    powers = torch.stack([torch.ones_like(z1), z1, z1 * z1])
    response = torch.view_as_real(_cascade(settings, REFERENCE_RATE).unflatten(2, (2, 3)).to(powers) @ powers)
    zeros, poles = response.square().sum(dim=-1).unbind(dim=2)
    return (zeros / poles).prod(dim=1).sqrt()


def impulse_response(settings: Settings, sample_rate: int, channels: int, device: torch.device = CPU) -> Tensor:
    """The cascade by frequency sampling, (batch, 1, taps) with taps enough for -120 dB, alike at all sample rates.

    As dasp-pytorch's `sosfilt_via_fsm` does for one biquad after the other (Nercessian 2020), in a quarter of its time.
    """
    cascade = _cascade(settings, sample_rate)
    taps = 1 << int(_ringing_frames(cascade)).bit_length()
    taps = min(max(taps, MIN_TAPS), MAX_TAPS)
    place = device if has_doubles(device) else CPU  # single precision would leave low, narrow bands off by -70 dB
    zeros, poles = torch.fft.rfft(cascade.to(place).unflatten(2, (2, 3)), 2 * taps).unbind(dim=2)
    frequencies_hz = torch.fft.rfftfreq(2 * taps, 1 / sample_rate, dtype=torch.float64, device=place)
    reference = magnitude(settings, sample_rate, frequencies_hz)
    response = matched((zeros / poles).prod(dim=1), reference, sample_rate)
    return torch.fft.irfft(response, 2 * taps)[:, None, :taps].float().to(device)


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


def more(amount: float, values: Values) -> Values:
    """Half as much again of every boost and cut."""
    factor = max(1 + 0.5 * amount, 0.0)
    return {name: value * factor for name, value in values.items() if name.endswith("_gain_db")}


def apply_eq(
    samples: Samples,
    sample_rate: int,
    *,
    low_shelf_gain_db: float,
    low_shelf_cutoff_frequency_hz: float,
    low_shelf_q: float,
    low_mid_gain_db: float,
    low_mid_cutoff_frequency_hz: float,
    low_mid_q: float,
    mid_gain_db: float,
    mid_cutoff_frequency_hz: float,
    mid_q: float,
    high_mid_gain_db: float,
    high_mid_cutoff_frequency_hz: float,
    high_mid_q: float,
    treble_gain_db: float,
    treble_cutoff_frequency_hz: float,
    treble_q: float,
    high_shelf_gain_db: float,
    high_shelf_cutoff_frequency_hz: float,
    high_shelf_q: float,
) -> Samples:
    """Six bands, at 44.1 kHz the same filters as pedalboard's LowShelfFilter, PeakFilter and HighShelfFilter.

    At other rates those bend otherwise near the top; here they are as they are at 44.1 kHz. They are computed as one
    response, in double precision, because pedalboard's own are off by up to -33 dB where a band is low and narrow.
    """
    bands = (
        ("low shelf", low_shelf_gain_db, low_shelf_cutoff_frequency_hz, low_shelf_q),
        ("peak", low_mid_gain_db, low_mid_cutoff_frequency_hz, low_mid_q),
        ("peak", mid_gain_db, mid_cutoff_frequency_hz, mid_q),
        ("peak", high_mid_gain_db, high_mid_cutoff_frequency_hz, high_mid_q),
        ("peak", treble_gain_db, treble_cutoff_frequency_hz, treble_q),
        ("high shelf", high_shelf_gain_db, high_shelf_cutoff_frequency_hz, high_shelf_q),
    )
    size = 1 << 20  # half of it holds the longest ringing that these bands can have
    own, reference = (cascade_of(bands, rate, sample_rate, size) for rate in (sample_rate, 44_100))
    return convolved(samples, np.fft.irfft(matched_to(own, reference), size)[None, : size // 2])


def cascade_of(
    bands: Sequence[tuple[str, float, float, float]], rate: int, sample_rate: int, size: int
) -> npt.NDArray[np.complex128]:
    """The response of the bands at a rate, at the bins of a transform over so many frames at sample_rate."""
    frequencies_hz = np.minimum(np.fft.rfftfreq(size, 1 / sample_rate), rate / 2)
    delay = np.exp(-2j * np.pi * frequencies_hz / rate)
    response = np.ones(size // 2 + 1, dtype=np.complex128)
    for shape, gain_db, cutoff_hz, q in bands:
        b, a = biquad(shape, gain_db, min(cutoff_hz, 0.45 * rate), q, rate)
        response *= (b[0] + b[1] * delay + b[2] * delay**2) / (a[0] + a[1] * delay + a[2] * delay**2)
    return response


def biquad(
    shape: str, gain_db: float, cutoff_hz: float, q: float, sample_rate: int
) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Coefficients b and a of one band, by Robert Bristow-Johnson's Audio EQ Cookbook."""
    gain = 10 ** (gain_db / 40)
    turn = 2 * math.pi * cutoff_hz / sample_rate
    alpha, cos = math.sin(turn) / (2 * q), math.cos(turn)
    if shape == "peak":
        return (1 + alpha * gain, -2 * cos, 1 - alpha * gain), (1 + alpha / gain, -2 * cos, 1 - alpha / gain)
    side = -1 if shape == "high shelf" else 1
    up, down, slope = gain + 1, gain - 1, 2 * math.sqrt(gain) * alpha
    b = (up - side * down * cos + slope, side * 2 * (down - side * up * cos), up - side * down * cos - slope)
    a = (up + side * down * cos + slope, -side * 2 * (down + side * up * cos), up + side * down * cos - slope)
    return (gain * b[0], gain * b[1], gain * b[2]), a


WORDS = EffectWords(
    noun="an equaliser",
    nicknames=(
        Nickname(
            (
                "eq",
                "equalizer",
                "equaliser",
                "equalization",
                "equalisation",
                "tone control",
                "tone controls",
                "parametric",
                "equalize",
                "equalise",
                "de-esser plugin",
            ),
            ("ecualizador", "ecualización", "ecualizar", "eq"),
        ),
    ),
)


EQ = Effect(
    name="eq",
    label="Equaliser",
    summary="Six-band parametric equaliser: tone, warmth, brightness, mud, harshness, air.",
    params=_params(),
    render=Convolution(impulse_response),
    differentiable=True,
    aliases=("equalizer", "equaliser", "parametric_eq"),
    response=magnitude,
    neutral={f"{band}_gain_db": 0.0 for band in BANDS},
    role="tone",
    heuristics=EffectHeuristics(
        reach=dict.fromkeys(TONE_AXES, 1),
        more=more,
        first_for=tuple(f"{sign}{axis}" for axis in TONE_AXES for sign in "+-"),
    ),
    words=WORDS,
    telling={f"{band}_gain_db": 9.0 for band in BANDS},
    standalone=apply_eq,
)
