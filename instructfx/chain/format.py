"""Settings as people read them: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from instructfx.chain.slot import Slot
    from instructfx.effects import Effect, Param

BAND_PARTS = ("Gain", "Frequency", "Q")
"""What the settings of an equaliser's band are called beside the band's name."""

FLAT_DB = 0.05

Form = Literal["gain", "level", "frequency", "amount", "ratio", "times", "pan", "percent", "plain", "word"]
"""How a value is written: dB with and without a sign, Hz or kHz, a number and its unit, "3.0 : 1", "× 1.20", a side."""


@dataclass(frozen=True)
class SettingLine:
    """One line of an effect's settings. idle: it does nothing, such as a flat equaliser band."""

    label: str
    text: str
    idle: bool = False


def form_of(param: Param) -> Form:
    """How the values of a setting are written; the page's script writes them the same way."""
    if param.worded:
        return "word"
    if param.unit == "dB":
        return "gain" if param.low < 0 < param.high or param.name.startswith("gain") else "level"
    if param.unit or param.kind == "whole":
        return "frequency" if param.unit == "Hz" else "amount"
    if param.name == "pan":
        return "pan"
    if param.name.endswith("ratio"):
        return "ratio" if param.name == "ratio" else "times"
    return "percent" if param.low == 0 else "plain"


def value_text(param: Param, value: float) -> str:
    """A value in its unit: "+1.8 dB", "2.1 kHz", "30 %"."""
    match form_of(param):
        case "gain":
            return minus(f"{_zero(value, 1):+.1f} dB")
        case "level":
            return minus(f"{_zero(value, 1):.1f} dB")
        case "frequency":
            return f"{value / 1000:.1f} kHz" if value >= 1000 else f"{_short(value)} Hz"
        case "amount":
            return minus(f"{_short(value)} {param.unit}".rstrip())
        case "ratio":
            return f"{value:.1f} : 1"
        case "times":
            return f"× {value:.2f}"
        case "pan":
            side = "left" if value < 0 else "right"
            return "middle" if abs(value) < 0.005 else f"{abs(value):.0%} {side}".replace("%", " %")
        case "percent":
            return f"{100 * value:.0f} %"
        case "plain":
            return minus(f"{_zero(value, 2):.2f}")
        case "word":
            return param.shown(value)


def minus(text: str) -> str:
    """The same number with a minus sign instead of a hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")


def label_text(name: str) -> str:
    """The name of a band or a reading for people: "low_shelf" -> "Low shelf"."""
    return name.replace("_", " ").capitalize()


def setting_text(effect: Effect, param: Param) -> str:
    """What a setting is called where its band is not beside it: "Low shelf gain", "Threshold"."""
    for band, params in bands_of(effect):
        if param in params:
            part = BAND_PARTS[params.index(param)]
            return f"{label_text(band)} {part if part == 'Q' else part.lower()}"
    return param.title


def settings_of(slot: Slot) -> list[SettingLine]:
    """The settings of a slot; a band's gain, frequency and Q are one line."""
    readings = []
    banded = dict(bands_of(slot.effect))
    in_bands = {param.name for params in banded.values() for param in params}
    for band, (gain, frequency, q) in banded.items():
        gain_db = slot.settings[gain.name]
        text = f"{value_text(gain, gain_db)} at {value_text(frequency, slot.settings[frequency.name])}"
        text += f" · Q {slot.settings[q.name]:.1f}"
        readings.append(SettingLine(label_text(band), text, abs(gain_db) < FLAT_DB))
    for param in slot.effect.params:
        if param.name not in in_bands:
            readings.append(SettingLine(param.title, value_text(param, slot.settings[param.name])))
    return readings


def bands_of(effect: Effect) -> Iterable[tuple[str, list[Param]]]:
    """The bands of an equaliser: name -> gain, frequency and Q. An effect without a band of all three has none."""
    params: Mapping[str, Param] = {param.name: param for param in effect.params}
    for name in params:
        band = name.removesuffix("_cutoff_frequency_hz")
        if band != name:
            parts = [params.get(f"{band}{part}") for part in ("_gain_db", "_cutoff_frequency_hz", "_q")]
            found = [param for param in parts if param]
            if len(found) == len(parts):
                yield band, found


def band_kind(name: str) -> str:
    """What a band of that name does: "low_shelf", "high_shelf" or "peak"."""
    return name if name.endswith("_shelf") else "peak"


def _zero(value: float, digits: int) -> float:
    """The value rounded, without a minus before zero."""
    return round(value, digits) + 0.0


def _short(value: float) -> str:
    """Three telling digits, never as a power of ten."""
    return f"{float(f'{value:.3g}'):g}"
