"""High-pass and low-pass, 12 dB an octave each, as pedalboard's first-order sections at 44.1 kHz are in pairs."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from instructfx.effects.convolution import REFERENCE_RATE, Convolution, matched
from instructfx.effects.device import CPU, has_doubles
from instructfx.effects.heuristics import Axes, EffectHeuristics, Values
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings
from instructfx.effects.standalone import Samples, convolved, matched_to
from instructfx.effects.words import EffectWords, Nickname, SettingName

LOWEST_HZ, HIGHEST_HZ = 20, 20_000  # at these ends a section is left out
POLES = 2
SHIFT = math.sqrt(2 ** (1 / POLES) - 1)  # each pole then gives its share of -3 dB at the cutoff
DECAY_NEPERS = 24.0  # two equal poles have fallen by more than 120 dB then
MIN_TAPS = 4096


def response_at(settings: Settings, rate: int, frequencies_hz: Tensor) -> Tensor:
    """Complex response (batch, bins) of two first-order sections each way, by the bilinear transform at a rate.

    They are shifted on its warped axis, so that a pair is 3 dB down at its cutoff. Beyond half of the rate as there.
    """
    z1 = torch.exp(-2j * torch.pi * frequencies_hz.double().clamp(max=rate / 2) / rate)
    highpass_hz, lowpass_hz = (settings[name].to(z1.device)[:, None] for name in ("highpass_hz", "lowpass_hz"))
    high, low = (
        torch.tan(torch.pi * cutoff_hz.clamp(max=0.49 * rate) / rate) * factor
        for cutoff_hz, factor in ((highpass_hz, SHIFT), (lowpass_hz, 1 / SHIFT))
    )
    high_pass = ((1 - z1) / (1 + high + (high - 1) * z1)) ** POLES
    low_pass = (low * (1 + z1) / (1 + low + (low - 1) * z1)) ** POLES
    one = torch.ones_like(z1)
    return torch.where(highpass_hz <= LOWEST_HZ, one, high_pass) * torch.where(lowpass_hz >= HIGHEST_HZ, one, low_pass)


def impulse_response(settings: Settings, sample_rate: int, channels: int, device: torch.device = CPU) -> Tensor:
    """(batch, 1, taps), alike at all sample rates; taps enough for the lowest high-pass to fall by 120 dB."""
    slowest_hz = float(torch.minimum(settings["highpass_hz"] * SHIFT, settings["lowpass_hz"]).min())
    taps = 1 << math.ceil(math.log2(max(DECAY_NEPERS * sample_rate / (2 * math.pi * slowest_hz), MIN_TAPS)))
    place = device if has_doubles(device) else CPU
    frequencies_hz = torch.fft.rfftfreq(2 * taps, 1 / sample_rate, dtype=torch.float64, device=place)
    own, reference = (response_at(settings, rate, frequencies_hz) for rate in (sample_rate, REFERENCE_RATE))
    response = matched(own, reference.abs(), sample_rate)
    return torch.fft.irfft(response, 2 * taps)[:, None, :taps].float().to(device)


def begin(axes: Axes, readings: Axes) -> Values:
    """A narrower band for what is dull, thin or old."""
    return {
        "highpass_hz": 40 * 2 ** max(-1.3 * min(axes.get("bass", 0.0), axes.get("fidelity", 0.0)), 0.0),
        "lowpass_hz": 16000 * 2 ** min(1.2 * min(axes.get("air", 0.0), axes.get("fidelity", 0.0)), 0.0),
    }


def more(amount: float, values: Values) -> Values:
    """A narrower band, from both sides."""
    return {"highpass_hz": values["highpass_hz"] * 1.5**amount, "lowpass_hz": values["lowpass_hz"] / 1.5**amount}


def apply_filter(samples: Samples, sample_rate: int, *, highpass_hz: float, lowpass_hz: float) -> Samples:
    """12 dB an octave each way, 3 dB down at the cutoff, and at every rate as at 44.1 kHz.

    There each way is two of pedalboard's filters. At the ends of their ranges, 20 Hz and 20 kHz, they are left out.
    """
    size = 1 << 17
    own, reference = (sections(rate, sample_rate, size, highpass_hz, lowpass_hz) for rate in (sample_rate, 44_100))
    return convolved(samples, np.fft.irfft(matched_to(own, reference), size)[None, : size // 2])


def sections(
    rate: int, sample_rate: int, size: int, highpass_hz: float, lowpass_hz: float
) -> npt.NDArray[np.complex128]:
    """The response at a rate, at the bins of a transform over so many frames at sample_rate."""
    shift = math.sqrt(math.sqrt(2) - 1)  # each of two sections is 1.5 dB down at the cutoff
    delay = np.exp(-2j * np.pi * np.minimum(np.fft.rfftfreq(size, 1 / sample_rate), rate / 2) / rate)
    high = math.tan(math.pi * min(highpass_hz, 0.49 * rate) / rate) * shift
    low = math.tan(math.pi * min(lowpass_hz, 0.49 * rate) / rate) / shift
    response = np.ones(size // 2 + 1, dtype=np.complex128)
    if highpass_hz > 20:
        response *= ((1 - delay) / (1 + high + (high - 1) * delay)) ** 2
    if lowpass_hz < 20_000:
        response *= (low * (1 + delay) / (1 + low + (low - 1) * delay)) ** 2
    return response


WORDS = EffectWords(
    noun="a filter",
    nicknames=(
        Nickname(("filter", "filters", "filter sweep"), ("filtro", "filtrar")),
        Nickname(
            (
                "high-pass",
                "high-pass filter",
                "low-cut",
                "low-cut filter",
                "hpf",
                "hp",
                "hp filter",
                "rumble filter",
                "hi-pass",
                "hi pass filter",
                "bass cut",
                "subsonic filter",
            ),
            (
                "paso alto",
                "paso altos",
                "pasa altos",
                "filtro paso alto",
                "filtro pasa altos",
                "corte de graves",
                "pasaaltos",
            ),
            {"highpass_hz": 100.0},
        ),
        Nickname(
            (
                "low-pass",
                "lp at",
                "lp filter",
                "low-pass filter",
                "high-cut",
                "high-cut filter",
                "lpf",
                "hi-cut",
                "treble cut",
            ),
            (
                "paso bajo",
                "paso bajos",
                "pasa bajos",
                "filtro paso bajo",
                "filtro pasa bajos",
                "corte de agudos",
                "pasabajos",
            ),
            {"lowpass_hz": 6000.0},
        ),
        Nickname(
            ("band-pass", "band-pass filter", "bpf"),
            ("paso banda", "pasa banda", "filtro paso banda"),
            {"highpass_hz": 300.0, "lowpass_hz": 3500.0},
        ),
    ),
    settings=(
        SettingName(
            "highpass_hz", ("high-pass", "low-cut", "hpf", "highpass frequency"), ("paso alto", "corte de graves")
        ),
        SettingName(
            "lowpass_hz",
            ("low-pass", "high-cut", "lpf", "cutoff", "cut-off", "cutoff frequency", "lowpass frequency"),
            ("paso bajo", "corte", "frecuencia de corte", "corte de agudos"),
        ),
    ),
)


FILTER = Effect(
    name="filter",
    label="Filter",
    summary="High-pass and low-pass: rumble, telephone, radio, underwater.",
    params=(
        Param("highpass_hz", LOWEST_HZ, 8000, LOWEST_HZ, "Hz", "log", 1, "removes what is below", title="High-pass"),
        Param("lowpass_hz", 100, HIGHEST_HZ, HIGHEST_HZ, "Hz", "log", 1, "removes what is above", title="Low-pass"),
    ),
    render=Convolution(impulse_response, straight_through=True),
    straight_through=True,
    neutral={"highpass_hz": LOWEST_HZ, "lowpass_hz": HIGHEST_HZ},
    role="band",
    heuristics=EffectHeuristics(
        reach={"fidelity": -1, "air": -1, "bass": -1},
        begin=begin,
        more=more,
        first_for=("-fidelity",),
    ),
    words=WORDS,
    telling={"highpass_hz": 200, "lowpass_hz": 5_000},
    standalone=apply_filter,
)
