"""Commands that come with numbers: "4:1 ratio", "a 250 ms delay", "up two semitones"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from instructfx.effects import EFFECTS, Effect
from instructfx.language.commands import sharing
from instructfx.language.context import DialogueContext, NumericReading, clamped, converted, named_effects, which_of
from instructfx.language.eq_commands import AREA_HZ, NOISES, read_boosts, read_pan
from instructfx.language.intent_types import Boost, Command, Verb
from instructfx.language.lexicon import SettingWord
from instructfx.language.numbers import Quantity
from instructfx.language.scan import Clause, Item


def _sign(items: Sequence[Item], context: DialogueContext) -> float:
    """The direction of the clause: +1 to raise, -1 to lower, 0 where nothing says so."""
    for item in items:
        if item.has("raise", "add", "up", "more", "lack") and not item.has("lower", "down"):
            return 1.0
        if item.has("lower", "cut", "less", "down", "remove", "losing"):
            return -1.0
        if item.entry and item.entry.family in ("loud", "quiet"):
            return 1.0 if item.entry.family == "loud" else -1.0
    noise = any(item.entry and item.entry.family in NOISES for item in items)
    return -1.0 if noise and not any(item.has("make") for item in items) else 0.0


def _nearest_setting(items: Sequence[Item], at: int, used: set[int]) -> tuple[int, SettingWord] | None:
    found = [
        (abs(i - at), i, item.entry.setting)
        for i, item in enumerate(items)
        if item.entry and item.entry.setting and i not in used
    ]
    return (min(found)[1], min(found, key=lambda each: each[:2])[2]) if found else None


def figures(clause: Clause, context: DialogueContext) -> NumericReading:
    """Read the numbers of one clause."""
    found = NumericReading()
    items = clause.items
    numbers = [(i, item.quantity) for i, item in enumerate(items) if item.quantity is not None]
    named = named_effects(items)
    if named:
        nickname = named[-1][1].entry
        context.effect = nickname.nickname.effect if nickname and nickname.nickname else context.effect
        context.which = named[-1][1].which
    read_pan(items, numbers, found, context)
    if not numbers:
        return found
    sign = _sign(items, context) or (context.sign if clause.link in ("and", "mark") else 0.0)
    context.sign = sign
    phrase = " ".join(item.text for item in items if item.kind != "mark")
    read_boosts(items, numbers, found, sign, phrase, named, context)
    for at, quantity in numbers:
        if at in found.used or quantity.unit in ("bpm", "times"):
            continue
        _setting(items, at, quantity, found, sign, phrase, context)
    return found


def _setting(
    items: Sequence[Item],
    at: int,
    quantity: Quantity,
    found: NumericReading,
    sign: float,
    phrase: str,
    context: DialogueContext,
) -> None:
    """One number for one setting of one effect."""
    named = named_effects(items)
    nearest = _nearest_setting(items, at, found.used)
    area = next((i for i, item in enumerate(items) if item.entry and item.entry.family in AREA_HZ), None)
    choice = _by_word(named, nearest, quantity, context) or _by_effect(items, named, quantity, context)
    if choice is None and quantity.unit == "db" and area is not None:
        entry = items[area].entry
        hz = AREA_HZ[entry.family or ""] if entry else 0.0
        gain = quantity.value if quantity.signed else quantity.value * (sign or 1.0)
        found.commands.append(_boost(phrase, hz, gain, items, context))
        found.used |= {at, area}
        return
    choice = choice or _by_unit(items, quantity, context)
    if choice is None:
        return
    effect, name, word = choice
    value = converted(effect, name, quantity)
    if value is None:
        return
    if name == "mix" and any(item.text in ("dry", "seco") for item in items):
        value = 1.0 - value
    relative = _relative(items, quantity, name)
    down = sign < 0 and not quantity.signed and name in ("semitones", "gain_db")
    value = -value if (relative and sign < 0 and not quantity.signed) or (down and not relative) else value
    settings: dict[str, float] = {}
    changes: dict[str, float] = {}
    if relative:
        changes[name] = clamped(effect, name, value, context) if name == "semitones" else round(value, 6)
    else:
        settings[name] = clamped(effect, name, value, context)
        if name in ("highpass_hz", "lowpass_hz") and any(item.has("between") for item in items):
            settings["highpass_hz"] = settings.pop(name)
    settings = _implied(named, effect) | settings if not relative else settings
    verb: Verb = "add" if any(item.entry and item.entry.nickname for _, item in named) else "adjust"
    if relative or any(item.text in ("set", "change", "to", "lower", "raise") for item in items):
        verb = "adjust"
    which = which_of(effect, items, context)
    instead = () if named or context.effect == effect else sharing(name)
    found.commands.append(Command(phrase, verb, effect, settings, changes, (), 0.0, which, instead))
    context.effect, context.which = effect, which
    found.used.add(at)
    found.used |= {i for i, item in named if item.entry and item.entry.nickname}
    found.used |= {word} if word is not None else set()
    if any(item.has("below", "above") for item in items) and area is not None:
        found.used.add(area)
    loudness = ("loud", "quiet", "wet", "dry", "wide", "dynamic", "deep", "punchy")
    found.used |= {i for i, item in enumerate(items) if item.entry and item.entry.family in loudness}


def _boost(phrase: str, hz: float, gain_db: float, items: Sequence[Item], context: DialogueContext) -> Command:
    tone = EFFECTS.usual("tone").name
    boost = Boost(hz, min(max(gain_db, -20.0), 20.0))
    return Command(phrase, "adjust", tone, {}, {}, (boost,), 0.0, which_of(tone, items, context))


def _implied(named: Sequence[tuple[int, Item]], effect: str) -> dict[str, float]:
    """Settings that the nicknames imply, such as a slapback's; those a number replaces are overwritten."""
    implied: dict[str, float] = {}
    for _, item in named:
        nickname = item.entry.nickname if item.entry else None
        if nickname and nickname.effect == effect and EFFECTS[effect].role != "band":
            implied |= nickname.settings
    return implied


