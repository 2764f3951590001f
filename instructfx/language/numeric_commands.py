"""Commands that come with numbers: "4:1 ratio", "a 250 ms delay", "up two semitones", "comp 3:1, 5 ms, 80 ms, -18".

A number goes to the setting whose name stands beside it, else to what its unit means for the effect that is spoken of,
else to what its unit alone can mean. One that fits nowhere is left over, and the reply says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from instructfx.effects import EFFECTS
from instructfx.language.band_commands import read_band
from instructfx.language.commands import sharing
from instructfx.language.context import (
    DialogueContext,
    NumericReading,
    clamped,
    converted,
    limited,
    named_effects,
    which_of,
)
from instructfx.language.eq_commands import NOISES, area_boost, area_of, read_boosts
from instructfx.language.grammar import Role
from instructfx.language.headroom import read_headroom
from instructfx.language.intent_types import USUAL, Command, Hold, Region, Verb
from instructfx.language.lexicon import lexicon
from instructfx.language.notes import note
from instructfx.language.numbers import Quantity
from instructfx.language.pan_commands import read_pan
from instructfx.language.regions import around
from instructfx.language.scan import Clause, Item
from instructfx.language.setting_choice import SettingChoice, by_effect, by_unit, by_word

COUNTED = ("bpm", "times")
"""Units of numbers that are no settings: read elsewhere."""
SET = frozenset(("set", "change", "to", "lower", "raise"))
MOVING: tuple[Role, ...] = ("raise", "lower", "up", "down")
"""Of what is there: "dial the slap down to 15 percent"."""
TARGET = frozenset(("set", "at", "to", "a", "en"))
REDUCTION = frozenset(("gain reduction", "reducción de ganancia", "reduccion de ganancia"))
"""What a compressor takes off."""
WHOLLY = 2.5  # the degree of "fully", "completely"
LEAST_LUFS, MOST_LUFS = -40.0, -5.0
"""What anybody wants a whole track to measure."""
POINTING = frozenset(("the", "these", "those", "los", "las", "estos", "estas", "esos", "esas"))
FEW = 10  # so many things are pointed at by their number: "the two", "las tres"


def figures(clause: Clause, context: DialogueContext) -> NumericReading:
    """Read the numbers of one clause."""
    found = NumericReading()
    items = clause.items
    numbers = [
        (i, item.quantity) for i, item in enumerate(items) if item.quantity is not None and not _pointed(items, i)
    ]
    named = named_effects(items)
    entry = named[-1][1].entry if named else None
    if entry is not None and entry.nickname is not None and any(item.has("remove", "without") for item in items):
        context.gone.add(entry.nickname.effect)
    elif entry is not None and entry.nickname is not None:
        context.effect, context.which = entry.nickname.effect, named[-1][1].which
    elif any(item.entry and item.entry.family and _is_place(item.entry.family) for item in items):
        context.effect, context.which = EFFECTS.usual("room").name, USUAL  # "a small room, 0.8 s"
    if read_headroom(items, numbers, found, context):
        return found
    numbers = _unmeasured(items, numbers, found, context)
    read_pan(items, numbers, found, context)
    if not numbers:
        read_band(items, found, context)
        _whole_mix(items, found, context)
        return found
    sign = _sign(items) or (context.sign if clause.link in ("and", "mark") else 0.0)
    context.sign = sign
    read_band(items, found, context)
    _left_alone(items, numbers, named, found)
    if not found.commands and not found.holds:
        read_boosts(items, found, sign, context)
    for at, quantity in numbers:
        if quantity.unit == "lufs" and not _step(items, quantity):
            context.loudness_lufs = limited(-abs(quantity.value) or 0.0, LEAST_LUFS, MOST_LUFS, "LUFS", context)
        elif at not in found.used and quantity.unit not in COUNTED:
            quantity = replace(quantity, unit="db") if quantity.unit == "lufs" else quantity
            _read(items, at, quantity, found, sign, context)
    return found


def _unmeasured(
    items: Sequence[Item], numbers: Sequence[tuple[int, Quantity]], found: NumericReading, context: DialogueContext
) -> list[tuple[int, Quantity]]:
    """The numbers without those that say how much a compressor is to take off: a note says that it is not measured."""
    asked = [at for at, item in enumerate(items) if item.text in REDUCTION]
    if not asked or not any(quantity.unit == "db" for _, quantity in numbers):
        return list(numbers)
    found.used |= {at for at, quantity in numbers if quantity.unit == "db"}
    context.notes.append(note("reduction", context.language))
    return [(at, quantity) for at, quantity in numbers if quantity.unit != "db"]


def _left_alone(
    items: Sequence[Item],
    numbers: Sequence[tuple[int, Quantity]],
    named: Sequence[tuple[int, Item]],
    found: NumericReading,
) -> None:
    """ "Leave 400 Hz alone", "don't touch 2-5k": what lies around those frequencies is to stay as it is."""
    if named or found.commands or not any(item.has("keep", "untouched") for item in items):
        return
    for at, quantity in numbers:
        if quantity.unit == "hz" and quantity.value > 0:
            region = Region(*quantity.span) if quantity.span else around(quantity.value)
            found.holds.append(Hold(items[at].text, region))
            found.used |= {at, *(i for i, item in enumerate(items) if item.has("keep", "untouched"))}


def _pointed(items: Sequence[Item], at: int) -> bool:
    """Whether a number only counts what is pointed at: "take the two out", "quita los dos"."""
    quantity = items[at].quantity
    counts = quantity is not None and not quantity.unit and not quantity.signed and 1 < quantity.value < FEW
    return counts and at > 0 and items[at - 1].text in POINTING


def _step(items: Sequence[Item], quantity: Quantity) -> bool:
    """Whether a number of LUFS says by how much: "2 LUFS louder", "down by 3 LUFS"; "up to -14 LUFS" is a target."""
    moved = any(item.has("by", "more", "less") or _compares(item) for item in items)
    return moved and not quantity.signed and not any(item.text in TARGET for item in items)


def _is_place(family: str) -> bool:
    return lexicon().families[family].kind == "place"


def _compares(item: Item) -> bool:
    return item.entry is not None and item.entry.form == "comparative"


def _sign(items: Sequence[Item]) -> float:
    """The direction of the clause: +1 to raise, -1 to lower, 0 where nothing says so."""
    for item in items:
        if item.has("raise", "add", "up", "more", "lack") and not item.has("lower", "down"):
            return 1.0 if not any(other.has("off", "down") for other in items) else -1.0
        if item.has("lower", "cut", "less", "down", "remove", "losing"):
            return -1.0
        if item.entry and item.entry.family in ("loud", "quiet"):
            return 1.0 if item.entry.family == "loud" else -1.0
        if item.has("off", "out") or (item.has("turn") and any(other.text == "back" for other in items)):
            return -1.0
        if item.has("too") or (item.has("away") and not any(other.has("up", "raise") for other in items)):
            return -1.0
    noise = any(item.entry and item.entry.family in NOISES for item in items)
    return -1.0 if noise and not any(item.has("make") for item in items) else 0.0


def _read(
    items: Sequence[Item], at: int, quantity: Quantity, found: NumericReading, sign: float, context: DialogueContext
) -> None:
    """One number for one setting of one effect, or for a part of the spectrum."""
    choice = by_word(items, at, quantity, found, context) or by_effect(items, quantity, context)
    area = area_of(items)
    leveled = quantity.unit == "db" or (not quantity.unit and (sign != 0 or quantity.signed))
    if choice is None and leveled and area is not None:
        gain_db = quantity.value if quantity.signed else quantity.value * (sign or 1.0)
        found.commands.append(area_boost(items, area, gain_db, context))
        found.used |= {at, area}
        return
    named = [item.entry.nickname.effect for _, item in named_effects(items) if item.entry and item.entry.nickname]
    mixed = [name for name in named if EFFECTS[name].role not in ("tone", "level")]
    if choice is None and quantity.unit == "db" and mixed:  # no gain of everything: "turn down the reverb by 3 dB"
        _mixed(items, at, quantity, found, sign, mixed[0], context)
        return
    choice = choice or by_unit(items, quantity, sign, context)
    value = converted(choice.effect, choice.name, quantity) if choice else None
    if choice is None or value is None:
        return
    if choice.name == "mix" and any(item.text in ("dry", "seco") for item in items):
        value = 1.0 - value
    found.commands.append(_command(items, at, choice, value, quantity, sign, context))
    _use(items, at, choice, found)


def _mixed(
    items: Sequence[Item],
    at: int,
    quantity: Quantity,
    found: NumericReading,
    sign: float,
    effect: str,
    context: DialogueContext,
) -> None:
    """By how many dB an effect is to be louder or softer: so much more or less of its mix."""
    way = 1.0 if quantity.signed else sign
    if not way or "mix" not in EFFECTS[effect].defaults():
        return
    change_db = way * quantity.value
    factors = {"mix": 10 ** (change_db / 20)}
    amount = 1.0 if change_db > 0 else -1.0
    which = which_of(effect, items, context)
    found.commands.append(Command(_text(items), "adjust", effect, {}, {}, (), amount, which, (), factors))
    found.used |= {at, *(i for i, _ in named_effects(items))}


def _command(
    items: Sequence[Item],
    at: int,
    choice: SettingChoice,
    value: float,
    quantity: Quantity,
    sign: float,
    context: DialogueContext,
) -> Command:
    effect, name = choice.effect, choice.name
    named = named_effects(items)
    relative = _relative(items, quantity, name) and not _told_first(items, at, choice)
    lowered = sign < 0 and not quantity.signed and (relative or name in ("semitones", "gain_db"))
    value = -value if lowered else value
    settings: dict[str, float] = {}
    changes: dict[str, float] = {}
    factors: dict[str, float] = {}
    if relative and quantity.unit == "%" and name != "semitones":
        factors[name] = round(1 + value, 6)  # "20 % less" is a fifth of it less
    elif relative:
        changes[name] = clamped(effect, name, value, context) if name == "semitones" else round(value, 6)
    else:
        settings[name] = clamped(effect, name, value, context)
        first = all(owner != effect for owner, _ in context.given) and not any(item.has(*MOVING) for item in items)
        settings = (_implied(named, effect) if first else {}) | settings
    verb: Verb = "add" if named and not relative and not any(item.text in SET for item in items) else "adjust"
    which = which_of(effect, items, context)
    instead = () if named or context.effect == effect else sharing(name)
    context.effect, context.which = effect, which
    context.given.add((effect, name))
    return Command(_text(items), verb, effect, settings, changes, (), 0.0, which, instead, factors)


def _use(items: Sequence[Item], at: int, choice: SettingChoice, found: NumericReading) -> None:
    """Mark what a number used up: itself, the words that named its setting, and those that say which way."""
    found.used.add(at)
    found.used |= {i for i, item in named_effects(items)}
    found.used |= {choice.word} if choice.word >= 0 else set()
    measures = ("loud", "quiet", "wet", "dry", "wide", "dynamic", "deep", "punchy")
    said = ((i, item.entry) for i, item in enumerate(items) if item.entry)
    found.used |= {i for i, entry in said if entry.family in measures and not entry.setting}
    if choice.name == "semitones":  # "an octave lower" is no lower level
        found.used |= {i for i, item in enumerate(items) if item.has(*MOVING)}


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
        return not any(item.text in TARGET for item in items)
    if quantity.unit == "s" and any(item.has("off") for item in items):  # "knock a second off"
        return True
    raised = any(item.has("raise", "lower", "up", "down") and item.text not in ("a",) for item in items)
    if name == "semitones":
        return raised or any(item.has("remove", "cut") for item in items)
    return raised and not any(item.text in TARGET for item in items)


def _told_first(items: Sequence[Item], at: int, choice: SettingChoice) -> bool:
    """Whether a number behind "more" of a setting says what that comes to: "more predelay, 40 ms"."""
    told = [i for i, item in enumerate(items) if item.has("more", "less", "by")]
    return bool(told) and all(i < choice.word < at for i in told)


def _whole_mix(items: Sequence[Item], found: NumericReading, context: DialogueContext) -> None:
    """ "Fully wet", "todo seco": all of the mix of the one effect that has one, where nothing is stated."""
    mixed = [effect for effect in context.spoken if "mix" in EFFECTS[effect].defaults()]
    share = next((at for at, item in enumerate(items) if item.entry and item.entry.family in ("wet", "dry")), None)
    whole = {at for at, item in enumerate(items) if item.roles.get("degree", 0.0) >= WHOLLY or item.has("everything")}
    if len(set(mixed)) != 1 or share is None or not whole or any(item.has("copula", "too", "not") for item in items):
        return
    entry = items[share].entry
    mix = 1.0 if entry and entry.family == "wet" else 0.0
    found.commands.append(Command(_text(items), "adjust", mixed[0], {"mix": mix}, {}, (), 0.0))
    found.used |= {share, *whole}


def _text(items: Sequence[Item]) -> str:
    return " ".join(item.text for item in items if item.kind != "mark")
