"""Tells instructions in languages that are not read here from English and Spanish ones."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from instructfx.language.lexicon import lexicon
from instructfx.language.normal_form import normal_form
from instructfx.language.numbers import NUMBER_WORDS
from instructfx.language.scan import Item, scan
from instructfx.language.tables import table
from instructfx.language.words import fold

OTHER: Final = "und"
"""ISO 639 for a language that is not known: one in another script."""
LEAST_SHARE: Final = 0.4  # of the words of an instruction that only another language has
ELIDED: Final = re.compile(r"(?P<head>d|l|j|c|n|m|s|t|qu|dell|nell|all|dall|sull|un)'[a-z]+")
"""An article or pronoun that has lost its vowel: "d'echo", "dell'eco"; "l'm" and "c'mon" are too rare to mind."""
ELIDING: Final = ("fr", "it")


@lru_cache(maxsize=1)
def _lists() -> tuple[Mapping[str, frozenset[str]], frozenset[str]]:
    """The words of each language, and those that all languages share."""
    data = table("foreign.toml")
    return {code: frozenset(words.split()) for code, words in data["words"].items()}, frozenset(data["shared"].split())


def foreign_language(instruction: str) -> str:
    """`foreign` of an instruction as it was written."""
    return foreign(scan(normal_form(instruction), lexicon()))


def foreign(items: Sequence[Item]) -> str:
    """The language of an instruction by its ISO 639 code, where it is none that is read here; else empty.

    Every word counts for the languages that have it; English and Spanish have those that grammar and lexicon read.
    Words that musicians say in every language count for none: echo, bass, reverb.
    """
    letters = [letter for item in items for letter in item.text if letter.isalpha()]
    if sum(letter > "\u024f" for letter in letters) > len(letters) / 2:
        return OTHER
    lists, shared = _lists()
    words = [(fold(word), item) for item in items for word in item.text.split() if item.kind != "mark"]
    words = [(word, item) for word, item in words if any(letter.isalpha() for letter in word) and word not in shared]
    ours = sum(_read(item) for _, item in words)
    theirs = {code: sum(_has(code, known, word) for word, _ in words) for code, known in lists.items()}
    alone = {
        code: sum(_has(code, known, word) and not _read(item) for word, item in words) for code, known in lists.items()
    }
    best = max(theirs, key=lambda code: (alone[code], theirs[code]))
    if not alone[best] or theirs[best] < ours or alone[best] < LEAST_SHARE * (len(words) - theirs[best] + alone[best]):
        return ""
    return best


def _has(code: str, known: frozenset[str], word: str) -> bool:
    return word in known or (code in ELIDING and ELIDED.fullmatch(word) is not None)


def _read(item: Item) -> bool:
    known = item.entry is not None or item.quantity is not None or item.region is not None
    return item.kind in ("ignored", "source") or bool(item.roles) or known or item.text in NUMBER_WORDS
