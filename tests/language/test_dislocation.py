"""What is named first and meant by a pronoun behind a comma, and what is said behind what is spoken of."""

from __future__ import annotations

import pytest

from instructfx.language import understand
from instructfx.language.normal_form import normal_form


def read(said: str) -> str:
    return " ".join(token.key for token in normal_form(said))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("the highs, turn them down", "turn the highs down"),
        ("the reverb, make it shorter", "make the reverb shorter"),
        ("the bass, can you turn it up a bit?", "can you turn the bass up a bit ?"),
        ("the 400 cut, make it 350", "make the 400 cut 350"),
        ("los agudos, bájalos", "bajalo los agudos"),
        ("some crackle would be nice", "add some crackle"),
        ("the echo can go", "remove the echo"),
        ("the highs are off limits", "don't touch the highs"),
        ("another 2 dB", "by 2 db"),
    ],
)
def test_words_are_in_their_places(said: str, meant: str) -> None:
    assert read(said) == meant


@pytest.mark.parametrize("said", ["the bass is muddy, fix it", "too dark, make it brighter", "make it warmer, wider"])
def test_what_is_stated_is_no_name(said: str) -> None:
    assert read(said).split()[0] == said.split()[0].lower()


@pytest.mark.parametrize(
    ("said", "effect", "settings"),
    [
        ("predelay up to 60, decay stays where it is", "reverb", {"pre_delay_ms": 60.0}),
        ("feedback up to 40", "delay", {"feedback": 0.4}),
        ("dotted eighth echo, tempo 150", "delay", {"delay_seconds": 0.3}),
        ("que dure 3 segundos", "reverb", {"decay_seconds": 3.0}),
        ("limita a -1,5 dB", "limiter", {"threshold_db": -1.5}),
    ],
)
def test_numbers_go_to_what_they_are_said_of(said: str, effect: str, settings: dict[str, float]) -> None:
    (command,) = understand(said).commands
    assert (command.effect, dict(command.settings)) == (effect, settings)


@pytest.mark.parametrize("said", ["pich it down 2 semitons", "pitch it down 2 semitones", "take it down a whole tone"])
def test_slips_in_units_are_mended(said: str) -> None:
    (command,) = understand(said).commands
    assert dict(command.changes) == {"semitones": -2.0}


@pytest.mark.parametrize("said", ["2 dB from the zorp", "make it zorpier by 3 dB and frotz it 4", "zorp it to 12"])
def test_a_number_beside_unknown_words_is_no_gain(said: str) -> None:
    assert all(command.effect != "gain" for command in understand(said).commands)


@pytest.mark.parametrize(
    "said",
    [
        "roll off the highs with a low pass at 3k",
        "cut the highs with a filter at 3k",
        "darken it with a low pass at 3k",
    ],
)
def test_what_a_filter_is_for_stays_a_wish_for_less(said: str) -> None:
    intent = understand(said)
    assert intent.axes["brightness"] < 0
    assert dict(intent.commands[0].settings) == {"lowpass_hz": 3000.0}
