"""Places in the stereo field: "pan 30 % left", "hard right", "center it"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from instructfx.effects import EFFECTS
from instructfx.language.context import DialogueContext, NumericReading, clamped, named_effects, which_of
from instructfx.language.intent_types import Command, Verb
from instructfx.language.numbers import Quantity
from instructfx.language.scan import Item

STRONG: Final = ("loud", "heavy", "full", "big", "powerful")
WEAK: Final = ("quiet", "thin", "small", "distant")
LEAN: Final = 0.2  # of the way to a side: about
LEAN_DB: Final = 3.0  # between the channels


def read_pan(
    items: Sequence[Item], numbers: Sequence[tuple[int, Quantity]], found: NumericReading, context: DialogueContext
) -> None:
    """Places left and right: "pan 30 % left", "hard right", "center it"."""
    side = next((item for item in items if item.has("left", "right", "center")), None)
    if side is None or any(item.has("everything", "rest", "keep") for item in items):
        return
    place = next(value for role, value in side.roles.items() if role in ("left", "right", "center"))
    if leaning := _leaning(items) or _turned(items):
        at, sign = leaning
        found.used |= {at, items.index(side), *(i for i, item in named_effects(items) if _of_level(item))}
        for number, quantity in numbers:
            if quantity.unit == "db":
                sign *= abs(quantity.value) / LEAN_DB
                found.used.add(number)
        which = which_of(EFFECTS.usual("balance").name, items, context)
        change = {"pan": round(sign * place * LEAN, 6)}
        phrase = " ".join(item.text for item in items)
        found.commands.append(Command(phrase, "adjust", EFFECTS.usual("balance").name, {}, change, (), 0.0, which))
        return
    panner = EFFECTS.usual("balance").name
    panned = [
        i
        for i, item in named_effects(items)
        if item.entry and item.entry.nickname and item.entry.nickname.effect == panner
    ]
    spoken = [i for i, item in named_effects(items) if i not in panned]
    only = not any(item.entry and (item.entry.family or item.entry.nickname) for item in items) and not spoken
    if not (panned or only) or (side.text in ("l", "r") and not panned and len(items) > 2):
        return
    amount = 1.0 if any(item.has("hard") or item.text.startswith("hard") for item in items) else 0.5
    for at, quantity in numbers:
        if quantity.unit in ("%", ""):
            amount = abs(quantity.value) / (100.0 if quantity.unit == "%" or abs(quantity.value) > 1 else 1.0)
            found.used.add(at)
    degree = next((item.roles["degree"] for item in items if item.has("degree") and not item.has("hard")), None)
    if degree is not None and amount == 0.5:
        amount = min(1.0, 0.5 * degree)
    pan = clamped(panner, "pan", place * amount, context)
    found.used |= set(panned) | {items.index(side)} | {i for i, item in enumerate(items) if item.has("hard")}
    phrase = " ".join(item.text for item in items)
    which = which_of(panner, items, context)
    verb: Verb = "add" if panned else "adjust"
    found.commands.append(Command(phrase, verb, panner, {"pan": pan}, {}, (), 0.0, which))


def _leaning(items: Sequence[Item]) -> tuple[int, float] | None:
    """Where a side is said to be heavier or weaker, and which way that wants it: "the left side is too loud"."""
    if not any(item.has("copula") for item in items) or any(item.has("make", "not") for item in items):
        return None
    too = any(item.has("too") for item in items)
    for at, item in enumerate(items):
        family = item.entry.family if item.entry else None
        if family in (*STRONG, *WEAK) and item.entry and (too or item.entry.form == "comparative"):
            return at, (-1.0 if family in STRONG else 1.0)
    return None


def _turned(items: Sequence[Item]) -> tuple[int, float] | None:
    """Where a side is to be turned up or down, and which way that pans: "turn down the left", "baja la izquierda"."""
    other = any(item.entry and not _of_level(item) for item in items)
    if other or any(item.has("not", "too", "copula") for item in items):
        return None
    down = next((at for at, item in enumerate(items) if item.has("lower", "down", "less", "cut")), None)
    up = next((at for at, item in enumerate(items) if item.has("raise", "up")), None)
    return (down, -1.0) if down is not None else (up, 1.0) if up is not None else None


def _of_level(item: Item) -> bool:
    nickname = item.entry.nickname if item.entry else None
    return nickname is not None and EFFECTS[nickname.effect].role == "level"
