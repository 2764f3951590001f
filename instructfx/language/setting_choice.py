"""Which setting of which effect a number is for: by the word beside it, the effect that is named, or its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from instructfx.effects import EFFECTS, Effect
from instructfx.language.context import DialogueContext, NumericReading, converted, named_effects
from instructfx.language.intent_types import LEAST_HZ
from instructfx.language.lexicon import SettingWord
from instructfx.language.numbers import Quantity
from instructfx.language.scan import Item

LONGEST_ALONE_S = 2.0  # a time that nothing explains is a delay's, where it is no longer


@dataclass(frozen=True)
class SettingChoice:
    """A setting of an effect that a number is for, and the place of the word that named it, -1 where none did."""

    effect: str
    name: str
    word: int = -1


def by_word(
    items: Sequence[Item], at: int, quantity: Quantity, found: NumericReading, context: DialogueContext
) -> SettingChoice | None:
    """The setting that a word beside the number names, the one in front of it first: "attack 5 release 80"."""
    named = [(i, item.entry.setting) for i, item in enumerate(items) if item.entry and item.entry.setting]
    numbers = [i for i, item in enumerate(items) if item.quantity is not None and i not in found.used]
    behind = bool(named) and named[0][0] > min(numbers, default=0)  # "5 ms attack, 80 ms release"
    words = [
        (_away(at, i, behind), i, setting)
        for i, setting in named
        if i not in found.used and all(_away(at, i, behind) <= _away(each, i, behind) for each in numbers)
    ]
    spoken = [item.entry.nickname.effect for _, item in named_effects(items) if item.entry and item.entry.nickname]
    for _, place, word in sorted(words, key=lambda each: each[:2]):
        effect = _owner(word, spoken, context)
        if converted(effect, word.param, quantity) is not None and _in_reach(effect, word.param, quantity):
            return SettingChoice(effect, word.param, place)
    return None


def _away(number: int, word: int, behind: bool) -> float:
    """How far a word is from a number; behind: where words stand behind their numbers."""
    return abs(number - word) + (0.5 if (word > number) != behind else 0.0)


def _owner(word: SettingWord, spoken: Sequence[str], context: DialogueContext) -> str:
    own = (*reversed(spoken), *((context.effect,) if context.effect else ()), *context.lately)
    return next((effect for effect in own if effect in word.effects), word.effects[0])


def _in_reach(effect: str, name: str, quantity: Quantity) -> bool:
    """Whether a number without a unit can be a value of a setting at all; one with a unit is brought into range."""
    param = EFFECTS[effect].param(name)
    value = converted(effect, name, quantity)
    return bool(quantity.unit) or value is None or param.low <= value <= param.high or param.unit != ""


def by_effect(items: Sequence[Item], quantity: Quantity, context: DialogueContext) -> SettingChoice | None:
    """The setting that a unit means for the effect that the clause names, or that the one before named."""
    named = named_effects(items)
    entry = named[0][1].entry if named else None
    nickname = entry.nickname if entry else None
    alone = all(item.quantity or item.kind != "word" or set(item.roles) == {"at"} for item in items)
    effect = nickname.effect if nickname else context.effect if alone and context.effect else ""
    if not effect:
        return None
    unit = quantity.unit
    names = {param.name for param in EFFECTS[effect].params}
    taken = [name for owner, name in context.given if owner == effect]
    name = EFFECTS[effect].words.meant_by(unit, taken)
    if EFFECTS[effect].role == "band" and unit in ("hz", ""):
        name = _cutoff(nickname.settings if nickname else {}, quantity)
    elif "rate_hz" in names and ((unit == "hz" and quantity.value <= 20.0) or (unit == "s" and name is None)):
        name = "rate_hz"
    elif unit == "%":
        name = next((each for each in ("mix", "width", "pan", "depth") if each in names), None)
    elif not unit and not name and "mix" in names:
        name = "mix" if 0.0 < quantity.value < 1.0 else None
    if name is None or name not in names:
        return None
    param = EFFECTS[effect].param(name)
    return SettingChoice(effect, name) if unit or param.low <= quantity.value <= param.high else None


def _cutoff(settings: Mapping[str, float], quantity: Quantity) -> str:
    if len(settings) == 1:
        return next(iter(settings))
    return "lowpass_hz" if quantity.value >= 1000.0 else "highpass_hz"


def by_unit(items: Sequence[Item], quantity: Quantity, sign: float, context: DialogueContext) -> SettingChoice | None:
    """The setting that a number means where nothing is named: "4:1", "8 bit", "up two semitones", "make it 300 ms"."""
    unit = quantity.unit
    odd = any(item.kind in ("unknown", "source") for item in items)
    if unit == "hz" or (not unit and quantity.value >= LEAST_HZ):
        return None
    if unit == "s":
        spoken = context.measured_in("s")
        if not spoken and (odd or quantity.value > LONGEST_ALONE_S or any(item.has("cut", "remove") for item in items)):
            return None
        timed = EFFECTS[spoken] if spoken else EFFECTS.usual("echo")
        name = timed.words.meant_by(unit)
        return SettingChoice(timed.name, name) if name else None
    if unit == "%":
        return _of_a_mix(items, context)
    if unit == "db" or not unit:
        level = EFFECTS.usual("level").name
        loud = any(item.entry and item.entry.family in ("loud", "quiet") for item in items)
        return SettingChoice(level, "gain_db") if loud or (not odd and (unit or sign != 0)) else None
    effect = _measured_in(unit)
    name = effect.words.meant_by(unit) if effect else None
    return SettingChoice(effect.name, name) if effect and name else None


def _of_a_mix(items: Sequence[Item], context: DialogueContext) -> SettingChoice | None:
    if any(item.entry and item.entry.family == "wide" for item in items):
        return None
    wet = any(item.text in ("wet", "dry", "mojado", "húmedo", "seco") for item in items)
    spoken = context.spoken_of("mix")
    mixed = spoken or EFFECTS.usual("room").name
    return SettingChoice(mixed, "mix") if wet or spoken else None


def _measured_in(unit: str) -> Effect | None:
    """The effect whose own unit it is: a ratio, bits, semitones."""
    own = (effect for effect in EFFECTS.values() if unit in effect.words.numbers)
    return next(own, None) if unit in ("ratio", "bits", "semitones") else None
