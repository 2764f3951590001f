"""Families of words: one meaning each, and what it does to the sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from instructfx.effects import EFFECTS
from instructfx.errors import InstructFXError
from instructfx.language.words import split_phrase

AXES: Final = (
    "bass", "body", "mud", "warmth", "nasal", "presence", "harshness", "brightness", "air",
    "loudness", "dynamics", "punch", "grit", "space", "echo", "width", "balance", "movement",
    "pitch", "fidelity",
)  # fmt: skip
KINDS: Final = (
    "quality",
    "fault",
    "complaint",
    "area",
    "level",
    "space",
    "place",
    "device",
    "era",
    "mood",
    "motion",
    "style",
    "size",
)

Settings = Mapping[str, Mapping[str, float]]


class LexiconError(InstructFXError):
    """lexicon.toml says something that cannot be."""


@dataclass(frozen=True)
class Family:
    """One meaning, its words in each language, and what it does to the sound.

    people_differ: what one person draws for the word hardly agrees with what the others draw (correlation below 0.35).
    """

    name: str
    kind: str
    words: Mapping[str, tuple[str, ...]]
    axes: Mapping[str, float]
    effects: tuple[str, ...]
    settings: Settings
    opposite: str | None
    source: str
    people_differ: bool = False


def read_families(given: dict[str, dict[str, Any]]) -> dict[str, Family]:
    opposites = {entry["opposite"]: name for name, entry in given.items() if "opposite" in entry}
    given = {
        name: {"opposite": opposites[name]} | entry if name in opposites else entry for name, entry in given.items()
    }
    families = {}
    for name, entry in given.items():
        family = Family(
            name=name,
            kind=entry["kind"],
            words=MappingProxyType({code: tuple(entry.get(code, ())) for code in ("en", "es")}),
            axes=MappingProxyType(_axes(given, name)),
            effects=_effects(given, name),
            settings=MappingProxyType(
                {effect: MappingProxyType(values) for effect, values in entry.get("settings", {}).items()}
            ),
            opposite=entry.get("opposite"),
            source=entry.get("source", ""),
            people_differ=entry.get("people_differ", False),
        )
        _check(family)
        families[name] = family
    _check_once(families)
    return families


def _check_once(families: Mapping[str, Family]) -> None:
    """Refuse a word that two families list in the same language: the second would never be heard."""
    places: dict[tuple[str, tuple[str, ...]], str] = {}
    for family in families.values():
        for code, words in family.words.items():
            for word in words:
                before = places.setdefault((code, split_phrase(word)), family.name)
                if before != family.name:
                    raise LexiconError(
                        f"{word!r} ({code}) stands in the families {before!r} and {family.name!r}; keep it in one"
                    )


def _axes(families: dict[str, dict[str, Any]], name: str, path: tuple[str, ...] = ()) -> dict[str, float]:
    """The axes of a family: its own, those of what it is like, or the mirror image of its opposite's."""
    if name not in families:
        raise LexiconError(f"{' -> '.join(path)} names {name!r}, which is no family")
    if name in path:
        raise LexiconError(f"families define each other in a circle: {' -> '.join((*path, name))}")
    given = families[name]
    axes: dict[str, float] = {}
    if "axes" not in given and "like" not in given:
        if "opposite" not in given:
            raise LexiconError(f"family {name!r} needs axes, like or opposite")
        return {axis: -value for axis, value in _axes(families, given["opposite"], (*path, name)).items()}
    for other, weight in given.get("like", {}).items():
        for axis, value in _axes(families, other, (*path, name)).items():
            axes[axis] = axes.get(axis, 0.0) + weight * value
    axes |= {axis: float(value) for axis, value in given.get("axes", {}).items()}
    return {axis: round(max(-3.0, min(3.0, value)), 3) for axis, value in axes.items() if abs(value) > 0.04}


def _effects(families: dict[str, dict[str, Any]], name: str, depth: int = 0) -> tuple[str, ...]:
    given = families[name]
    if "effects" in given or depth > 8:
        return tuple(given.get("effects", ()))
    others = sorted(given.get("like", {}), key=lambda other: -given["like"][other])
    others = others or [other for other in (given.get("opposite"),) if other]
    return tuple(dict.fromkeys(effect for other in others for effect in _effects(families, other, depth + 1)))


def _check(family: Family) -> None:
    """Refuse unknown kinds, axes, effects and settings, and settings out of range."""
    where = f"family {family.name!r}"
    if family.kind not in KINDS:
        raise LexiconError(f"{where}: kind {family.kind!r} is not one of {', '.join(KINDS)}")
    for axis in family.axes:
        if axis not in AXES:
            raise LexiconError(f"{where}: there is no axis {axis!r}; there are {', '.join(AXES)}")
    for effect in (*family.effects, *family.settings):
        if effect not in EFFECTS:
            raise LexiconError(f"{where}: there is no effect {effect!r}; there are {', '.join(EFFECTS)}")
    for effect, settings in family.settings.items():
        check_settings(where, effect, settings)


def check_settings(where: str, effect: str, settings: Mapping[str, float]) -> None:
    for name, value in settings.items():
        param = EFFECTS[effect].param(name)
        if not param.low <= value <= param.high:
            raise LexiconError(f"{where}: {effect} {name} {value:g} is not in {param.range_text()}")
