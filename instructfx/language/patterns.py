"""Patterns of words as data: "(take|cut) (out|away) the? {source} $".

A pattern is words with blanks between them. (a|b c) is any of these, a `?` behind makes a word or group optional, `*`
stands for up to three words, `**` for any number of them, `^` and `$` for the beginning and the end of what is read.
{name} is a class of phrases, {number} any figure, {clock} a time such as 1:20; what stood there is kept by the name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from instructfx.errors import InstructFXError
from instructfx.language.words import split_phrase

Meaning = TypeVar("Meaning")
Classes = Mapping[str, Collection[str]]

_SYMBOL: Final = re.compile(r"[()|]|[^\s()|]+")
_UNITS: Final = (
    "db|decibels?|hz|hertz|k|khz|kilohertz|ms|milliseconds?|milisegundos|s|sec|seconds?|segundos?|percent|semitones?|"
    "semitonos?|bits?|times|x|st|lufs|lkfs"
)
_FIGURES: Final = {
    "number": r"[+-]?[\d.,/]+ ",
    "clock": r"\d+:\d\d ",
    "figure": rf"[+-]?[\d.,/:]+ (?:(?:{_UNITS}) )?(?:to [\d.]+ )?",
    "rest": r"(?:\S+ ){1,12}?",
}
_FIXED: Final = {"*": r"(?:\S+ ){0,3}?", "**": r"(?:\S+ )*?", "^": r"\A", "$": r"\Z"}


class PatternError(InstructFXError):
    """A pattern that cannot be read."""


@dataclass(frozen=True)
class Match(Generic[Meaning]):
    """Where a pattern was found, [start, end) in words, what it means, and what stood for its classes."""

    start: int
    end: int
    meaning: Meaning
    named: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Patterns(Generic[Meaning]):
    """Patterns with what they mean; the first that is found counts."""

    compiled: tuple[tuple[re.Pattern[str], Meaning], ...]

    def find(self, words: Sequence[str]) -> Match[Meaning] | None:
        """The first pattern, in the order of the list, that occurs in folded words; None where none does."""
        text = _text(words)
        for pattern, meaning in self.compiled:
            found = pattern.search(text)
            if found:
                start, end = (text.count(" ", 0, at) for at in found.span())
                named = {name: value.strip() for name, value in found.groupdict().items() if value}
                return Match(start, end, meaning, named)
        return None


def patterns(entries: Sequence[tuple[str, Meaning]], classes: Classes) -> Patterns[Meaning]:
    """Compile patterns, each with its meaning. Raises PatternError for one that cannot be read."""
    written = {**_FIGURES, **{name: _any_of(phrases) for name, phrases in classes.items()}}
    return Patterns(tuple((_Reader(pattern, written).compiled(), meaning) for pattern, meaning in entries))


def _text(words: Sequence[str]) -> str:
    return "".join(f"{word} " for word in words)


def _any_of(phrases: Collection[str]) -> str:
    """One of several phrases, the longest first."""
    return "|".join(map(_phrase, sorted(set(phrases), key=lambda each: (-len(each), each))))


def _phrase(text: str) -> str:
    """Words as an instruction is cut into them: "mp3" is "mp" and "3"."""
    return "".join(f"{re.escape(key)} " for key in split_phrase(text))


class _Reader:
    """Reads one pattern from left to right into a regular expression over words that each end in a blank."""

    def __init__(self, pattern: str, classes: Mapping[str, str]) -> None:
        self._pattern, self._classes = pattern, classes
        self._symbols = _SYMBOL.findall(pattern)
        self._at = 0
        self._named: set[str] = set()

    def compiled(self) -> re.Pattern[str]:
        written = self._alternatives()
        if self._at < len(self._symbols):
            raise PatternError(f"{self._pattern!r} closes what it did not open")
        return re.compile(rf"(?<!\S)(?:{written})")

    def _next(self) -> str:
        return self._symbols[self._at] if self._at < len(self._symbols) else ""

    def _alternatives(self) -> str:
        ways = [self._sequence()]
        while self._next() == "|":
            self._at += 1
            ways.append(self._sequence())
        return "|".join(ways)

    def _sequence(self) -> str:
        parts = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._group() if self._next() == "(" else self._word(self._next()))
        return "".join(parts)

    def _group(self) -> str:
        self._at += 1
        inner = self._alternatives()
        if self._next() != ")":
            raise PatternError(f"{self._pattern!r} does not close what it opens")
        self._at += 1
        maybe = self._next() == "?"
        self._at += maybe
        return f"(?:{inner}){'?' * maybe}"

    def _word(self, word: str) -> str:
        self._at += 1
        if word in _FIXED:
            return _FIXED[word]
        maybe = "?" * (word.endswith("?") and len(word) > 1)
        plain = word.removesuffix("?") if maybe else word
        if not plain.startswith("{"):
            return f"(?:{_phrase(plain)}){maybe}"
        name = plain.strip("{}")
        if name not in self._classes:
            raise PatternError(f"{self._pattern!r} names {name!r}; there are {', '.join(self._classes)}")
        opening = "(?:" if name in self._named else f"(?P<{name}>"
        self._named.add(name)
        return f"{opening}{self._classes[name]}){maybe}"
