"""High-pass and low-pass on pedalboard, 12 dB an octave each."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard, below_nyquist
from instructfx.effects.heuristics import Axes, EffectHeuristics, Values
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect
from instructfx.effects.standalone import Samples, on_board
from instructfx.effects.words import EffectWords, Nickname, SettingName

POLES = 2
SHIFT = math.sqrt(2 ** (1 / POLES) - 1)  # each pole then gives its share of -3 dB at the cutoff


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """Two first-order sections each way, shifted so that the cascade is 3 dB down at the cutoff.

    The shift is made on the bilinear transform's warped axis, so it holds up to the Nyquist frequency.
    A low-pass at or above 98 % of the Nyquist frequency is left out.
    """

    def shifted(cutoff_hz: float, factor: float) -> float:
        warped = math.tan(math.pi * below_nyquist(cutoff_hz, sample_rate) / sample_rate)
        return sample_rate / math.pi * math.atan(warped * factor)

    plugins: list[pedalboard.Plugin] = [
        pedalboard.HighpassFilter(shifted(settings["highpass_hz"], SHIFT)) for _ in range(POLES)
    ]
    if settings["lowpass_hz"] < 0.49 * sample_rate:
        plugins += [pedalboard.LowpassFilter(shifted(settings["lowpass_hz"], 1 / SHIFT)) for _ in range(POLES)]
    return plugins


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
    """Two first-order sections each way: 12 dB an octave, 3 dB down at the cutoff."""
    shift = math.sqrt(math.sqrt(2) - 1)  # each of the two is 1.5 dB down there

    def shifted(cutoff_hz: float, factor: float) -> float:
        warped = math.tan(math.pi * min(cutoff_hz, 0.49 * sample_rate) / sample_rate)
        return sample_rate / math.pi * math.atan(factor * warped)

    plugins: list[pedalboard.Plugin] = [pedalboard.HighpassFilter(shifted(highpass_hz, shift)) for _ in range(2)]
    if lowpass_hz < 0.49 * sample_rate:
        plugins += [pedalboard.LowpassFilter(shifted(lowpass_hz, 1 / shift)) for _ in range(2)]
    return on_board(plugins, samples, sample_rate)


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
        Param("highpass_hz", 20, 8000, 20, "Hz", "log", 1, "removes what is below", title="High-pass"),
        Param("lowpass_hz", 100, 20000, 20000, "Hz", "log", 1, "removes what is above", title="Low-pass"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    neutral={"highpass_hz": 20, "lowpass_hz": 20000},
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
