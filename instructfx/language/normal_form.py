"""The normal form of an instruction: its tokens without fillers, number words as figures, units as they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from instructfx.language.numerals import with_figures
from instructfx.language.words import Token, tokenise

FILLERS: Final = frozenset(("um", "uh", "er", "erm", "hmm", "eh", "uhm", "umm", "mmm", "este", "eee"))
RESPELLED: Final[Mapping[str, str]] = {
    "dbtp": "db", "dbfs": "db", "dbs": "db", "lil": "little", "gimme": "give", "lemme": "let", "wanna": "want",
    "ur": "your", "u": "you", "pls": "please", "plz": "please", "thicc": "thick", "thiccc": "thick", "thx": "thanks", "ty": "thanks", "alot": "lot",
    "som": "some", "sum": "some", "mor": "more", "moar": "more", "litle": "little", "lttle": "little", "teh": "the",
    "mutch": "much", "ruverb": "reverb", "verb": "reverb", "xfa": "porfa", "porfis": "porfa", "ponele": "ponle", "subile": "subele", "sacale": "quitale",
}  # fmt: skip


REWRITTEN: Final[tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = tuple(
    (tuple(before.split()), tuple(after.split()))
    for before, after in (
        ("todo menos", "todo excepto"), ("todos menos", "todos excepto"), ("todas menos", "todo excepto"),
        ("todo lo demas menos", "todo excepto"), ("all but", "everything except"), ("everything but", "everything except"),
        ("all of it but", "everything except"), ("anything but", "everything except"), ("for a second", ""),
        ("for a moment", ""), ("for a sec", ""), ("for now", ""), ("por un momento", ""), ("un momento", ""),
        ("for a minute", ""), ("mono compatible", ""), ("works in mono", ""), ("compatible con mono", ""), ("if possible", ""), ("si es posible", ""), ("if you can", ""), ("si puedes", ""),
        ("if that's ok", ""), ("if you don't mind", ""), ("as well", ""), ("a la vez", ""),
    )
)  # fmt: skip
"""Phrases -> the words that mean the same and are read: ways to exclude, and asides that ask for nothing."""


def normal_form(instruction: str) -> list[Token]:
    """The tokens of an instruction as the later stages read them."""
    tokens = [token for token in tokenise(instruction) if token.key not in FILLERS or token.kind != "word"]
    return with_figures(_without_reasons(_rewritten(_respelled(tokens))))


def _rewritten(tokens: Sequence[Token]) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        ahead = tuple(token.key for token in tokens[at : at + 6])
        before, after = next((pair for pair in REWRITTEN if ahead[: len(pair[0])] == pair[0]), ((), ()))
        found += [_token(word) for word in after] if before else [tokens[at]]
        at += len(before) or 1
    return found


SPANISH: Final = frozenset(
    ("el", "la", "los", "las", "un", "una", "mas", "que", "por", "con", "falta", "faltan", "a", "se", "le")
)
ENGLISH_ONLY: Final[Mapping[str, str]] = {"les": "less", "r": "are", "n": "and"}


def _respelled(tokens: Sequence[Token]) -> list[Token]:
    spanish = any(token.key in SPANISH - {"a"} for token in tokens)
    known = RESPELLED if spanish else {**RESPELLED, **ENGLISH_ONLY}
    return [
        Token(known[token.key], known[token.key], token.kind) if token.kind == "word" and token.key in known else token
        for token in tokens
    ]


def _token(text: str) -> Token:
    return Token(text, text, "mark" if text == "%" else "number" if text.isdigit() else "word")


REASONS: Final = (
    *((("so", word) for word in ("i", "we", "you", "the", "my", "they", "people", "everyone"))),
    *((("so", "that", word) for word in ("i", "we", "you", "they"))),
    ("para", "que", "pueda"), ("para", "poder"), ("than",),
)  # fmt: skip
"""How a part begins that says what something is for or compares it: nothing is asked there."""


def _without_reasons(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without what follows "so I can ..." and "than ..." up to the next mark."""
    found: list[Token] = []
    skipping = False
    for at, token in enumerate(tokens):
        keys = tuple(each.key for each in tokens[at : at + 3])
        skipping = (skipping and token.kind != "mark") or (at > 0 and any(keys[: len(r)] == r for r in REASONS))
        if not skipping:
            found.append(token)
    return found
