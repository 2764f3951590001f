"""Levels at frequencies ("cut 3 dB at 400 Hz") and places in the stereo field ("pan 30 % left")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from instructfx.effects import EFFECTS
from instructfx.language.context import DialogueContext, NumericReading, clamped, named_effects, which_of
from instructfx.language.intent_types import Boost, Command, Verb
from instructfx.language.numbers import Quantity
from instructfx.language.scan import Item

AREA_HZ: Mapping[str, float] = {
    "bass": 80.0, "sub": 45.0, "body": 200.0, "mids": 1000.0, "presence": 3500.0, "treble": 8000.0, "air": 12000.0,
}  # fmt: skip
NOISES = frozenset(("noisy", "harsh", "nasal", "boomy", "muddy", "boxy", "sibilant", "metallic"))
"""Families that are to go where they are said of a frequency: "there's a hum at 50 Hz"."""
_PLAIN_BOOST_DB, _REMOVE_DB = 3.0, -9.0


def read_boosts(
    items: Sequence[Item],
    numbers: Sequence[tuple[int, Quantity]],
    found: NumericReading,
    sign: float,
    phrase: str,
    named: Sequence[tuple[int, Item]],
    context: DialogueContext,
) -> None:
    """Gains at frequencies; each frequency takes the gain in front of it, or the first behind it."""
    tone = EFFECTS.usual("tone").name
    if any(item.entry and item.entry.nickname and item.entry.nickname.effect != tone for _, item in named):
        return
    gains = [(i, q) for i, q in numbers if q.unit == "db"]
    bare = 20.0 if gains else 1e9
    points = [(i, q) for i, q in numbers if q.unit == "hz" or (q.unit == "" and not q.signed and q.value >= bare)]
    setting = any(item.entry and item.entry.setting and not item.entry.family for item in items)
    edge = any(item.has("below", "above") for item in items)
    if not points or setting or (edge and not gains) or (not gains and sign == 0 and not named):
        return
    if any(item.has("between") for item in items) and len(points) == 2:
        middle = (points[0][1].value * points[1][1].value) ** 0.5
        found.used.add(points[1][0])
        points = [(points[0][0], Quantity(middle, "hz"))]
    removing = any(item.has("remove") for item in items)
    boosts = []
    for at, point in points:
        before = [q for i, q in gains if i < at] or [q for _, q in gains[:1]]
        if before:
            gain = before[-1].value if before[-1].signed else before[-1].value * (sign or 1.0)
        else:
            gain = _REMOVE_DB if removing else _PLAIN_BOOST_DB * (sign or 1.0)
        frequency = min(max(point.value, 20.0), 20000.0)
        boosts.append(Boost(round(frequency, 2), round(min(max(gain, -20.0), 20.0), 3)))
        found.used.add(at)
    found.used |= {i for i, _ in gains} | {i for i, _ in named}
    found.used |= {i for i, item in enumerate(items) if item.entry and item.entry.family and _area(item)}
    found.used |= {i for i, item in enumerate(items) if item.entry and item.entry.family in ("soft", "wide", "narrow")}
    which = which_of(tone, items, context)
    found.commands.append(Command(phrase, "adjust", tone, {}, {}, tuple(boosts), 0.0, which))


def _area(item: Item) -> bool:
    entry = item.entry
    return bool(entry and (entry.family in AREA_HZ or entry.family in NOISES or entry.form in ("noun", "verb")))


def read_pan(
    items: Sequence[Item], numbers: Sequence[tuple[int, Quantity]], found: NumericReading, context: DialogueContext
) -> None:
    """Places left and right: "pan 30 % left", "hard right", "center it"."""
    side = next((item for item in items if item.has("left", "right", "center")), None)
    if side is None or any(item.has("everything", "rest", "keep") for item in items):
        return
    place = next(value for role, value in side.roles.items() if role in ("left", "right", "center"))
    panner = EFFECTS.usual("balance").name
    panned = [
        i
        for i, item in named_effects(items)
        if item.entry and item.entry.nickname and item.entry.nickname.effect == panner
    ]
    spoken = [i for i, item in named_effects(items) if i not in panned]
    only = not any(item.entry and (item.entry.family or item.entry.nickname) for item in items) and not spoken
    if not (panned or only) or (side.text in ("l", "r") and not panned):
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
