"""An object that is named first and meant by a pronoun later: "the highs, turn them down", "los agudos, bájalos"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from instructfx.language.grammar import roles
from instructfx.language.words import Token

NAMING: Final = frozenset(("the", "that", "this", "my", "those", "these", "el", "la", "los", "las", "ese", "esa", "mi"))
MEANT: Final = frozenset(("it", "them", "that"))
STATING: Final = frozenset(("copula", "too", "not", "undo", "keep"))
VERBS: Final = frozenset(("make", "raise", "lower", "cut", "turn", "add", "remove", "bypass", "enable"))
LONGEST: Final = 5  # words of what is named
CLITICS: Final = ("los", "las", "lo", "la")


def with_object_in_place(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with what is named before a comma in the place of the pronoun behind it."""
    comma = next((at for at, token in enumerate(tokens) if token.kind == "mark"), 0)
    named, rest = tokens[:comma], tokens[comma + 1 :]
    if not 1 < len(named) <= LONGEST or tokens[comma].key != "," or named[0].key not in NAMING or _states(named):
        return list(tokens)
    end = next((at for at, token in enumerate(rest) if token.kind == "mark"), len(rest))
    for at, token in enumerate(rest[:end]):
        if token.key in MEANT and at and _is_verb(rest[at - 1].key):
            return [*rest[:at], *named, *rest[at + 1 :]]
        if token.key.endswith(CLITICS) and _is_verb(token.key):
            return [*rest[: at + 1], *named, *rest[at + 1 :]]
    return list(tokens)


def _states(words: Sequence[Token]) -> bool:
    """Whether words say more than what something is called."""
    return any(_has(token.key, STATING) for token in words)


def _is_verb(key: str) -> bool:
    return _has(key, VERBS)


def _has(key: str, wanted: frozenset[str]) -> bool:
    """Whether a word has one of these roles in the grammar."""
    return any(role in wanted for role, _, _ in roles().get((key,), ()))
