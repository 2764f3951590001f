"""Patterns of words as data: "(take|cut) (out|away) the? {source} $".

A pattern is words with blanks between them. (a|b c) is any of these, a `?` behind makes a word or group optional, `*`
stands for up to three words, `**` for any number of them, `^` and `$` for the beginning and the end of what is read.
{name} is a class of phrases, {number} any figure, {figure} one with its unit, {placed} one that says which band is
meant, {clock} a time such as 1:20; what stood there is kept by the name.

They are matched word by word, not by regular expressions: a class of thousands of phrases is one look into a set then,
where every expression that names it would hold all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from instructfx.errors import InstructFXError
from instructfx.language.words import split_phrase

Meaning = TypeVar("Meaning")
Words = Sequence[str]
Keys = tuple[str, ...]
Named = Mapping[str, str]
Found = tuple[int, Named]
"""Where what was found ends, and what stood for the classes in it."""
Part = Callable[[Words, int], Iterator[Found]]
"""From a word on, each way in which a part of a pattern can be read there; the first is the one that is meant."""

_SYMBOL: Final = re.compile(r"[()|]|[^\s()|]+")
_NOTHING: Final[Named] = {}
_UNITS: Final = frozenset(
    {"db", "decibel", "decibels", "hz", "hertz", "k", "khz", "kilohertz", "ms", "millisecond", "milliseconds"}
    | {"milisegundos", "s", "sec", "second", "seconds", "segundo", "segundos", "percent", "semitone", "semitones"}
    | {"semitono", "semitonos", "bit", "bits", "times", "x", "st", "lufs", "lkfs"}
)
_NUMBER: Final = re.compile(r"[+-]?[\d.,/]+")
_CLOCK: Final = re.compile(r"\d+:\d\d")
_FIGURE: Final = re.compile(r"[+-]?[\d.,/:]+")
_UPPER: Final = re.compile(r"[\d.]+")
_FEW: Final = 200  # phrases; a larger class has a word in nearly everything that is said


class PatternError(InstructFXError):
    """A pattern that cannot be read."""


@dataclass(frozen=True)
class Match(Generic[Meaning]):
    """Where a pattern was found, [start, end) in words, what it means, and what stood for its classes."""

    start: int
    end: int
    meaning: Meaning
    named: Named = field(default_factory=dict)


@dataclass(frozen=True)
class Phrases:
    """Phrases of a class, or of a choice between plain words."""

    keys: frozenset[Keys]
    longest: int

    @classmethod
    def of(cls, phrases: Collection[Keys]) -> Phrases:
        return cls(frozenset(phrases), max(map(len, phrases), default=0))

    def ends(self, words: Words, at: int) -> Iterator[int]:
        """Where each of the phrases that begin at this word ends, the longest first."""
        for end in range(min(at + self.longest, len(words)), at, -1):
            if tuple(words[at:end]) in self.keys:
                yield end


@dataclass(frozen=True)
class Patterns(Generic[Meaning]):
    """Patterns with what they mean; the first that is found counts."""

    read: tuple[tuple[Part, bool, frozenset[str], Meaning], ...]
    """Each with whether it can only stand at the beginning, and words of which it needs one, if it needs any."""

    def find(self, words: Words) -> Match[Meaning] | None:
        """The first pattern, in the order of the list, that occurs in folded words; None where none does."""
        there = frozenset(words)
        for part, first, needed, meaning in self.read:
            if needed and needed.isdisjoint(there):
                continue  # as nearly always
            for start in range(1 if first else len(words) + 1):
                for end, named in part(words, start):
                    return Match(start, end, meaning, named)
        return None


def classes_of(listed: Mapping[str, Collection[str]]) -> Mapping[str, Phrases]:
    """Classes from their phrases as they are written: "mp3" is read as an instruction is, as "mp" and "3"."""
    return {name: Phrases.of([split_phrase(phrase) for phrase in phrases]) for name, phrases in listed.items()}


def patterns(entries: Sequence[tuple[str, Meaning]], classes: Mapping[str, Phrases]) -> Patterns[Meaning]:
    """Read patterns, each with its meaning. Raises PatternError for one that cannot be read."""
    readers = ((_Reader(pattern, classes), meaning) for pattern, meaning in entries)
    return Patterns(tuple((reader.read(), reader.first, reader.needed, meaning) for reader, meaning in readers))


# The parts of a pattern


def _any_phrase(phrases: Phrases, name: str = "") -> Part:
    def part(words: Words, at: int) -> Iterator[Found]:
        for end in phrases.ends(words, at):
            yield end, {name: " ".join(words[at:end])} if name else _NOTHING

    return part


def _word_like(form: re.Pattern[str], name: str) -> Part:
    def part(words: Words, at: int) -> Iterator[Found]:
        if at < len(words) and form.fullmatch(words[at]):
            yield at + 1, {name: words[at]}

    return part


def _figure(name: str) -> Part:
    """A figure, with its unit and the upper end of a range where they are there."""

    def part(words: Words, at: int) -> Iterator[Found]:
        if at < len(words) and _FIGURE.fullmatch(words[at]):
            ends = [at + 1]
            if at + 1 < len(words) and words[at + 1] in _UNITS:
                ends.append(at + 2)
            for end in reversed(ends):
                if end + 1 < len(words) and words[end] == "to" and _UPPER.fullmatch(words[end + 1]):
                    yield end + 2, {name: " ".join(words[at : end + 2])}
                yield end, {name: " ".join(words[at:end])}

    return part


def _some(least: int, most: int | None, name: str = "") -> Part:
    """Any words, as few as will do."""

    def part(words: Words, at: int) -> Iterator[Found]:
        last = len(words) if most is None else min(at + most, len(words))
        for end in range(at + least, last + 1):
            yield end, {name: " ".join(words[at:end])} if name else _NOTHING

    return part


def _beginning(words: Words, at: int) -> Iterator[Found]:
    if at == 0:
        yield at, _NOTHING


def _end(words: Words, at: int) -> Iterator[Found]:
    if at == len(words):
        yield at, _NOTHING


def _in_a_row(parts: Sequence[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    first, rest = parts[0], _in_a_row(parts[1:])

    def part(words: Words, at: int) -> Iterator[Found]:
        for middle, named in first(words, at):
            for end, more in rest(words, middle):
                yield end, {**more, **named} if named else more

    return part


def _one_of(ways: Sequence[Part]) -> Part:
    if len(ways) == 1:
        return ways[0]

    def part(words: Words, at: int) -> Iterator[Found]:
        for way in ways:
            yield from way(words, at)

    return part


def _maybe(inner: Part) -> Part:
    def part(words: Words, at: int) -> Iterator[Found]:
        yield from inner(words, at)
        yield at, _NOTHING

    return part


_FIXED: Final[Mapping[str, Part]] = {"*": _some(0, 3), "**": _some(0, None), "^": _beginning, "$": _end}
_FIGURES: Final[Mapping[str, Part]] = {
    "number": _word_like(_NUMBER, "number"),
    "clock": _word_like(_CLOCK, "clock"),
    "figure": _figure("figure"),
    "placed": _figure("placed"),
    "rest": _some(1, 12, "rest"),
}


class _Reader:
    """Reads one pattern from left to right."""

    def __init__(self, pattern: str, classes: Mapping[str, Phrases]) -> None:
        self._pattern, self._classes = pattern, classes
        self._symbols = _SYMBOL.findall(pattern)
        self._at = 0
        self._needs: dict[Part, frozenset[str]] = {}
        self.needed: frozenset[str] = frozenset()

    @property
    def first(self) -> bool:
        """Whether it can only stand at the beginning: there is one way to read it, and that begins with ^."""
        depth, free = 0, False
        for symbol in self._symbols:
            depth += (symbol == "(") - (symbol == ")")
            free = free or (symbol == "|" and depth == 0)
        return self._symbols[:1] == ["^"] and not free

    def read(self) -> Part:
        part = self._alternatives()
        if self._at < len(self._symbols):
            raise PatternError(f"{self._pattern!r} closes what it did not open")
        self.needed = self._needs.get(part, self.needed)
        return part

    def _next(self) -> str:
        return self._symbols[self._at] if self._at < len(self._symbols) else ""

    def _alternatives(self) -> Part:
        """Each way between the bars; ways of plain words together are one set of phrases."""
        plain: list[Keys] = []
        ways: list[Part] = []
        while True:
            start = self._at
            way = self._sequence()
            symbols = self._symbols[start : self._at]
            if symbols and all(map(_is_plain, symbols)):
                plain.append(tuple(key for symbol in symbols for key in split_phrase(symbol)))
            else:
                ways.append(way)
            if self._next() != "|":
                break
            self._at += 1
        whole = _one_of(ways := [*([self._phrase(Phrases.of(plain))] if plain else []), *ways])
        if all(map(self._needs.get, ways)):
            self._needs[whole] = frozenset().union(*map(self._needs.__getitem__, ways))
        return whole

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._next() not in ("", "|", ")"):
            parts.append(self._group() if self._next() == "(" else self._word(self._next()))
        row = _in_a_row(parts) if parts else _some(0, 0)
        if needed := [self._needs[part] for part in parts if part in self._needs]:
            self._needs[row] = min(needed, key=len)
        return row

    def _group(self) -> Part:
        self._at += 1
        inner = self._alternatives()
        if self._next() != ")":
            raise PatternError(f"{self._pattern!r} does not close what it opens")
        self._at += 1
        if self._next() != "?":
            return inner
        self._at += 1
        return _maybe(inner)

    def _word(self, word: str) -> Part:
        self._at += 1
        if word in _FIXED:
            return _FIXED[word]
        maybe = word.endswith("?") and len(word) > 1
        plain = word.removesuffix("?") if maybe else word
        part = (
            self._class(plain.strip("{}")) if plain.startswith("{") else self._phrase(Phrases.of([split_phrase(plain)]))
        )
        return _maybe(part) if maybe else part

    def _phrase(self, phrases: Phrases, name: str = "") -> Part:
        part = _any_phrase(phrases, name)
        if len(phrases.keys) <= _FEW:
            self._needs[part] = frozenset(keys[0] for keys in phrases.keys if keys)
        return part

    def _class(self, name: str) -> Part:
        if name in self._classes:
            return self._phrase(self._classes[name], name)
        if name not in _FIGURES:
            raise PatternError(f"{self._pattern!r} names {name!r}; there are {', '.join([*_FIGURES, *self._classes])}")
        return _FIGURES[name]


def _is_plain(symbol: str) -> bool:
    return symbol not in ("^", "$", "*", "**") and not symbol.startswith(("{", "(")) and symbol[-1] not in ")?|"
