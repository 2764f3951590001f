"""An equaliser's bands for gains at frequencies that a person named."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from instructfx.chain.format import bands_of
from instructfx.effects import Effect, Param
from instructfx.language import Boost
from instructfx.language.intent_types import Region
from instructfx.language.regions import boost_of

USUAL_Q = 1.4
SAME = 0.06  # of a frequency: a band that is nearer is the one that sits there
FLAT_DB = 0.05
ANOTHER_SHAPE = 30  # what a shelf costs where a bell is wanted


def boosted(
    effect: Effect, boosts: Sequence[Boost], values: Mapping[str, float], given: Collection[str] = ()
) -> dict[str, float]:
    """The settings of bands for boosts: one that sits there is turned on, the others get bands of their own.

    Of the bands that reach a frequency, flat ones come first, then near ones, chosen for all boosts at once, so that
    two at neighbouring frequencies both stand. Where bands run out, the nearest takes it; those of which a setting is
    among given, which a person named, come last.
    """
    settings: dict[str, float] = {}
    rest: list[Boost] = []
    for boost in (part for asked in boosts for part in _within_reach(effect, asked)):
        there = _there(effect, boost, values)
        if there:
            settings[f"{there}_gain_db"] = _limited(effect, there, values[f"{there}_gain_db"] + boost.gain_db)
        else:
            rest.append(boost)
    for boost, band in zip(rest, _assigned(effect, rest, {**values, **settings}, given), strict=True):
        settings |= _set(effect, boost, band, values)
    return settings


def crowded(effect: Effect, boosts: Sequence[Boost], values: Mapping[str, float], given: Collection[str]) -> bool:
    """Whether an equaliser of its own would take one of the boosts better than the bands that are left here."""
    fresh = {**effect.defaults(), **effect.neutral}
    rest = [boost for boost in boosts if not _there(effect, boost, values)]
    costs = [
        sum(_cost(effect, boost, band, stands, named) for boost, band in zip(rest, ways, strict=True))
        for stands, named in ((values, given), (fresh, ()))
        for ways in [_assigned(effect, rest, stands, named)]
    ]
    return costs[0] - costs[1] >= ANOTHER_SHAPE


def _bands(effect: Effect) -> dict[str, Param]:
    """Band -> its cutoff frequency, the low shelf first and the high shelf last."""
    return {name: params[1] for name, params in bands_of(effect)}


def _within_reach(effect: Effect, boost: Boost) -> list[Boost]:
    """A shelf with a corner that the effect's shelf does not reach is one as far as it does, and a band from there to
    the corner: "everything below 800 Hz"."""
    if boost.shape == "peak":
        return [boost]
    first, *_, last = _bands(effect).values()
    corner_hz = (first if boost.shape == "low shelf" else last).clamp(boost.frequency_hz)
    if corner_hz == boost.frequency_hz or (corner_hz > boost.frequency_hz) == (boost.shape == "low shelf"):
        return [boost]  # there, or beyond the end of what is heard
    between = boost_of(Region(*sorted((corner_hz, boost.frequency_hz))), boost.gain_db)
    return [replace(boost, frequency_hz=corner_hz), between]


def _limited(effect: Effect, band: str, gain_db: float) -> float:
    return effect.param(f"{band}_gain_db").clamp(gain_db)


def _there(effect: Effect, boost: Boost, values: Mapping[str, float]) -> str:
    """The band that does something at that frequency already; empty where none does."""
    bands = _bands(effect)
    first, *peaks, last = bands
    fitting = {"low shelf": [first], "high shelf": [last], "peak": peaks}[boost.shape]
    for band in fitting:
        near = boost.shape != "peak" or abs(values[bands[band].name] / boost.frequency_hz - 1) < SAME
        if near and abs(values[f"{band}_gain_db"]) > FLAT_DB:
            return band
    return ""


def _assigned(
    effect: Effect, boosts: Sequence[Boost], values: Mapping[str, float], given: Collection[str]
) -> tuple[str, ...]:
    """A band for each boost, no two alike where that can be, at the least cost over all of them."""
    bands = list(_bands(effect))
    if len(boosts) > len(bands):
        return tuple(min(bands, key=lambda band: _cost(effect, boost, band, values, given)) for boost in boosts)
    ways = itertools.permutations(bands, len(boosts))
    return min(ways, key=lambda way: sum(_cost(effect, *pair, values, given) for pair in zip(boosts, way, strict=True)))


def _cost(effect: Effect, boost: Boost, band: str, values: Mapping[str, float], given: Collection[str]) -> float:
    """How ill a band fits: out of reach, named by a person, of another shape, in use, or far off, in that order."""
    bands = _bands(effect)
    first, *_, last = bands
    shape = "low shelf" if band == first else "high shelf" if band == last else "peak"
    cutoff = bands[band]
    beyond = max(cutoff.low / boost.frequency_hz, boost.frequency_hz / cutoff.high, 1.0)
    used = abs(values[f"{band}_gain_db"]) > FLAT_DB
    away = abs(math.log2(values[cutoff.name] / boost.frequency_hz))
    named = used and f"{band}_gain_db" in given
    return 400 * math.log2(beyond) + 100 * named + ANOTHER_SHAPE * (shape != boost.shape) + 25 * used + away


def _set(effect: Effect, boost: Boost, band: str, values: Mapping[str, float]) -> dict[str, float]:
    cutoff = _bands(effect)[band]
    q = effect.param(f"{band}_q")
    shelf = boost.shape != "peak"
    usual = q.default if shelf else USUAL_Q
    return {
        f"{band}_gain_db": _limited(effect, band, boost.gain_db),
        cutoff.name: cutoff.clamp(boost.frequency_hz),
        f"{band}_q": q.clamp(usual if boost.q is None else boost.q),
    }
