"""What is made of an instruction before it is read."""

from __future__ import annotations

import pytest

from instructfx.language import understand
from instructfx.language.normal_form import normal_form


def read(words: str) -> str:
    return " ".join(token.key for token in normal_form(words))


def test_fillers_are_passed_over() -> None:
    assert read("um make it, uh, warmer") == "make it , , warmer"


def test_slips_are_respelled_but_not_where_they_are_words() -> None:
    assert read("les tinny pls") == "less tinny please"
    assert read("les falta cuerpo a las voces") == "les falta cuerpo a las voces"


def test_exclusion_has_one_form() -> None:
    assert read("remove everything but the delay") == "remove everything except the delay"
    assert read("quita todo menos la reverb") == "quita todo excepto la reverb"


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("take the vocal out so I can sing along", "take the vocal out"),
        ("brighter than before, and wider", "brighter , and wider"),
        ("bájalo para que pueda oírme", "bajalo"),
    ],
)
def test_reasons_and_comparisons_ask_for_nothing(words: str, left: str) -> None:
    assert read(words) == left


@pytest.mark.parametrize(("words", "lufs"), [("master it for Spotify", -14), ("lo quiero para apple music", -16)])
def test_a_platform_is_its_loudness(words: str, lufs: float) -> None:
    assert understand(words).loudness_lufs == lufs


@pytest.mark.parametrize("words", ["true peak below -1 dB", "pico real por debajo de -1 dB"])
def test_a_true_peak_is_a_limit(words: str) -> None:
    (command,) = understand(words).commands
    assert (command.effect, dict(command.settings)) == ("limiter", {"threshold_db": -1})
