"""What is remembered while the numbers of an instruction are read, and how numbers fit settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from instructfx.effects import EFFECTS
from instructfx.language.intent_types import USUAL, Command, Hold, Language, Which
from instructfx.language.notes import note
from instructfx.language.numbers import Quantity
from instructfx.language.scan import Item


@dataclass
class DialogueContext:
    """What earlier clauses leave behind: the effect spoken of and which of it, the last sign, the tempo; and notes.

    lately: the effects of the chain, those that earlier turns spoke of last first. given: settings that numbers took.
    gone: effects that are to go, which "longer" does not speak of.
    loudness_lufs, peak_dbtp: the loudness, and the true peak, that a number named for the whole track.
    """

    lately: tuple[str, ...] = ()
    language: Language = "en"
    effect: str | None = None
    which: Which = USUAL
    sign: float = 0.0
    bpm: float | None = None
    given: set[tuple[str, str]] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    loudness_lufs: float | None = None
    peak_dbtp: float | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def spoken(self) -> tuple[str, ...]:
        """The effects spoken of, the last first."""
        said = (*((self.effect,) if self.effect else ()), *self.lately)
        return tuple(effect for effect in said if effect not in self.gone)

    def spoken_of(self, setting: str) -> str | None:
        """The effect spoken of last that has a setting of that name; None where none has."""
        return next((name for name in self.spoken if any(setting == each.name for each in EFFECTS[name].params)), None)

    def measured_in(self, unit: str) -> str | None:
        """The effect spoken of last for which a number of that unit means something; None where there is none."""
        return next((name for name in self.spoken if unit in EFFECTS[name].words.numbers), None)


@dataclass
class NumericReading:
    """What the numbers of one clause said, and which of its items they used up."""

    commands: list[Command] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    used: set[int] = field(default_factory=set)


def clamped(effect: str, name: str, value: float, context: DialogueContext) -> float:
    """A setting within its range; a note says so where it was outside."""
    param = EFFECTS[effect].param(name)
    if param.high <= 0 < value <= -param.low:
        value = -value  # "threshold 18" is said without its sign
    return round(param.clamp(limited(value, param.low, param.high, param.unit, context)), 6)


def limited(value: float, low: float, high: float, unit: str, context: DialogueContext) -> float:
    """A value from low to high, in that unit; a note says so where it was outside."""
    legal = min(max(value, low), high)
    if abs(legal - value) > 1e-9:
        unit = f" {unit}" if unit else ""
        legal_text = f"{low:g}{note('to', context.language)}{high:g}{unit}"
        said = f"{value:g}{unit}"
        context.notes.append(note("outside", context.language, value=said, legal=legal_text, used=f"{legal:g}"))
    return legal


def converted(effect: str, name: str, quantity: Quantity) -> float | None:
    """A quantity in the unit of a setting, or None where the units do not fit."""
    unit, value = quantity.unit, quantity.value
    suffix = name.rsplit("_", 1)[-1]
    if unit == "s":
        if name == "rate_hz":  # a period: "eighth notes at 100 bpm"
            return 1.0 / value if value > 0 else None
        return value * 1000.0 if suffix == "ms" else value if suffix == "seconds" else None
    if unit == "%":
        param = EFFECTS[effect].param(name)
        return value / 100.0 if param.high <= 2.0 else None
    if unit == "ratio":
        return value if name == "ratio" else None
    if unit == "bits":
        return value if name == "bit_depth" else None
    if unit in ("db", "hz", "semitones"):
        return value if suffix == unit else None
    if unit == "":
        param = EFFECTS[effect].param(name)
        wide = param.low >= -1.0 and param.high <= 1.0 < abs(value)
        return value / 100.0 if wide else value
    return value if unit == "times" and name == "ratio" else None


def note_seconds(beats: float, context: DialogueContext) -> float:
    """How long a note lasts at the tempo that was given."""
    if context.bpm is None:
        context.notes.append(note("no_tempo", context.language))
    return beats * 60.0 / (context.bpm or 120.0)


def which_of(effect: str, items: Sequence[Item], context: DialogueContext) -> Which:
    """Which slot of an effect a clause speaks of, or the clauses before it."""
    for item in items:
        if item.entry and item.entry.nickname and item.entry.nickname.effect == effect:
            return item.which
    return context.which if context.effect == effect else USUAL


def named_effects(items: Sequence[Item]) -> list[tuple[int, Item]]:
    """The items that name an effect, with their positions."""
    return [(i, item) for i, item in enumerate(items) if item.entry and item.entry.nickname]
