"""Levels at frequencies: "cut 3 dB at 400 Hz", "+2 en 100, -3 en 400", "a 2 dB high shelf from 10k", "notch 50 Hz"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from instructfx.effects import EFFECTS
from instructfx.language.context import DialogueContext, NumericReading, limited, which_of
from instructfx.language.intent_types import LEAST_HZ, MOST_HZ, Boost, Command, Shape
from instructfx.language.numbers import Quantity
from instructfx.language.regions import boost_of
from instructfx.language.scan import Item

AREAS: Final[Mapping[str, tuple[float, Shape]]] = {
    "bass": (150.0, "low shelf"), "sub": (60.0, "low shelf"), "body": (200.0, "peak"),
    "low-mids": (350.0, "peak"), "mids": (1000.0, "peak"),
    "presence": (3500.0, "peak"), "treble": (6000.0, "high shelf"), "air": (10000.0, "high shelf"),
}  # fmt: skip
"""Part of the spectrum -> the band that an engineer takes for it: corner or middle in Hz, and its shape."""
NOISES: Final = frozenset(("noisy", "harsh", "nasal", "boomy", "muddy", "boxy", "sibilant", "metallic"))
"""Families that are to go where they are said of a frequency: "there's a hum at 50 Hz"."""
NARROW: Final = frozenset(("narrow", "tight", "surgical", "sharp", "precise", "estrecho", "estrecha", "preciso"))
BROAD: Final = frozenset(("wide", "broad", "gentle", "ancho", "ancha", "amplio", "amplia"))
NOTCHES: Final = frozenset(("notch", "notch out", "notching", "muesca"))
SHELVES: Final = frozenset(("shelf", "shelve", "shelving", "estante", "meseta"))
NARROW_Q, BROAD_Q, NOTCH_Q = 4.0, 0.7, 6.0
LEADING: Final = frozenset(("to", "a", "en", "hasta", "back", "of", "de"))
"""Words between a setting and its number."""
PLAIN_DB, NOTCH_DB, MOST_DB = 3.0, -12.0, 20.0
MOST_BARE_DB = 24.0  # a number without a unit that is larger is a frequency


@dataclass(frozen=True)
class _Numbers:
    """The numbers of a clause by what they say: gains in dB, points or regions of the spectrum as bands without their
    gains, the Q; each with its place."""

    gains: tuple[tuple[int, Quantity], ...]
    points: tuple[tuple[int, Boost], ...]
    q: tuple[int, float] | None


def read_boosts(items: Sequence[Item], found: NumericReading, sign: float, context: DialogueContext) -> None:
    """Gains at frequencies; each frequency takes the gain in front of it, or else the first behind it."""
    tone = EFFECTS.usual("tone").name
    named = [(i, item.entry.nickname.effect) for i, item in enumerate(items) if item.entry and item.entry.nickname]
    if any(effect != tone for _, effect in named):
        return
    numbers = _numbers(items, sign, bool(named))
    notched = any(item.text in NOTCHES for item in items)
    if not numbers.points or (not numbers.gains and not sign and not named and not notched):
        return
    if not numbers.gains and any(item.entry and item.entry.family and not _of_a_band(item) for item in items):
        return  # "warm it up around 200 Hz": a quality is wished there
    q = _q(items, numbers)
    boosts = [
        replace(
            point,
            frequency_hz=round(limited(point.frequency_hz, LEAST_HZ, MOST_HZ, "Hz", context), 2),
            gain_db=round(limited(_gain(at, numbers, items, sign), -MOST_DB, MOST_DB, "dB", context), 3),
            q=point.q if q is None else q,
        )
        for at, point in numbers.points
    ]
    found.used |= {i for i, _ in (*numbers.gains, *numbers.points)} | {i for i, _ in named}
    found.used |= {numbers.q[0], numbers.q[0] - 1} if numbers.q else set()
    noise = any(item.entry and item.entry.family in NOISES for item in items) and any(i.has("copula") for i in items)
    found.used |= {  # "there's a weird whistle at 4k": weird is said of the whistle
        i for i, item in enumerate(items) if item.entry and (noise or _of_a_band(item))
    }
    command = Command(_text(items), "adjust", tone, {}, {}, tuple(boosts), 0.0, which_of(tone, items, context))
    found.commands.append(command)


def area_boost(items: Sequence[Item], area: int, gain_db: float, context: DialogueContext) -> Command:
    """A gain for a part of the spectrum: "lows +3 dB"."""
    entry = items[area].entry
    hz, shape = AREAS[entry.family or ""] if entry else (1000.0, "peak")
    tone = EFFECTS.usual("tone").name
    boost = Boost(hz, limited(gain_db, -MOST_DB, MOST_DB, "dB", context), None, shape)
    return Command(_text(items), "adjust", tone, {}, {}, (boost,), 0.0, which_of(tone, items, context))


def area_of(items: Sequence[Item]) -> int | None:
    """Where a clause names a part of the spectrum."""
    return next((i for i, item in enumerate(items) if item.entry and item.entry.family in AREAS), None)


def _numbers(items: Sequence[Item], sign: float, named: bool) -> _Numbers:
    plain = [(i, item.quantity) for i, item in enumerate(items) if item.quantity is not None]
    q = next(
        (
            (i, quantity.value)
            for i, quantity in plain
            if not quantity.unit and not quantity.signed and _behind_q(items, i)
        ),
        None,
    )
    plain = [(i, quantity) for i, quantity in plain if q is None or i != q[0]]
    shape = _shape(items)
    heard = [(i, n) for i, n in plain if n.unit == "hz" and (n.value >= LEAST_HZ or not _of_a_setting(items, i))]
    points = [(i, Boost(n.value, 0.0, None, shape)) for i, n in heard]
    gains = [(i, n) for i, n in plain if n.unit == "db" and not _slope(items, i)]
    bare = [(i, n) for i, n in plain if not n.unit]
    asked = bool(gains) or named or sign != 0 or any(n.signed for _, n in bare)
    for i, number in bare:
        if _of_a_setting(items, i):
            continue
        if number.signed or (abs(number.value) <= MOST_BARE_DB and not _at(items, i)):
            gains += [(i, number)] if asked else []
        elif number.value >= LEAST_HZ and asked:
            points.append((i, Boost(number.value, 0.0, None, shape)))
    if gains:  # a region without one is spoken of as a thing: "remove everything below 80"
        points += [(i, boost_of(item.region, 0.0)) for i, item in enumerate(items) if item.region]
    if not points:
        gains = []
    return _Numbers(tuple(sorted(gains, key=_place)), tuple(sorted(points, key=_place)), q)


def _place(numbered: tuple[int, Quantity | Boost]) -> int:
    return numbered[0]


def _behind_q(items: Sequence[Item], at: int) -> bool:
    before = [item.text for item in items[max(at - 3, 0) : at]]
    return "q" in before


def _of_a_setting(items: Sequence[Item], at: int) -> bool:
    """Whether a setting stands right beside a number that no equaliser has: "300 release", "predelay up to 60"."""
    tone = EFFECTS.usual("tone").name
    before = next((i for i in range(at - 1, -1, -1) if not _leads(items[i])), at)
    beside = (items[i].entry for i in (before, at + 1) if i < len(items))
    return any(entry and entry.setting and tone not in entry.setting.effects for entry in beside)


def _leads(item: Item) -> bool:
    """Whether a word only leads to a number: "up to"."""
    return item.has("up", "down", "at") or item.text in LEADING


def _slope(items: Sequence[Item], at: int) -> bool:
    """Whether dB are said of an octave: "24 dB per octave"."""
    behind = " ".join(item.text for item in items[at + 1 : at + 3])
    return behind.startswith(("per oct", "octave", "oct", "por oct", "an octave", "/ oct"))


def _at(items: Sequence[Item], at: int) -> bool:
    return at > 0 and items[at - 1].has("at")


def _q(items: Sequence[Item], numbers: _Numbers) -> float | None:
    """The Q that is said, in figures or in words."""
    if numbers.q:
        return numbers.q[1]
    words = {item.text for item in items}
    if words & NOTCHES:
        return NOTCH_Q
    return NARROW_Q if words & NARROW else BROAD_Q if words & BROAD else None


def _shape(items: Sequence[Item]) -> Shape:
    words = {word for item in items for word in item.text.split()}
    if not words & SHELVES:
        return "peak"
    low = words & {"low", "bass", "lows", "graves", "bajos", "bajo"}
    return "low shelf" if low else "high shelf"


def _gain(at: int, numbers: _Numbers, items: Sequence[Item], sign: float) -> float:
    """The gain of a frequency: the one in front of it, or else the first of all."""
    gains = numbers.gains
    before = [(i, gain) for i, gain in gains if i < at]
    behind = [(i, gain) for i, gain in gains if i > at]
    told = [_turned(items, at, i) for i, _ in behind[:1]]
    mine = behind[0] if told and told[0] else before[-1] if before else behind[0] if behind else None
    if mine is not None:
        sign = told[0] if told and told[0] else sign
        gain_db = mine[1].value if mine[1].signed else mine[1].value * (sign or 1.0)
        if any(item.text in NOTCHES for item in items):
            gain_db = -abs(gain_db)
    elif any(item.text in NOTCHES for item in items) or any(item.has("remove") for item in items):
        gain_db = NOTCH_DB
    else:
        gain_db = PLAIN_DB * (sign or 1.0)
    return gain_db


def _turned(items: Sequence[Item], start: int, end: int) -> float:
    """The direction that stands right between a frequency and its gain: "160 down 1.5"; 0 where none does."""
    between = [item for item in items[start + 1 : end] if item.kind != "ignored"]
    if len(between) != 1 or not between[0].has("up", "down"):
        return 0.0
    return 1.0 if between[0].has("up") else -1.0


def _of_a_band(item: Item) -> bool:
    """Whether a word beside the numbers is said of the band: "boost the air at 12k", "a wide boost", "a boom at 90"."""
    entry = item.entry
    noun = entry and (entry.family in AREAS or entry.family in NOISES or entry.form in ("noun", "verb"))
    return bool(noun) or item.text in BROAD | NARROW


def _text(items: Sequence[Item]) -> str:
    return " ".join(item.text for item in items if item.kind != "mark")