def _relative(items: Sequence[Item], quantity: Quantity, name: str) -> bool:
    """Whether a number changes a setting rather than giving its value."""
    if name in ("highpass_hz", "lowpass_hz"):
        return False
    if any(item.has("more", "less", "by") for item in items):
        return True
    if name == "gain_db":
        return not any(item.text in ("set", "at", "to", "a", "en") for item in items)
    raised = any(item.has("raise", "lower", "up", "down") and item.text not in ("a",) for item in items)
    if name == "semitones":
        return raised or any(item.has("remove", "cut") for item in items)
    return raised and not any(item.text in ("to", "at", "a", "en") for item in items)


def _by_word(
    named: Sequence[tuple[int, Item]],
    nearest: tuple[int, SettingWord] | None,
    quantity: Quantity,
    context: DialogueContext,
) -> tuple[str, str, int] | None:
    """The setting that a word of the clause names: "threshold -20"."""
    if nearest is None:
        return None
    at, word = nearest
    spoken = [item.entry.nickname.effect for _, item in named if item.entry and item.entry.nickname]
    order = [effect for effect in (*reversed(spoken), context.effect) if effect in word.effects]
    effect = order[0] if order else word.effects[0]
    if converted(effect, word.param, quantity) is None:
        return None
    return effect, word.param, at


def _by_effect(
    items: Sequence[Item], named: Sequence[tuple[int, Item]], quantity: Quantity, context: DialogueContext
) -> tuple[str, str, None] | None:
    """The setting that a unit means for the effect that the clause names: "a 250 ms delay"."""
    if not named:
        return None
    nickname = named[0][1].entry.nickname if named[0][1].entry else None
    if nickname is None:
        return None
    effect, unit = nickname.effect, quantity.unit
    names = {param.name for param in EFFECTS[effect].params}
    name = EFFECTS[effect].words.numbers.get(unit)
    if EFFECTS[effect].role == "band" and unit in ("hz", ""):
        name = _cutoff(items, nickname.settings, quantity)
    elif unit == "hz" and "rate_hz" in names and quantity.value <= 20.0:
        name = "rate_hz"
    elif unit == "%":
        name = next((each for each in ("mix", "width", "pan", "depth") if each in names), None)
    elif unit == "" and not name and "mix" in names and "." in f"{quantity.value}":
        name = "mix" if 0.0 < quantity.value < 1.0 else None
    return (effect, name, None) if name in names and name else None


def _cutoff(items: Sequence[Item], settings: Mapping[str, float], quantity: Quantity) -> str:
    if len(settings) == 1:
        return next(iter(settings))
    if any(item.has("below") for item in items):
        return "highpass_hz"
    if any(item.has("above") for item in items) or quantity.value >= 1000.0:
        return "lowpass_hz"
    return "highpass_hz"


def _by_unit(items: Sequence[Item], quantity: Quantity, context: DialogueContext) -> tuple[str, str, None] | None:
    """The setting that a number means where nothing is named: "4:1", "8 bit", "up two semitones"."""
    unit = quantity.unit
    if unit == "hz":
        if any(item.has("below", "above") for item in items):
            return EFFECTS.usual("band").name, _cutoff(items, {}, quantity), None
        return None
    spoken = EFFECTS[context.effect] if context.effect else None
    if unit == "s":
        timed = spoken if spoken and unit in spoken.words.numbers else EFFECTS.usual("echo")
        return timed.name, timed.words.numbers[unit], None
    if unit == "%":
        if any(item.entry and item.entry.family == "wide" for item in items):
            return None
        wet = any(item.text in ("wet", "dry", "mojado", "húmedo", "seco") for item in items)
        mixed = spoken if spoken and "mix" in spoken.defaults() else EFFECTS.usual("room")
        return (mixed.name, "mix", None) if wet or context.effect else None
    effect = EFFECTS.usual("level") if unit == "db" else _measured_in(unit)
    return (effect.name, effect.words.numbers[unit], None) if effect else None


def _measured_in(unit: str) -> Effect | None:
    """The effect whose own unit it is: a ratio, bits, semitones."""
    own = (effect for effect in EFFECTS.values() if unit in effect.words.numbers)
    return next(own, None) if unit in ("ratio", "bits", "semitones") else None
