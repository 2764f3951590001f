"""The words between the words: verbs, degrees, negations and connectors, read from grammar.toml."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Literal, get_args

from instructfx.errors import InstructFXError
from instructfx.language.intent_types import Which
from instructfx.language.tables import table
from instructfx.language.words import split_phrase

Role = Literal[
    "degree", "more", "less", "too", "enough", "not", "never", "without", "losing", "copula", "make",
    "raise", "lower", "add", "remove", "bypass", "enable", "keep", "untouched", "lock", "unlock", "lasting", "sofar",
    "lack", "up", "down", "off", "on", "out", "away", "like", "turn", "undo", "as", "so", "times", "rest", "everything",
    "left", "right", "center", "hard", "size", "time", "speed", "reset", "by", "at", "and", "or", "but", "then",
    "pronoun", "possible", "cut",
]  # fmt: skip

Readings = tuple[tuple[Role, float, str], ...]


class GrammarError(InstructFXError):
    """grammar.toml says something that cannot be."""


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    return table("grammar.toml")


@lru_cache(maxsize=1)
def which_words() -> Mapping[tuple[str, ...], Which]:
    """Phrase in front of an effect -> which slot of it: "another", "second"."""
    return _phrases("which")


@lru_cache(maxsize=1)
def beside_words() -> Mapping[tuple[str, ...], Which]:
    """Phrase between two effects -> on which side of the other one the slot stands: "after", "in front of"."""
    return _phrases("beside")


@lru_cache(maxsize=1)
def place_words() -> Mapping[tuple[str, ...], Which]:
    """Phrase behind an effect -> at which end of the chain it stands: "at the end"."""
    return _phrases("place")


def _phrases(table: str) -> Mapping[tuple[str, ...], Which]:
    found: dict[tuple[str, ...], Which] = {}
    for entry in _data()[table]:
        which = Which(entry.get("kind", "usual"), entry.get("number", 0), entry.get("side", ""))
        found |= {split_phrase(phrase): which for language in ("en", "es") for phrase in entry[language]}
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def roles() -> Mapping[tuple[str, ...], Readings]:
    """Phrase -> all (role, value, language) readings that it has; GrammarError for an unknown role."""
    table: dict[tuple[str, ...], Readings] = {}
    entries = _data()["roles"]
    for language in ("en", "es"):
        for entry in entries:
            role: Role = entry["role"]
            if role not in get_args(Role):
                raise GrammarError(f"grammar.toml: there is no role {role!r}; there are {get_args(Role)}")
            for phrase in entry.get(language, ()):
                keys = split_phrase(phrase)
                if keys and all(reading[0] != role for reading in table.get(keys, ())):
                    table[keys] = (*table.get(keys, ()), (role, float(entry["value"]), language))
    return MappingProxyType(table)
