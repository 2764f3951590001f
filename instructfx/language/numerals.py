"""Number words as figures: "one hundred and twenty", "two point five", "ciento veinte", "dos con cinco"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from instructfx.language.words import Token

_ENGLISH: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_SPANISH: Final = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciseis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidos",
    "veintitres",
    "veinticuatro",
    "veinticinco",
    "veintiseis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_DECENAS: Final = ["veinte", "treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_CIENTOS: Final = {
    "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500,
    "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900,
}  # fmt: skip

SMALL: Final[Mapping[str, int]] = {
    word: value for words in (_ENGLISH, _SPANISH) for value, word in enumerate(words)
} | {word: 10 * value for words in (_TENS, _DECENAS) for value, word in enumerate(words, start=2)}
SCALES: Final[Mapping[str, int]] = {"hundred": 100, "thousand": 1000, "mil": 1000, "grand": 1000}
_POINT: Final = frozenset(("point", "coma", "punto", "con"))
_HALVES: Final = (("and", "a", "half"), ("y", "medio"), ("y", "media"))
PRONOUNS: Final = frozenset(("one", "uno", "once"))
"""What means something else where it stands alone: "the first one", Spanish "once" in an English sentence."""


def with_figures(tokens: Sequence[Token]) -> list[Token]:
    """The tokens, with each run of number words as one token of kind "number"."""
    found: list[Token] = []
    at = 0
    while at < len(tokens):
        value, end = _read(tokens, at)
        if value is None:
            found.append(tokens[at])
            at += 1
            continue
        text = f"{value:g}"
        found.append(Token(text, text, "number"))
        at = end
    return found


def _key(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].key if 0 <= at < len(tokens) and tokens[at].kind == "word" else ""


def _read(tokens: Sequence[Token], start: int) -> tuple[float | None, int]:
    """The number that begins at a token and the position behind it; None where none does."""
    key = _key(tokens, start)
    article = key in ("a", "un") and _key(tokens, start + 1) in SCALES
    percent = key == "ciento" and _key(tokens, start - 1) == "por"
    if percent or (key not in SMALL and key not in _CIENTOS and key != "mil" and not article):
        return None, start
    total, current, at = 0.0, 0.0, start
    while at < len(tokens):
        key = _key(tokens, at)
        joins = key in ("and", "y") and at > start and _adds(tokens, at, current)
        if article and at == start:
            current = 1.0
        elif key in SMALL and not (at > start and _apart(current, SMALL[key])):
            current += SMALL[key]
        elif key in _CIENTOS:
            current += _CIENTOS[key]
        elif key in ("hundred",) and current:
            current *= SCALES[key]
        elif key in SCALES and SCALES[key] == 1000:
            total, current = total + 1000 * (current or 1.0), 0.0
        elif not joins:
            break
        at += 1
    value, end = _fraction(tokens, total + current, at)
    alone = end == start + 1 and _key(tokens, start) in PRONOUNS
    ratio = alone and _key(tokens, start - 1) in ("to", "a") and start > 1 and tokens[start - 2].kind != "mark"
    named = ratio and (tokens[start - 2].kind == "number" or tokens[start - 2].key in SMALL)
    return (None, start) if alone and not named else (value, end)


def _apart(current: float, value: int) -> bool:
    """Whether a word begins a number of its own: "two three", "twenty thirty"; "twenty five" does not."""
    if current == 0:
        return False
    room = 10 if current % 100 else 100
    return value >= room or current % room != 0


def _adds(tokens: Sequence[Token], at: int, current: float) -> bool:
    """Whether an "and" inside a number adds to it: "hundred and twenty", "treinta y cinco"; "two and three" are two."""
    value = SMALL.get(_key(tokens, at + 1))
    if value is None:
        return False
    spanish = _key(tokens, at) == "y"
    return (30 <= current < 100 and current % 10 == 0 and value < 10) if spanish else current >= 100


def _fraction(tokens: Sequence[Token], value: float, at: int) -> tuple[float, int]:
    for half in _HALVES:
        if tuple(_key(tokens, at + step) for step in range(len(half))) == half:
            return value + 0.5, at + len(half)
    if _key(tokens, at) in _POINT and SMALL.get(_key(tokens, at + 1), 10) < 10:
        digits = ""
        at += 1
        while SMALL.get(_key(tokens, at), 10) < 10:
            digits, at = digits + str(SMALL[_key(tokens, at)]), at + 1
        return value + float(f"0.{digits}"), at
    return value, at
