"""Number words in both languages as figures."""

from __future__ import annotations

import pytest

from instructfx.language.normal_form import normal_form


def read(words: str) -> list[str]:
    return [token.text for token in normal_form(words)]


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        ("one hundred and twenty", "120"),
        ("twenty five", "25"),
        ("twenty-five", "25"),
        ("a hundred", "100"),
        ("two hundred fifty", "250"),
        ("twelve thousand", "12000"),
        ("two and a half", "2.5"),
        ("two point five", "2.5"),
        ("zero point seven five", "0.75"),
        ("uh three hundred", "300"),
        ("ciento veinte", "120"),
        ("doscientos cincuenta", "250"),
        ("treinta y cinco", "35"),
        ("mil quinientos", "1500"),
        ("dos con cinco", "2.5"),
        ("uno coma cinco", "1.5"),
        ("tres y medio", "3.5"),
    ],
)
def test_a_run_of_number_words_is_one_figure(words: str, figure: str) -> None:
    assert read(words) == [figure]


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("the first one", ["the", "first", "one"]),
        ("two three", ["2", "3"]),
        ("cut two or three dB", ["cut", "2", "or", "3", "db"]),
        ("three to one", ["3", "to", "1"]),
        ("highs and lows", ["highs", "and", "lows"]),
    ],
)
def test_other_words_stay(words: str, left: list[str]) -> None:
    assert read(words) == left
