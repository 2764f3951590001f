"""Regions of the spectrum that frequencies name: "everything above 8 kHz", "por debajo de 80", "between 2 and 5k"."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from instructfx.language.intent_types import LEAST_HZ, MOST_HZ, Boost, Region
from instructfx.language.numbers import Quantity, quantity_at
from instructfx.language.patterns import Phrases, classes_of
from instructfx.language.tables import table
from instructfx.language.words import Token

Side = Literal["below", "above", "between"]
SIDES: Final[tuple[Side, ...]] = ("between", "below", "above")
NARROWEST_Q, WIDEST_Q = 4.0, 0.3
SPREAD: Final = 1.6
"""A region around a frequency reaches from it down and up by this factor."""


@dataclass(frozen=True)
class _Words:
    """regions.toml."""

    whole: Phrases
    about: Phrases
    start: Phrases
    joint: Phrases
    ends: Phrases
    front: Mapping[Side, Phrases]
    behind: Mapping[Side, Phrases]


@lru_cache(maxsize=1)
def _words() -> _Words:
    data = table("regions.toml")
    found = classes_of({name: data[name] for name in ("whole", "about", "from", "joint", "ends")})
    front, behind = classes_of(data["front"]), classes_of(data["behind"])
    return _Words(
        found["whole"],
        found["about"],
        found["from"],
        found["joint"],
        found["ends"],
        {side: front[side] for side in SIDES},
        {side: behind[side] for side in ("below", "above")},
    )


def regions_in(tokens: Sequence[Token]) -> dict[int, tuple[Region, int]]:
    """Where a region begins -> that region and the position behind it."""
    keys = [token.key for token in tokens]
    found: dict[int, tuple[Region, int]] = {}
    at = 0
    while at < len(tokens):
        read = _region_at(tokens, keys, at)
        if read is not None:
            found[at] = read
        at = read[1] if read else at + 1
    return found


def around(frequency_hz: float) -> Region:
    """The region around a frequency."""
    return Region(frequency_hz / SPREAD, frequency_hz * SPREAD)


def boost_of(region: Region, gain_db: float) -> Boost:
    """A gain for a region: a shelf where it reaches to an end of hearing, else a band as wide as it is."""
    if region.side != "between":
        low = region.side == "below"
        return Boost(region.high_hz if low else region.low_hz, gain_db, None, "low shelf" if low else "high shelf")
    middle_hz = math.sqrt(region.low_hz * region.high_hz)
    q = min(max(middle_hz / (region.high_hz - region.low_hz + 1e-9), WIDEST_Q), NARROWEST_Q)
    return Boost(round(middle_hz, 2), gain_db, q)


def _region_at(tokens: Sequence[Token], keys: Sequence[str], start: int) -> tuple[Region, int] | None:
    words = _words()
    for at in (*words.whole.ends(keys, start), start):
        for side in SIDES:
            for behind in words.front[side].ends(keys, at):
                read = _figures(tokens, keys, behind, side)
                if read is not None:
                    return read
        read = _with_side_behind(tokens, keys, at)
        if read is not None:
            return read
    return None


def _figures(tokens: Sequence[Token], keys: Sequence[str], at: int, side: Side) -> tuple[Region, int] | None:
    """The frequency behind "above", or the two behind "between"."""
    number = _number(tokens, keys, at)
    if number is None:
        return None
    first, end = number
    if side != "between":
        hertz = _hertz(first)
        return (_one_sided(side, hertz), end) if hertz else None
    if first.span:
        return (Region(*sorted(first.span)), end) if first.unit == "hz" else None
    joint = next(_words().ends.ends(keys, end), 0)
    second = _number(tokens, keys, joint) if joint else None
    if second is None or second[0].unit not in ("hz", "") or first.unit not in ("hz", ""):
        return None
    low, high = in_one_unit(first, second[0])
    return (Region(min(low, high), max(low, high)), second[1]) if min(low, high) >= LEAST_HZ else None


def in_one_unit(low: Quantity, high: Quantity) -> tuple[float, float]:
    """Two ends in Hz; in "2 to 4k" both are in kHz."""
    thousands = high.unit == "hz" and high.value >= 1000
    first = low.value * 1000 if thousands and not low.unit and low.value < LEAST_HZ else low.value
    return first, high.value


def _with_side_behind(tokens: Sequence[Token], keys: Sequence[str], at: int) -> tuple[Region, int] | None:
    """ "From 8k up", "80 Hz and below"."""
    words = _words()
    begun = next(words.start.ends(keys, at), at)
    number = _number(tokens, keys, begun)
    hertz = _hertz(number[0]) if number else 0.0
    if number is None or not hertz:
        return None
    end = number[1]
    told = [end] if begun > at else []
    told += words.joint.ends(keys, end)
    for start in told:
        for side in ("below", "above"):
            behind = next(words.behind[side].ends(keys, start), 0)
            if behind and not _goes_on(tokens, behind):
                return _one_sided(side, hertz), behind
    return None


def _goes_on(tokens: Sequence[Token], at: int) -> bool:
    """Whether a direction is that of what follows: "200 Hz and up 3 dB at 5k", "from 200 up to 400"."""
    return at < len(tokens) and (tokens[at].kind == "number" or tokens[at].key in ("to", "a", "hasta"))


def _number(tokens: Sequence[Token], keys: Sequence[str], at: int) -> tuple[Quantity, int] | None:
    while end := next(_words().about.ends(keys, at), 0):
        at = end
    return quantity_at(tokens, at) if at < len(tokens) and tokens[at].kind == "number" else None


def _hertz(number: Quantity) -> float:
    """The frequency that a number says; 0 where it says none."""
    heard = number.unit == "hz" or (not number.unit and number.value >= LEAST_HZ)
    return number.value if heard and not number.signed and LEAST_HZ <= number.value <= MOST_HZ else 0.0


def _one_sided(side: Side, hertz: float) -> Region:
    return Region(high_hz=hertz) if side == "below" else Region(low_hz=hertz)
