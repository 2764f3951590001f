"""Patterns of words as data, and that every one of those in the tables can be reached."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources

import pytest

from instructfx.language.dialogue_patterns import classes, dialogue_patterns
from instructfx.language.patterns import PatternError, classes_of, patterns
from instructfx.language.words import split_phrase

CLASSES = classes_of({"source": ["vocals", "lead vocal"]})


def found(pattern: str, words: str) -> str | None:
    match = patterns([(pattern, "found")], CLASSES).find(words.split())
    return match.meaning if match else None


@pytest.mark.parametrize(
    ("pattern", "words", "matches"),
    [
        ("(remove|take out) the? {source} $", "please take out the lead vocal", True),
        ("(remove|take out) the? {source} $", "remove the vocals harshness", False),
        ("^ again $", "again please", False),
        ("^ again | once more", "say it once more", True),
        ("cut ** db", "cut the lows by 3 db", True),
        ("cut * db", "cut the very low lows by 3 db", False),
        ("{number} bpm", "at 120 bpm", True),
        ("at {clock}", "at 1:20", True),
        ("export as mp3", "export as mp 3", True),
        ("((a|one) third|half) of that", "one third of that", True),
    ],
)
def test_what_a_pattern_finds(pattern: str, words: str, matches: bool) -> None:
    assert (found(pattern, words) == "found") is matches


def test_what_stood_for_a_class_is_kept_with_its_place() -> None:
    match = patterns([("mute the {source}", "mute")], CLASSES).find(["now", "mute", "the", "lead", "vocal"])
    assert match is not None
    assert (match.start, match.end, dict(match.named)) == (1, 5, {"source": "lead vocal"})


@pytest.mark.parametrize("pattern", ["(a|b", "a) b", "{nothing}"])
def test_a_pattern_that_cannot_be_read_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        patterns([(pattern, "")], CLASSES)


# Every pattern of the tables


def examples(pattern: str) -> Iterator[str]:
    """Words that a pattern stands for: of every choice the first or the last, with and without what may be left out."""
    for last in (False, True):
        for full in (False, True):
            yield " ".join(_written(pattern.replace("(", " ( ").replace(")", " ) ").replace("|", " | "), last, full))


def _written(pattern: str, last: bool, full: bool) -> list[str]:
    symbols = pattern.split()
    at = 0

    def alternatives() -> list[str]:
        nonlocal at
        ways = [sequence()]
        while at < len(symbols) and symbols[at] == "|":
            at += 1
            ways.append(sequence())
        return ways[-1 if last else 0]

    def sequence() -> list[str]:
        nonlocal at
        words: list[str] = []
        while at < len(symbols) and symbols[at] not in ("|", ")"):
            symbol = symbols[at]
            at += 1
            if symbol == "(":
                inner = alternatives()
                at += 1
                maybe = at < len(symbols) and symbols[at] == "?"
                at += maybe
                words += inner if full or not maybe else []
            elif symbol not in ("^", "$", "*", "**"):
                maybe = symbol.endswith("?") and len(symbol) > 1
                words += _word(symbol.removesuffix("?") if maybe else symbol, last) if full or not maybe else []
        return words

    return alternatives()


FIGURES = {"number": "3", "clock": "1:20", "figure": "3 db", "placed": "400 hz", "rest": "the highs"}


def _word(symbol: str, last: bool) -> list[str]:
    name = symbol.strip("{}")
    if symbol == name:
        return list(split_phrase(symbol))
    phrase = FIGURES.get(name) or " ".join(
        sorted(classes()[name].keys, key=lambda each: (len(each), each))[-1 if last else 0]
    )
    return phrase.split() if name == "clock" else list(split_phrase(phrase))


def tables() -> Iterator[tuple[str, str, str]]:
    """(table, entry, pattern) of every pattern in the data."""
    for file, names in (("dialogue.toml", ("act", "reference", "app", "question")), ("beyond.toml", ("beyond",))):
        data = tomllib.loads(resources.files("instructfx.language").joinpath(file).read_text(encoding="utf-8"))
        for name in names:
            for entry in data[name]:
                key = str(entry.get("name") or entry.get("topic") or entry.get("key") or entry["kind"])
                yield from ((name, key, each) for code in ("en", "es") for each in entry.get(code, ()))


@pytest.mark.parametrize("table", ["act", "reference", "app", "question", "beyond"])
def test_every_entry_of_the_tables_can_be_reached(table: str) -> None:
    known = dialogue_patterns()
    by_table = {
        "act": known.acts,
        "reference": known.references,
        "app": known.app,
        "question": known.topics,
        "beyond": known.beyond,
    }
    unreached = []
    for name, key, pattern in tables():
        if name != table:
            continue
        meanings = [match.meaning for each in examples(pattern) if (match := by_table[table].find(each.split()))]
        if not any(getattr(meaning, "key", getattr(meaning, "kind", meaning)) == key for meaning in meanings):
            unreached.append((key, pattern))
    assert not unreached


def test_what_is_passed_over_would_not_have_been_found() -> None:
    """A pattern is not tried where none of the words is there that it needs."""
    known = dialogue_patterns()
    said = [each.split() for _, _, pattern in list(tables())[::25] for each in examples(pattern)]
    for table in (known.acts, known.references, known.app, known.topics, known.beyond):
        tried = replace(table, read=tuple((part, first, frozenset(), what) for part, first, _, what in table.read))
        assert [table.find(words) for words in said] == [tried.find(words) for words in said]
