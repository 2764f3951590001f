"""Tells instructions in languages that are not read here from English and Spanish ones."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Final

from instructfx.language.scan import Item
from instructfx.language.words import fold

OTHER: Final = "und"
"""ISO 639 for a language that is not known: one in another script."""
LEAST_SHARE: Final = 0.4  # of the words of an instruction that only another language has


@lru_cache(maxsize=1)
def _words() -> Mapping[str, frozenset[str]]:
    text = resources.files("instructfx.language").joinpath("foreign.toml").read_text(encoding="utf-8")
    return {code: frozenset(words.split()) for code, words in tomllib.loads(text).items()}


def foreign(items: Sequence[Item]) -> str:
    """The language of an instruction by its ISO 639 code, where it is none that is read here; else empty.

    Every word counts for the languages that have it; English and Spanish have those that grammar and lexicon read.
    """
    letters = [letter for item in items for letter in item.text if letter.isalpha()]
    if sum(letter > "\u024f" for letter in letters) > len(letters) / 2:
        return OTHER
    words = [(fold(word), item) for item in items for word in item.text.split() if item.kind != "mark"]
    words = [(word, item) for word, item in words if any(letter.isalpha() for letter in word)]
    ours = sum(_read(item) for _, item in words)
    theirs = {code: sum(word in known for word, _ in words) for code, known in _words().items()}
    alone = {code: sum(word in known and not _read(item) for word, item in words) for code, known in _words().items()}
    best = max(theirs, key=lambda code: (alone[code], theirs[code]))
    if not alone[best] or theirs[best] < ours or alone[best] < LEAST_SHARE * (len(words) - theirs[best] + alone[best]):
        return ""
    return best


def _read(item: Item) -> bool:
    return item.kind in ("ignored", "source") or bool(item.roles) or item.entry is not None or item.quantity is not None
