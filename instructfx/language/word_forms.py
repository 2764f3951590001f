"""Words as they are written, as words that grammar and lexicon have: "delay's", "undoo"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from types import MappingProxyType
from typing import Final

from instructfx.language.grammar import roles
from instructfx.language.lexicon import lexicon
from instructfx.language.numbers import UNITS
from instructfx.language.spelling import nearest
from instructfx.language.tables import table
from instructfx.language.words import Token, split_phrase

LEAST_LETTERS: Final = 4  # of a word of the grammar towards which a slip is mended
_WORD: Final = re.compile(r"[a-z']+")


def in_known_words(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with contractions taken apart and slips mended."""
    found: list[Token] = []
    for token, following in zip_longest(tokens, tokens[1:]):
        if token.kind != "word" or _known(token.key):
            found.append(token)
        elif token.key.endswith("'s"):
            found += _taken_apart(token, following)
        else:
            word = _mended(token.key)
            found.append(Token(word, word, "word") if word else token)
    return found


def _taken_apart(token: Token, following: Token | None) -> list[Token]:
    """ "The delay's too loud" states what is so, "the delay's feedback" names a setting."""
    stem = token.key.removesuffix("'s")
    if (stem,) not in lexicon().entries and stem not in lexicon().sources:
        return [token]
    entry = lexicon().entries.get((following.key,)) if following is not None else None
    owned = following is None or (entry is not None and entry.setting is not None)
    word = Token(stem, stem, "word")
    return [word] if owned else [word, Token("is", "is", "word")]


def _mended(key: str) -> str | None:
    """The word of the grammar that is one slip away, where no word of the lexicon is; else a likely slip of a word that
    is only known in phrases: "hi pas"."""
    if lexicon().corrected(key):
        return None
    return nearest(key, _grammatical()) or nearest(key, _of_phrases(), likely=True)


@lru_cache(maxsize=1)
def _grammatical() -> Mapping[str, int]:
    """The single words of the grammar, and the units, by how readily a slip is taken for them."""
    words = [*(keys[0] for keys in roles() if len(keys) == 1), *UNITS]
    return MappingProxyType({word: 0 for word in words if len(word) >= LEAST_LETTERS})


@lru_cache(maxsize=1)
def _of_phrases() -> Mapping[str, int]:
    """The words of phrases of the grammar and lexicon, by how readily a slip is taken for them."""
    return MappingProxyType({word: 0 for word in _in_phrases() if len(word) >= LEAST_LETTERS})


@lru_cache(maxsize=1)
def _in_phrases() -> frozenset[str]:
    return frozenset(word for keys in (*roles(), *lexicon().entries) for word in keys)


@lru_cache(maxsize=1)
def _spoken() -> frozenset[str]:
    """Every word that some table of language reads: in phrases of the grammar and lexicon, in patterns of dialogue."""
    patterns = {word for name in ("dialogue.toml", "beyond.toml", "foreign.toml") for word in _words_in(table(name))}
    return _in_phrases() | patterns


def _words_in(value: object) -> set[str]:
    if isinstance(value, str):
        return {*_WORD.findall(value), *split_phrase(value)}
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return set().union(*(_words_in(part) for part in parts))


def _known(key: str) -> bool:
    words = lexicon()
    plain = key in words.ignored or key in words.sources or key in words.common
    return plain or key in _spoken() or words.spanish_verb(key) is not None
