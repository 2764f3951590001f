"""Settings, changes and errors as people read them: pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instructfx.chain import Chain, Slot
    from instructfx.effects import Param
    from instructfx.errors import InstructFXError

UNITS = ("_db", "_hz", "_ms", "_seconds")
FLAT_DB = 0.05


@dataclass(frozen=True)
class Reading:
    """One line of an effect's settings. idle: it does nothing, such as a flat equaliser band."""

    label: str
    text: str
    idle: bool = False


def value_text(param: Param, value: float) -> str:
    """A value in its unit: "+1.8 dB", "2.1 kHz", "30 %"."""
    if param.unit == "dB":
        signed = param.low < 0 < param.high or param.name.startswith("gain")
        return minus(f"{_zero(value, 1):{'+' if signed else ''}.1f} dB")
    if param.unit == "Hz":
        return f"{value / 1000:.1f} kHz" if value >= 1000 else f"{value:.3g} Hz"
    if param.unit:
        return minus(f"{value:.3g} {param.unit}")
    if param.name == "ratio":
        return f"{value:.1f} : 1"
    if param.name.endswith("_ratio"):
        return f"× {value:.2f}"
    if param.name == "pan":
        side = "left" if value < 0 else "right"
        return "middle" if abs(value) < 0.005 else f"{abs(value):.0%} {side}".replace("%", " %")
    if param.low == 0:
        return f"{100 * value:.0f} %"
    return minus(f"{value:.2f}")


def minus(text: str) -> str:
    """The same number with a minus sign instead of a hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")


def label_text(name: str) -> str:
    """A setting's name without its unit: "pre_delay_ms" -> "Pre delay"."""
    for unit in UNITS:
        name = name.removesuffix(unit)
    return name.replace("_", " ").capitalize()


def settings_of(slot: Slot) -> list[Reading]:
    """The settings of a slot; a band's gain, frequency and Q are one line."""
    readings = []
    banded = {band: params for band, params in _bands(slot) if len(params) == 3}
    in_bands = {param.name for params in banded.values() for param in params}
    for band, (gain, frequency, q) in banded.items():
        gain_db = slot.settings[gain.name]
        text = f"{value_text(gain, gain_db)} at {value_text(frequency, slot.settings[frequency.name])}"
        text += f" · Q {slot.settings[q.name]:.1f}"
        readings.append(Reading(label_text(band), text, abs(gain_db) < FLAT_DB))
    for param in slot.effect.params:
        if param.name not in in_bands:
            readings.append(Reading(label_text(param.name), value_text(param, slot.settings[param.name])))
    return readings


def _bands(slot: Slot) -> Iterable[tuple[str, list[Param]]]:
    params: Mapping[str, Param] = {param.name: param for param in slot.effect.params}
    for name in params:
        band = name.removesuffix("_cutoff_frequency_hz")
        if band != name:
            parts = [params.get(f"{band}{part}") for part in ("_gain_db", "_cutoff_frequency_hz", "_q")]
            yield band, [param for param in parts if param]


@dataclass(frozen=True)
class Change:
    """kind is "added", "removed", "bypassed", "enabled" or "changed"; before and after are settings in words."""

    kind: str
    effect: str
    label: str = ""
    before: str = ""
    after: str = ""


def changes(before: Chain, after: Chain) -> list[Change]:
    """What a turn did, in the order of the sound."""
    found = [Change("removed", slot.effect.label) for slot in before.slots if slot.effect.name not in after.names]
    for slot in after.slots:
        label = slot.effect.label
        if slot.effect.name not in before.names:
            found.append(Change("added", label))
            continue
        old = before.slot(slot.effect.name)
        if old.bypassed != slot.bypassed:
            found.append(Change("bypassed" if slot.bypassed else "enabled", label))
        for was, now in zip(settings_of(old), settings_of(slot), strict=True):
            if was.text != now.text and not (was.idle and now.idle):
                found.append(Change("changed", label, now.label, _short(was), _short(now)))
    return found


def _short(reading: Reading) -> str:
    return "flat" if reading.idle else reading.text.split(" · Q")[0]


def sentence(error: InstructFXError) -> str:
    """What an error says, from a capital letter, unless a file's name comes first, to a full stop."""
    text = str(error).strip()
    named = "." in text.split(" ")[0].rstrip(".")
    return (text if named else text[:1].upper() + text[1:]) + ("" if text.endswith((".", "!", "?")) else ".")


def clock(seconds: float) -> str:
    """Minutes and seconds: "3:07"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _zero(value: float, digits: int) -> float:
    """The value rounded, without a minus before zero."""
    return round(value, digits) + 0.0
