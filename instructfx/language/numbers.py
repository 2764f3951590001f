"""Reads numbers with their units: "2,5 dB", "3k", "a quarter second", "a fifth", "4:1", "dotted eighth"."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from instructfx.effects import EFFECTS
from instructfx.language.numerals import PRONOUNS
from instructfx.language.words import Token

_COUNTS = [
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
    "twenty",
]
_CUENTAS = [
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
    "_",
    "doce",
    "trece",
    "catorce",
    "quince",
]
NUMBER_WORDS: dict[str, float] = {
    **{word: float(value) for value, word in enumerate(_COUNTS)},
    **{word: float(value) for value, word in enumerate(_CUENTAS) if word != "_"},
    "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "hundred": 100.0, "couple": 2.0, "veinte": 20.0,
    "half": 0.5, "quarter": 0.25, "medio": 0.5, "media": 0.5, "cuarto": 0.25,
}  # fmt: skip
_ANOTHER = frozenset(("another", "otro", "a", "un"))
"""What counts one decibel: "cut it another dB"."""
_ONES = {"a": 1.0, "an": 1.0, "un": 1.0, "una": 1.0, "one": 1.0}

UNITS: dict[str, tuple[str, float]] = {
    word: (unit, factor)
    for unit, factor, words in (
        ("db", 1.0, "db decibel decibels decibelio decibelios dbs lu"),
        ("hz", 1.0, "hz hertz hercio hercios hercz"),
        ("hz", 1000.0, "khz k kilohertz kilo kilos kiloherzios"),
        ("s", 0.001, "ms msec msecs millisecond milliseconds millis milisegundo milisegundos"),
        ("s", 1.0, "s sec secs second seconds segundo segundos seg"),
        ("%", 1.0, "% percent pct porciento"),
        ("semitones", 1.0, "semitone semitones st semi semis semitono semitonos"),
        ("semitones", 2.0, "tone tones tono tonos"),
        ("semitones", 12.0, "octave octaves oct octava octavas"),
        ("semitones", 0.01, "cent cents"),
        ("bits", 1.0, "bit bits"),
        ("bpm", 1.0, "bpm"),
        ("lufs", 1.0, "lufs lkfs"),
        ("times", 1.0, "x times veces"),
    )
    for word in words.split()
}
_TWO_WORD_UNITS: dict[tuple[str, str], tuple[str, float]] = {
    ("half", "step"): ("semitones", 1.0), ("half", "steps"): ("semitones", 1.0),
    ("half", "tone"): ("semitones", 1.0), ("half", "tones"): ("semitones", 1.0),
    ("medio", "tono"): ("semitones", 1.0), ("whole", "step"): ("semitones", 2.0),
    ("whole", "steps"): ("semitones", 2.0), ("whole", "tone"): ("semitones", 2.0),
    ("whole", "tones"): ("semitones", 2.0), ("por", "ciento"): ("%", 1.0), ("per", "cent"): ("%", 1.0),
}  # fmt: skip
_INTERVALS: dict[str, float] = {
    "third": 4.0, "fourth": 5.0, "tritone": 6.0, "fifth": 7.0, "sixth": 9.0, "seventh": 11.0,
    "tercera": 4.0, "cuarta": 5.0, "quinta": 7.0, "sexta": 9.0, "septima": 11.0,
}  # fmt: skip
_BEATS: dict[str, float] = {
    "quarters": 1.0, "eighths": 0.5, "sixteenths": 0.25, "8ths": 0.5, "halves": 2.0, "corcheas": 0.5, "negras": 1.0,
    "whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "sixteenth": 0.25, "1/2": 2.0, "1/4": 1.0,
    "1/8": 0.5, "1/16": 0.25, "crotchet": 1.0, "quaver": 0.5, "semiquaver": 0.25, "minim": 2.0,
    "blanca": 2.0, "negra": 1.0, "corchea": 0.5, "semicorchea": 0.25,
}  # fmt: skip
_FEELS = {"straight": 1.0, "dotted": 1.5, "triplet": 2.0 / 3.0, "triplets": 2.0 / 3.0}
_LENGTH_NAMES = frozenset((
    "crotchet", "quaver", "semiquaver", "minim", "negra", "corchea", "semicorchea", "eighth", "sixteenth", "eighths",
    "sixteenths", "corcheas", "negras",
))  # fmt: skip
NOTE_LENGTHS = tuple(
    tuple(f"{feel} {name} {note}".split())
    for name in (*_BEATS, "16 th", "8 th", "4 th")
    for feel in ("", *_FEELS)
    for note in ("", "note", "notes", "triplet", "triplets")
    if feel or note or name in _LENGTH_NAMES
)
"""Lengths of notes as they are said: "dotted eighth note"."""
_ORDINALS = {"8": "eighth", "16": "sixteenth", "4": "quarter"}


@dataclass(frozen=True)
class Quantity:
    """A number with its unit: db, hz, s, %, semitones, bits, bpm, times, ratio, beats, or "" where none. span holds the
    ends of a range such as "300-3400 Hz", of which the value is the middle."""

    value: float
    unit: str
    signed: bool = False
    span: tuple[float, float] | None = None


def read_number(text: str) -> float | None:
    """The value of digits with an optional sign and a decimal point or comma; None where it is none."""
    digits = text.replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", digits):
        digits = digits.replace(",", "")
    elif digits.count(",") + digits.count(".") > 1:
        digits = digits.replace(".", "").replace(",", ".", 1).replace(",", "")
    digits = digits.replace(",", ".")
    try:
        value = float(digits)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1e9 else None


def quantity_at(tokens: Sequence[Token], start: int) -> tuple[Quantity, int] | None:
    """The quantity that begins at a token and the position behind it, or None."""
    return _note_length(tokens, start) or _interval(tokens, start) or _plain(tokens, start)


def _key(tokens: Sequence[Token], position: int) -> str:
    return tokens[position].key if position < len(tokens) else ""


@lru_cache(maxsize=1)
def _repeats() -> frozenset[str]:
    """What is as long as a note: "an eighth delay"."""
    nicknames = EFFECTS.usual("echo").words.nicknames
    return frozenset(word for each in nicknames for word in (*each.en, *each.es) if " " not in word)


def _note_length(tokens: Sequence[Token], start: int) -> tuple[Quantity, int] | None:
    position, factor, marked = start, 1.0, False
    if _key(tokens, position) in _FEELS:
        factor, marked = _FEELS[_key(tokens, position)], True
        position += 1
    name = _key(tokens, position)
    if name in _ORDINALS and _key(tokens, position + 1) == "th":
        name, position = _ORDINALS[name], position + 1
    if name not in _BEATS:
        return None
    end = position + 1
    if _key(tokens, end) in ("note", "notes"):
        marked, end = True, end + 1
    if _key(tokens, end) in ("triplet", "triplets"):
        marked, factor, end = True, 2.0 / 3.0, end + 1
    if _key(tokens, end) == "con" and _key(tokens, end + 1) == "puntillo":
        factor, end = 1.5, end + 2
    if marked or name in _LENGTH_NAMES or _key(tokens, end) in _repeats():
        return Quantity(_BEATS[name] * factor, "beats"), end
    return None


def _interval(tokens: Sequence[Token], start: int) -> tuple[Quantity, int] | None:
    position = start
    if _key(tokens, position) in ("a", "an", "una", "un", "the"):
        position += 1
    lowered = 0.0
    if _key(tokens, position) in ("perfect", "major", "minor"):
        lowered = 1.0 if _key(tokens, position) == "minor" else 0.0
        position += 1
    size = _INTERVALS.get(_key(tokens, position))
    if size is None or position == start:
        return None
    end = position + 1
    if _key(tokens, end) in ("mayor", "menor", "justa"):
        lowered, end = (1.0 if _key(tokens, end) == "menor" else 0.0), end + 1
    return Quantity(size - lowered, "semitones"), end


def _plain(tokens: Sequence[Token], start: int) -> tuple[Quantity, int] | None:
    token = tokens[start]
    position, sign, signed = start, 1.0, False
    if token.key in ("minus", "plus", "menos", "mas") and _is_figure(tokens, start + 1):
        if token.key in ("menos", "mas") and _unit(tokens, start + 2)[0] not in ("db", "semitones", "lufs"):
            return None
        sign, signed, position = (-1.0 if token.key in ("minus", "menos") else 1.0), True, start + 1
        token = tokens[position]
    if token.kind == "number":
        return _figure(tokens, position, sign, signed)
    if token.kind != "word":
        return None
    two = _TWO_WORD_UNITS.get((token.key, _key(tokens, position + 1)))
    if two and two[0] != "%":
        return Quantity(sign * two[1], two[0], signed), position + 2
    word = NUMBER_WORDS.get(token.key)
    if word is not None:
        end = position + 1
        while _key(tokens, end) in ("of", "a", "an", "de") and end < position + 3:
            end += 1
        unit, factor, end = _unit(tokens, end)
        if unit:
            value, end = _and_a_half(tokens, word, end)
            return Quantity(sign * value * factor, unit, signed), end
        if word < 1.0 or (token.key in PRONOUNS and not signed):
            return None
        value, end = _and_a_half(tokens, word, position + 1)
        unit, factor, end = _unit(tokens, end)
        return Quantity(sign * value * factor, unit, signed), end
    one = _ONES.get(token.key)
    if token.key in _ANOTHER and _unit(tokens, position + 1)[0] == "db":
        return Quantity(1.0, "db"), _unit(tokens, position + 1)[2]
    if one is not None:
        following = _key(tokens, position + 1)
        if following in NUMBER_WORDS and NUMBER_WORDS[following] in (0.25, 0.5, 2.0):
            return _plain(tokens, position + 1)
        unit, factor, end = _unit(tokens, position + 1)
        if unit in ("semitones", "s") and following not in ("s", "cent", "cents"):
            value, end = _and_a_half(tokens, 1.0, end)  # "un tono y medio"
            return Quantity(sign * value * factor, unit, signed), end
    return None


def _is_figure(tokens: Sequence[Token], position: int) -> bool:
    return position < len(tokens) and (tokens[position].kind == "number" or tokens[position].key in NUMBER_WORDS)


def _and_a_half(tokens: Sequence[Token], value: float, end: int) -> tuple[float, int]:
    if tuple(_key(tokens, end + step) for step in range(3)) == ("and", "a", "half"):
        return value + 0.5, end + 3
    if _key(tokens, end) == "y" and _key(tokens, end + 1) in ("medio", "media"):
        return value + 0.5, end + 2
    return value, end


def _unit(tokens: Sequence[Token], position: int) -> tuple[str, float, int]:
    if _key(tokens, position) in ("more", "mas") and _key(tokens, position + 1) in UNITS:
        position += 1  # "one more semitone"
    two = _TWO_WORD_UNITS.get((_key(tokens, position), _key(tokens, position + 1)))
    if two:
        return two[0], two[1], position + 2
    unit = UNITS.get(_key(tokens, position))
    return (unit[0], unit[1], position + 1) if unit else ("", 1.0, position)


def _figure(tokens: Sequence[Token], position: int, sign: float, signed: bool) -> tuple[Quantity, int] | None:
    text = tokens[position].key
    for divider, unit in ((":", "ratio"), ("/", "")):
        if divider in text:
            above, below = (read_number(part) for part in text.split(divider, 1))
            if above is None or not below:
                return None
            if divider == "/" and above + below == 100:
                return Quantity(above, "%"), position + 1
            name, factor, end = _unit(tokens, position + 1) if not unit else (unit, 1.0, position + 1)
            return Quantity(above / below * factor, name), end
    value = read_number(text)
    if value is None:
        return None
    signed = signed or text[0] in "+-"
    if _key(tokens, position + 1) in ("to", "a") and _key(tokens, position + 2) == "1":
        return Quantity(value, "ratio"), position + 3
    span: tuple[float, float] | None = None
    value, end = _and_a_half(tokens, value, position + 1)
    if _key(tokens, end) == "-" and end + 1 < len(tokens) and tokens[end + 1].kind == "number":
        high = read_number(tokens[end + 1].key)
        span = (value, high) if high and high > 0 and value > 0 else None
        value, end = math.sqrt(value * high) if span and high else value, end + 2
    unit, factor, end = _unit(tokens, end)
    if unit and (more := _and_a_half(tokens, 0.0, end))[0]:  # "un tono y medio"
        value, end = value + more[0], more[1]
    if unit == "hz" and factor == 1.0 and re.fullmatch(r"\d{1,2}\.\d{3}", text):
        factor = 1000.0  # Spanish thousands: "1.200 Hz"
    ends = (span[0] * factor, span[1] * factor) if span else None
    return Quantity(sign * value * factor, unit, signed, ends), end
