"""Nothing that a person can type breaks it."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from instructfx.language import understand
from instructfx.language.inflection import english_forms, spanish_forms, spanish_verb_stems
from instructfx.language.spelling import nearest

ODD = {
    "empty": "",
    "spaces": " \t\r\n ",
    "long": "warmer " * 20_000,
    "one long word": "a" * 100_000,
    "many unknown words": " ".join(f"qz{chr(97 + i % 26)}{chr(97 + i // 26)}vw" for i in range(300)),
    "digits": "9" * 100_000,
    "huge number": "boost 1e400 dB at 999999999999999999999 Hz",
    "nan": "drive nan dB",
    "control characters": "make\x00 it\x1b[31m warmer\x7f",
    "emoji": "🔥🔥 warmer 🎸",
    "right to left": "\u202ewarmer\u202c",
    "html": "<script>alert(1)</script><b>warmer</b>",
    "unclosed tag": "<" * 5000,
    "lone surrogate": "warmer \ud800",
    "quotes": "\"warmer\" 'wider' `darker`",
    "zero division": "1/0 delay, 4:0 ratio",
    "commas": ",,,;;;...,,,",
    "chinese": "让它更温暖",
}


@pytest.mark.parametrize("instruction", ODD.values(), ids=ODD)
def test_odd_instructions(instruction: str) -> None:
    understand("")  # the lexicon is read once
    started = time.process_time()
    intent = understand(instruction)
    assert time.process_time() - started < 0.5
    assert intent.instruction == instruction
    assert all(abs(amount) <= 3 for amount in intent.axes.values())


@pytest.mark.parametrize("name", ["long", "control characters", "emoji", "right to left", "html", "quotes"])
def test_sense_is_found_among_noise(name: str) -> None:
    assert understand(ODD[name]).axes["warmth"] > 0


def test_a_cut_is_noted() -> None:
    assert understand(ODD["long"]).notes == ("only the first 2000 characters were read",)


PIECES = st.sampled_from(
    [
        "a",
        "bit",
        "more",
        "less",
        "too",
        "not",
        "no",
        "without",
        "but",
        "and",
        ",",
        ".",
        "3",
        "dB",
        "at",
        "400",
        "Hz",
        "-2",
        "50",
        "%",
        "250",
        "ms",
        "reverb",
        "delay",
        "eq",
        "compressor",
        "warm",
        "brighter",
        "muddy",
        "bass",
        "highs",
        "church",
        "small",
        "keep",
        "remove",
        "turn",
        "off",
        "up",
        "down",
        "back",
        "on",
        "undo",
        "twice",
        "semitones",
        "más",
        "menos",
        "sin",
        "quita",
        "un",
        "poco",
        "oscuro",
        "iglesia",
        "y",
        "pero",
        "ratio",
        "threshold",
        "mix",
        "enough",
        "possible",
        "as",
        "is",
        "everything",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=14).map(" ".join))
@example("bass muddy church")  # of which each word only says which the next one is
def test_any_order_of_known_words(instruction: str) -> None:
    first = understand(instruction)
    assert first == understand(instruction)
    for command in first.commands:
        assert command.verb in ("add", "remove", "bypass", "enable", "keep", "adjust")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text(instruction: str) -> None:
    understand(instruction)


def test_an_instruction_takes_milliseconds_not_seconds() -> None:
    """Of the processor's time, and with room for a slow one: what this finds is a search that explodes."""
    instruction = "a bit warmer and wider, cut 3 dB at 400 Hz, less reverb, but not too dark, pleese"
    understand(instruction)
    started = time.process_time()
    for _ in range(20):
        understand(instruction)
    assert (time.process_time() - started) / 20 < 0.1


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("muddy", "muddier"), ("muddy", "mud"), ("big", "bigger"), ("wide", "wider"), ("wide", "width"),
        ("warm", "warmest"), ("dark", "darkening"), ("soft", "softened"), ("thick", "thicken"),
        ("fat", "fatten"), ("gritty", "grit"), ("gentle", "gently"), ("metallic", "metallically"),
        ("deep", "depth"), ("clear", "clarity"),
    ],
)  # fmt: skip
def test_english_forms(word: str, form: str) -> None:
    assert form in {each for each, _ in english_forms(word)}


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("calido", "calidas"),
        ("seco", "sequisimo"),
        ("suave", "suavidad"),
        ("suave", "suavemente"),
        ("chillon", "chillona"),
    ],
)
def test_spanish_forms(word: str, form: str) -> None:
    assert form in {each for each, _ in spanish_forms(word)}


@pytest.mark.parametrize(
    ("form", "stem"),
    [
        ("oscurecelo", "oscur"),
        ("ensancha", "anch"),
        ("calienta", "calent"),
        ("suavice", "suav"),
        ("aclarando", "clar"),
    ],
)
def test_spanish_verbs(form: str, stem: str) -> None:
    assert stem in set(spanish_verb_stems(form))


def test_spelling() -> None:
    known = {"warmer": 1, "reverb": 0, "brighter": 1}
    assert nearest("warmrr", known) == "warmer"
    assert nearest("revreb", known) == "reverb"
    assert nearest("brighte", known) == "brighter"
    assert nearest("worker", known) is None
    assert nearest("verb", known) is None
