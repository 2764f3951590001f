"""Wishes about character: from a quality and its modifiers to signed amounts on the ear's axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from instructfx.effects import EFFECTS, Effect
from instructfx.language.groups import Group, Mods
from instructfx.language.intent_types import Wish
from instructfx.language.lexicon import Family, Lexicon

KEEPING = ("keep", "untouched", "lock")
GUARD = 0.25  # a quality that must not come along is held by a small wish against it
UNMEANT = 0.15  # what is not meant is no wish of its own
STRONG = 1.7  # "remove the mud"
LESS_THERE = 0.8  # of a step, of the part of the spectrum that a complaint is about
DOUBT = 0.6  # of a wish on which people differ: half of them would undo more
_FORM_DEGREES: Mapping[str, float] = {"superlative": 2.0, "ish": 0.5}


def strength(mods: Mods, family: Family, form: str, guarded: bool) -> tuple[float, bool]:
    """The signed amount of a wish, and whether it is a complaint."""
    degree = mods.degree if mods.degree is not None else _FORM_DEGREES.get(form, 1.0)
    fault = family.kind in ("fault", "complaint")
    if mods.times is not None:
        degree = mods.times if mods.times >= 1.0 else -mods.times
    if mods.has("without"):
        return (GUARD if mods.has("losing") and not fault else -GUARD), False
    if mods.has("never"):
        return -GUARD, False
    if mods.verb in KEEPING:
        return (-GUARD if fault else GUARD), False
    denied = mods.has("not") and mods.verb in (None, "remove", "add")
    if denied and mods.verb == "add" and not fault and not mods.has("too", "enough", "so", "as"):
        return -UNMEANT, False  # "it needs no warmth"
    if family.kind == "complaint":  # "it hurts" says by itself that something is wrong
        return (-GUARD, False) if denied and mods.verb is None else (-degree, True)
    if denied and guarded and fault:
        return -GUARD, False  # "like a gramophone, but no crackle"
    if denied and mods.has("enough"):
        return degree, False
    if denied and mods.has("too"):
        return -GUARD, False
    if mods.has("too") or (mods.has("so") and mods.has("copula") and not denied and not mods.direction):
        return -degree, True
    if mods.has("so") and mods.verb is None and not denied and not mods.has("make") and family.name in UNWANTED:
        return -degree, True  # "so narrow"
    missed = family.name in WANTED or (mods.has("copula") and not fault)
    if denied and mods.verb == "remove" and missed and not mods.has("so", "as", "too"):
        return degree, False  # "no air, no sparkle" misses them
    named = mods.verb == "remove" and not mods.has("so", "as")
    if denied and form == "comparative" and not mods.has("copula"):
        return -UNMEANT, False  # "not warmer, wider"
    if denied and not (named and (fault or form == "noun" or family.kind == "area")):
        return _denied(mods, fault, guarded, degree)
    if mods.verb == "remove":
        return -max(degree, STRONG) if mods.degree is None else -degree, False
    if mods.verb == "lower" and mods.has("down") and form in ("base", "verb") and family.kind in ("quality", "mood"):
        return degree, False  # "calm it down"
    if mods.verb == "lower" and family.name == "distant" and form != "noun":
        return degree, False  # "tuck it behind"
    if mods.verb in ("lower", "cut", "bypass"):
        return -abs(degree), False
    if mods.direction < 0:
        return -abs(degree), False
    if mods.verb == "lack":
        return (-UNMEANT if mods.has("not") and not fault else degree), False
    if _blames(mods, family, form):
        return -degree, True
    return degree, False


def _blames(mods: Mods, family: Family, form: str) -> bool:
    """Whether a quality is said of how it is, and not of how it should be: "a bit boxy", "it sounds like a radio".

    A fault that no verb asks for is a complaint; so is what is stated of the sound, but for what everybody wants.
    """
    if mods.direction or mods.verb is not None or mods.has("make") or form in ("comparative", "superlative"):
        return False
    if family.kind == "fault":
        return True
    if form != "base":
        return False
    if not mods.has("copula"):
        return mods.degree is not None and mods.degree <= 0.5 and family.name in UNWANTED
    mild = mods.degree is not None and mods.degree <= 1.3
    scene = family.kind in SCENES and mods.has("like")
    return mild or scene or family.kind == "level" or family.name in UNWANTED


WANTED = frozenset(
    (
        *("air", "sparkling", "warm", "clear", "body", "punchy", "present", "wide", "full", "rich", "spacious"),
        *("lively", "energetic", "powerful", "danceable"),
    )
)
"""Qualities of which nobody says "no" to have them out."""
SCENES = ("device", "place")
"""Kinds of families of which "it sounds like that" is a complaint."""
UNWANTED = frozenset(
    [
        "dark",
        "echoey",
        "cold",
        "dry",
        "hard",
        "shallow",
        "metallic",
        "distant",
        "narrow",
        "small",
        "static",
        "squashed",
        "sharp",
        "heavy",
        "sad",
        "old",
        "lo-fi",
        "dirty",
        "harsh",
        "bright",
    ]
)
"""Qualities that one states of a sound when they are too much of it: "la mezcla suena opaca"."""


def _denied(mods: Mods, fault: bool, guarded: bool, degree: float) -> tuple[float, bool]:
    """ "not so boomy" asks for less of it; "but not boomy" only bans it; "isn't warm" misses it."""
    if mods.has("copula") and not mods.has("make", "so", "as") and not fault and not guarded:
        return 1.0, False
    if guarded or (fault and mods.has("copula")):
        return -GUARD, False
    if mods.has("so", "as"):
        return -1.0, False
    return -0.5 * min(degree, 2.0), False


def wish(group: Group, family: Family, lexicon: Lexicon, phrase: str, guarded: bool, factor: float = 1.0) -> Wish:
    """The wish of one group."""
    entry = group.item.entry
    amount, complaint = strength(group.mods, family, entry.form if entry else "base", guarded)
    amount *= factor
    size = group.mods.size if group.mods.size is not None and family.kind == "place" else 1.0
    compared = group.mods.direction or (entry and entry.form == "comparative")
    level_alone = family.kind == "level" and (complaint or amount < 0 or compared)
    doubtful = group.item.text if family.people_differ and amount > GUARD else ""
    axes = {}
    for axis, value in family.axes.items():
        if level_alone and axis != "loudness":
            continue
        scaled = value * amount * (DOUBT if doubtful else 1.0)
        if axis == "space" and size != 1.0:
            scaled *= 0.75 if size < 1.0 else 1.0 + (size - 1.0) / 2.0
        axes[axis] = round(max(-3.0, min(3.0, scaled)), 4)
    effects = family.effects
    if amount < 0 and family.opposite:
        effects = lexicon.families[family.opposite].effects or effects
    if amount > 0 and entry and entry.nickname:  # "make it pulsing" names the effect that makes it so
        effects = tuple(dict.fromkeys((entry.nickname.effect, *effects)))
    settings = _settings(family, amount, size) if amount > GUARD else {}
    plain = entry is not None and entry.form == "base" and group.mods.degree is None and not group.mods.direction
    outright = plain and amount == 1.0 and not complaint
    held = _only_bars(group.mods, entry.form if entry else "base")
    removed = not complaint and amount < 0 and (group.mods.verb == "remove" or group.mods.has("without"))
    return Wish(phrase, (family.name,), axes, effects, settings, complaint, outright, doubtful, held, removed)


def _only_bars(mods: Mods, form: str) -> bool:
    """Whether a quality is to stay as it is: "keep it warm", "don't make it brighter", "not more bass"."""
    barred = mods.has("not", "never") and not mods.has("copula", "enough", "too", "so", "as")
    unneeded = mods.verb in ("lack", "add") and mods.has("not") and not mods.has("too", "enough", "so", "as")
    further = mods.verb is None and (form == "comparative" or mods.direction > 0)
    return mods.verb in KEEPING or unneeded or (barred and further)


def less_there(found: Wish, where: Family) -> Wish:
    """A complaint about one part of the spectrum, "the cymbals are piercing", leaves no more of that part."""
    axes = {
        axis: min(found.axes.get(axis, 0.0), -LESS_THERE * value) for axis, value in where.axes.items() if value > 0
    }
    return replace(found, axes={**found.axes, **axes})


def _settings(family: Family, amount: float, size: float) -> dict[str, dict[str, float]]:
    """The settings that a word is known by; a small or huge place has a shorter or longer reverb."""
    settings = {effect: dict(values) for effect, values in family.settings.items()}
    for effect in EFFECTS.of_role("room"):
        if effect.name in settings:
            _sized(settings[effect.name], effect, amount, size)
    return settings


def _sized(room: dict[str, float], effect: Effect, amount: float, size: float) -> None:
    """Fit a room to the size of the place and to how much of it is wished, in place."""
    if size != 1.0:
        if "decay_seconds" in room:
            room["decay_seconds"] = round(effect.param("decay_seconds").clamp(room["decay_seconds"] * size), 3)
        mix = 0.75 if size < 1.0 else 1.0 + (size - 1.0) / 2.0
        room["mix"] = round(effect.param("mix").clamp(room.get("mix", 0.3) * mix), 3)
    if amount < 1.0 and "mix" in room:
        room["mix"] = round(room["mix"] * max(amount, 0.3), 3)
