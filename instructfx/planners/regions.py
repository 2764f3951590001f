"""Wishes within bounds: those for a part of the spectrum as bands of the equaliser, the others without what is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from instructfx.chain import Chain, Slot
from instructfx.chain.format import bands_of
from instructfx.ears.perceptual import wished_curve
from instructfx.ears.regions import axes_within, free_of
from instructfx.effects import EFFECTS
from instructfx.language import Command, Intent, Wish, understand
from instructfx.language.eq_commands import AREAS, PLAIN_DB
from instructfx.language.intent_types import LEAST_HZ, MOST_HZ, Region
from instructfx.language.region_frames import region_of
from instructfx.language.regions import boost_of
from instructfx.planners import PlanRequest
from instructfx.planners.eq_fit import Array, Canvas, centres_hz
from instructfx.planners.phrases import Voice

POINTS = 9  # of a region, at which a wished curve is looked at
FAINT_DB = 0.05  # a curve that is less than that in a region says nothing of it
LOUDER_DB = 3.0  # a step of loudness
STILL_DB = 0.8  # an equaliser that moves a region by less leaves it as it was
HELD_TOLD = 0.3  # steps: what is read in a held region and moved more was not held

Pairs = tuple[tuple[float, float], ...]


def held_hz(intent: Intent) -> Pairs:
    """The regions that are to stay as they are."""
    return tuple(dict.fromkeys((hold.region.low_hz, hold.region.high_hz) for hold in intent.holds))


def bounded(intent: Intent) -> Intent:
    """What is wished of a region as a command to the equaliser, and no wish for what is read in a held region.

    Notes say which wishes are left out: those of which no equaliser makes anything in a region, and those that ask for
    just what is to stay. A change of level that leaves out a region is a gain and the opposite band there.
    """
    if not intent.holds and not any(wish.region for wish in intent.wishes):
        return intent
    voice = Voice(intent.language)
    commands, wishes, notes = list(intent.commands), list[Wish](), list(intent.notes)
    for wish in intent.wishes:
        region = wish.region or (_beside(wish, intent) if intent.holds else None)
        made = _in_region(wish, region) if region else None
        commands += [made] if made else []
        notes += [voice.say("only_equaliser", words=wish.phrase)] if wish.region and not made else []
        wishes += [] if made or wish.region else [wish]
    gain_db = _gain_db(commands, wishes)
    if intent.holds and gain_db:
        return replace(intent, wishes=(), commands=(*commands, *_levels(intent, commands, gain_db)), holds=())
    held = axes_within(held_hz(intent))
    left = [
        replace(wish, axes={name: value for name, value in wish.axes.items() if name not in held}) for wish in wishes
    ]
    against = [wish for wish, rest in zip(wishes, left, strict=True) if _strongest(rest) < _strongest(wish)]
    notes += [voice.say("held_against", words=wish.phrase) for wish in against]
    wishes = [rest for wish, rest in zip(wishes, left, strict=True) if wish not in against]
    return replace(intent, wishes=tuple(wishes), commands=tuple(commands), notes=tuple(notes))


def _beside(wish: Wish, intent: Intent) -> Region | None:
    """The part of the spectrum that a wish names, "more bottom", beside what is held; None where it names none."""
    if wish.held or len(wish.families) != 1 or wish.families[0] not in AREAS:
        return None
    region = region_of(wish.families[0])
    within = (
        max(region.low_hz, each.region.low_hz) < min(region.high_hz, each.region.high_hz) for each in intent.holds
    )
    return None if any(within) else region


def still_held(intent: Intent, request: PlanRequest) -> Intent:
    """The intent with what was said to stay as it is since the last turn, but for what is now asked of just that."""
    said = (understand(each.instruction).holds for each in request.since if each.act == "acknowledgement")
    holds = tuple(hold for holds in said for hold in holds)
    wider = replace(intent, holds=(*intent.holds, *holds))
    return intent if not holds or bounded(wider).notes != bounded(intent).notes else wider


def _strongest(wish: Wish) -> float:
    return max(map(abs, wish.axes.values()), default=0.0)


def _in_region(wish: Wish, region: Region) -> Command | None:
    """A wish as a band there, up or down as its curve goes there; None where it is none of tone or level."""
    low_hz, high_hz = np.log([region.low_hz, region.high_hz])
    curve = wished_curve(wish.axes, np.exp(np.linspace(low_hz, high_hz, POINTS)).tolist())
    way = float(curve.mean()) if float(curve.abs().max()) > FAINT_DB else wish.axes.get("loudness", 0.0)
    if not way:
        return None
    gain_db = round(float(np.sign(way)) * PLAIN_DB * _strongest(wish), 3)
    return Command(wish.phrase, "adjust", EFFECTS.usual("tone").name, {}, {}, (boost_of(region, gain_db),), 0.0)


def _gain_db(commands: Sequence[Command], wishes: Sequence[Wish]) -> float:
    """By how much the level of everything is to change, where nothing else is wished; else 0."""
    if any(set(wish.axes) != {"loudness"} for wish in wishes):
        return 0.0
    level = EFFECTS.usual("level").name
    told = [each.changes.get("gain_db", LOUDER_DB * each.amount) for each in commands if each.effect == level]
    return sum(told) + LOUDER_DB * sum(wish.axes["loudness"] for wish in wishes)


def _levels(intent: Intent, commands: Sequence[Command], gain_db: float) -> list[Command]:
    """A gain, where none was commanded, and what takes it back in the regions that are held."""
    level, tone = EFFECTS.usual("level").name, EFFECTS.usual("tone").name
    there = any(each.effect == level for each in commands)
    gain = Command(intent.instruction, "adjust", level, {}, {"gain_db": gain_db}, (), 0.0)
    boosts = tuple(boost_of(hold.region, -gain_db) for hold in intent.holds)
    back = Command(intent.instruction, "adjust", tone, {}, {}, boosts, 0.0)
    return [back] if there else [gain, back]


def told_of(held: Pairs, moved: Mapping[str, float], heard: Mapping[str, str], voice: Voice) -> list[str]:
    """Which regions did not stay as they were, by what moved, axis -> steps; heard says what one calls each change."""
    astray = {each: [axis for axis in axes_within((each,)) if abs(moved.get(axis, 0.0)) > HELD_TOLD] for each in held}
    return [
        voice.say("not_held", where=named(Region(*region), voice), heard=voice.listed([heard[axis] for axis in axes]))
        for region, axes in astray.items()
        if axes
    ]


def touched(held: Pairs, before: Chain, after: Chain) -> Pairs:
    """Of regions those that something changed: any effect but an equaliser whose curve stays as it was there."""
    pairs = [(before.find(slot.id), slot) for slot in after.slots if slot != before.find(slot.id)]
    curves = [_curve_db(now) - (_curve_db(was) if was else 0.0) for was, now in pairs if now.effect.response]
    linear = len(curves) == len(pairs) and set(before.ids) <= set(after.ids)
    change_db = np.sum(curves, axis=0) if linear and curves else None
    if change_db is None:
        return held
    inside = {region: free_of((region,), centres_hz().tolist()) == 0 for region in held}
    return tuple(region for region in held if np.abs(change_db[inside[region]]).max(initial=0.0) > STILL_DB)


def bands_within(held: Pairs, chain: Chain) -> frozenset[tuple[str, str]]:
    """The (slot id, setting) pairs of the equalisers' bands that act in held regions: those that stand there, and the
    shelf on that side. An ear that hears everything equally loud cannot tell a curve from one that is higher as a
    whole, so a search leaves these as they were drawn."""
    found = set()
    for slot in chain.slots:
        bands = [params for _, params in bands_of(slot.effect)]
        for params in bands:
            hertz = slot.settings[params[1].name]
            low, high = params is bands[0], params is bands[-1]
            for region in held:
                beside = (low and region[0] <= LEAST_HZ) or (high and region[1] >= MOST_HZ)
                if beside or region[0] <= hertz <= region[1]:
                    found |= {(slot.id, param.name) for param in params}
    return frozenset(found)


def _curve_db(slot: Slot) -> Array:
    return Canvas(slot.effect, slot.settings).stands_db * slot.heard


def named(region: Region, voice: Voice) -> str:
    """A region in words: "what lies above 2000 Hz"."""
    return voice.say(f"lies_{region.side}", low=f"{region.low_hz:g}", high=f"{region.high_hz:g}")
