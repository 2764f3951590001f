"""The end of understanding: commands merged, the language, the words left over, the notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from instructfx.language.intent_types import Command, Language
from instructfx.language.notes import note
from instructfx.language.scan import Item
from instructfx.language.words import fold

MOST_SOURCES = 3  # that a note names


def merged(found: Sequence[Command]) -> tuple[Command, ...]:
    """Commands to one effect as one, where they do not contradict each other."""
    kept: list[Command] = []
    for each in found:
        if any(one == replace(each, phrase=one.phrase) for one in kept):
            continue  # "only the room stays, drop the rest" says it twice
        at = next((i for i, one in enumerate(kept) if _mergeable(one, each)), None)
        if at is None:
            kept.append(each)
            continue
        one = kept[at]
        kept[at] = Command(
            phrase=f"{one.phrase}, {each.phrase}" if each.phrase and each.phrase != one.phrase else one.phrase,
            verb="add" if "add" in (one.verb, each.verb) else "adjust",
            effect=one.effect,
            settings={**one.settings, **each.settings},
            changes=_unless_set({**one.changes, **each.changes}, one, each),
            boosts=(*one.boosts, *each.boosts),
            amount=one.amount or each.amount,
            which=one.which,
            instead=one.instead if one.instead == each.instead else (),
            factors=_unless_set({**one.factors, **each.factors}, one, each),
        )
    return tuple(kept)


def _unless_set(moved: Mapping[str, float], one: Command, each: Command) -> dict[str, float]:
    """What moves settings, without those that are given a value: "shorter, 2 seconds" is 2 seconds."""
    return {name: value for name, value in moved.items() if name not in {**one.settings, **each.settings}}


def _mergeable(one: Command, each: Command) -> bool:
    if one.effect != each.effect or one.which != each.which or one.effect is None:
        return False
    if one.verb not in ("add", "adjust") or each.verb not in ("add", "adjust"):
        return one == each
    return not (one.amount and each.amount)


def language(items: Sequence[Item]) -> Language:
    counts = {"en": 0, "es": 0}
    for item in items:
        if item.language in counts and item.text not in BOTH:
            counts[item.language] += 1
    small = [fold(item.text) for item in items if item.kind in ("ignored", "unknown", "common")]
    spanish = sum(1 for text in small if text in _SPANISH)
    english = sum(1 for text in small if text in _ENGLISH)
    return "es" if counts["es"] + spanish > counts["en"] + english else "en"


BOTH = ("a", "no", "o", "y")
"""Words of both languages, or too short to tell."""
_SPANISH = frozenset(
    [
        "normaliza",
        "rehacer",
        "rehaz",
        "recupera",
        "perdon",
        "perdón",
        "ups",
        "reves",
        "asi",
        "antes",
        "esto",
        "eso",
        "esta",
        "este",
        "mas",
        "menos",
        "el",
        "la",
        "los",
        "las",
        "lo",
        "un",
        "de",
        "una",
        "unas",
        "del",
        "al",
        "que",
        "se",
        "le",
        "es",
        "por",
        "para",
        "con",
        "mi",
        "su",
        "como",
        "si",
        "muy",
        "sonido",
        "hola",
        "otro",
        "vez",
        "otra",
        "aqui",
        "ahora",
        "todo",
        "nada",
        "cual",
        "cuanto",
        "cuanta",
        "donde",
        "quien",
        "hay",
        "ha",
        "han",
        "tiene",
        "suena",
        "alguna",
        "algun",
        "buenos",
        "buenas",
        "dias",
        "gracias",
        "genial",
        "vale",
    ]
)
_ENGLISH = frozenset(
    [
        "the",
        "tell",
        "what",
        "how",
        "why",
        "can",
        "do",
        "it",
        "its",
        "is",
        "are",
        "this",
        "that",
        "of",
        "please",
        "i",
        "my",
        "we",
        "you",
        "some",
        "sound",
        "in",
    ]
)


def unknown(items: Sequence[Item]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.text for item in items if item.kind in ("unknown", "common")))


def notes(items: Sequence[Item], said: Sequence[str], understood: bool, spoken: Language) -> tuple[str, ...]:
    sources = list(dict.fromkeys(item.text for item in items if item.kind == "source"))
    found = list(said)
    if sources and understood:
        found.append(note("whole_track", spoken, sources=note("and", spoken).join(sources[:MOST_SOURCES])))
    return tuple(dict.fromkeys(found))
