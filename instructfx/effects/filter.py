"""High-pass and low-pass on pedalboard, 12 dB an octave each."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard, below_nyquist
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect

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


FILTER = Effect(
    name="filter",
    label="Filter",
    summary="High-pass and low-pass: rumble, telephone, radio, underwater.",
    params=(
        Param("highpass_hz", 20, 8000, 20, "Hz", "log", 1, "removes what is below"),
        Param("lowpass_hz", 100, 20000, 20000, "Hz", "log", 1, "removes what is above"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    neutral={"highpass_hz": 20, "lowpass_hz": 20000},
)
