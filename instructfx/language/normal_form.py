"""The normal form of an instruction: its tokens without fillers, number words as figures, units as they are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from instructfx.language.numerals import with_figures
from instructfx.language.words import Token, tokenise

FILLERS: Final = frozenset(("um", "uh", "er", "erm", "hmm", "eh", "uhm", "umm", "mmm", "este", "eee"))
RESPELLED: Final[Mapping[str, str]] = {
    "dbtp": "db", "dbfs": "db", "dbs": "db", "lil": "little", "gimme": "give", "lemme": "let", "wanna": "want",
    "ur": "your", "u": "you", "pls": "please", "plz": "please", "thx": "thanks", "ty": "thanks", "alot": "lot",
    "xfa": "porfa", "porfis": "porfa", "ponele": "ponle", "subile": "subele", "sacale": "quitale",
}  # fmt: skip


def normal_form(instruction: str) -> list[Token]:
    """The tokens of an instruction as the later stages read them."""
    tokens = [token for token in tokenise(instruction) if token.key not in FILLERS or token.kind != "word"]
    return with_figures(_respelled(tokens))


def _respelled(tokens: Sequence[Token]) -> list[Token]:
    return [
        Token(token.text, RESPELLED[token.key], token.kind) if token.kind == "word" and token.key in RESPELLED else token
        for token in tokens
    ]
