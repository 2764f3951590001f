"""Splits an instruction into tokens that can be compared with the lexicon."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

READ_CHARACTERS = 2000  # the rest of a longer instruction is not read

_TAG = re.compile(r"<[^<>]{0,200}>")
_SLASH = re.compile(r"(?<=[^\W\d_])/(?=[^\W\d_])")
_INFIX = re.compile(r"(?<![\w.,])(\d{1,2})k(\d{1,2})(?!\w)", re.IGNORECASE)
"""Kilohertz with the unit in place of the point: "1k2"."""
_RUN = re.compile(r"([^\W\d_])\1{2,}")
_NUMBER = r"(?<![\w.,])[+-]?(?:\d+(?:[.,]\d+)*|[.,]\d+)|(?<=[A-Za-z_])\d+(?:[.,]\d+)*"
_TOKEN = re.compile(
    rf"(?P<number>(?<![\w.,])\d+(?:[.,]\d+)?\s?:\s?\d+(?!\d)|(?<![\w.,])\d{{1,3}}/\d{{1,3}}(?!\d)|{_NUMBER})"
    r"|(?P<dash>(?<=\d)\s?[-–]\s?(?=\d))"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
    r"|(?P<mark>[,;.!?:()\[\]&+/@%…\n—–\"])"
)
_PLAIN = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "−": "-", "⁄": "/", "\t": " ", "\r": "\n"})
_NODS = str.maketrans(dict.fromkeys("👍👌👏🙌💯🤘🔥😍🤩✅", ". ok .") | {"👎": ". no ."})
"""Pictures that people send for a word of praise, or its contrary."""


@dataclass(frozen=True)
class Token:
    """One word, number or punctuation mark: as typed, and folded for comparison."""

    text: str
    key: str
    kind: str  # "word", "number", "mark" or "dash"


def titled(instruction: str) -> bool:
    """Whether an instruction is written like the name of a preset: "Vocal Air", "Voz de Radio"."""
    words = instruction.split()
    named = all(word[0].isupper() or word in ("de", "for", "and", "y") for word in words)
    return 2 <= len(words) <= 4 and named and not instruction.isupper()


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Lower case without accents: "Cálido" becomes "calido"."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def clean(instruction: str) -> str:
    """The part of an instruction that is read, without mark-up, control and invisible characters."""
    text = instruction[:READ_CHARACTERS].translate(_PLAIN)
    text = text if text.isascii() else text.translate(_NODS)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    text = _INFIX.sub(r"\1.\2 kHz", _SLASH.sub(" ", _TAG.sub(" ", text)))
    if text.isprintable():
        return text
    kept = (
        letter if letter == "\n" or letter.isprintable() else _blank(unicodedata.category(letter)) for letter in text
    )
    return "".join(kept)


def _blank(category: str) -> str:
    return "" if category in ("Cf", "Mn") else " "


def tokenise(instruction: str) -> list[Token]:
    """Tokens of an instruction, in order; hyphens separate words, letters held down are shortened."""
    tokens = []
    for found in _TOKEN.finditer(clean(instruction)):
        kind = found.lastgroup or "mark"
        text = found.group().strip().lower() if kind != "mark" else found.group()
        if kind == "word":
            text = _RUN.sub(r"\1\1", text)
        tokens.append(Token(text, fold(text), kind))
    return tokens


@lru_cache(maxsize=32768)
def split_phrase(phrase: str) -> tuple[str, ...]:
    """The keys that a phrase of the lexicon is compared by: "Lo-Fi" becomes ("lo", "fi")."""
    return tuple(token.key for token in tokenise(phrase) if token.kind in ("word", "number"))
