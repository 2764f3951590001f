"""`instructfx words`: what a word means to the rack and why, for anything that one may type."""

from __future__ import annotations

import pytest

from instructfx.cli.main import main


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            "warmer",
            ["warm (English, more of it, quality)", "warmth +1 (warmer)", "eq, distortion", "Zacharakis", "equaliser"],
        ),
        ("crujiente", ["crisp (Spanish, quality)", "brightness +0.8", "made with"]),
        ("suavízalo", ["soft (Spanish, as a verb, quality)", "opposite    hard"]),
        ("a bit less boomy", ["-0.5 x boomy", "fault", "bass -0.5 (less bass)"]),
        ("put it in a cathedral", ["cathedral", "reverb decay_seconds", "I added reverb"]),
        ("slapback", ["add delay: delay_seconds 0.1"]),
        ("undo", ["go back by 1"]),
        ("cut 3 dB at 400 Hz", ["adjust eq: -3 dB at 400 Hz"]),
        ("warmer and less reverb", ['wish        "warmer"', 'order       "less reverb": adjust reverb: -1']),
        ("warmer and more flurbish", ["warm", 'unknown     "flurbish"']),
    ],
)
def test_what_is_told(words: str, told: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", *words.split()]) == 0
    page = capsys.readouterr().out
    flat = " ".join(page.split())
    assert all(" ".join(each.split()) in flat for each in told), page
    assert max(map(len, page.splitlines())) <= 110


def test_a_word_that_is_not_known_is_told_where_it_would_go(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "flurbish"]) == 1
    page = capsys.readouterr().out
    assert "nothing would change" in page
    assert "lexicon.toml" in page


def test_what_is_near_an_unknown_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "metalliferous"]) == 1
    assert "near it: metal" in capsys.readouterr().out


def test_a_slip_of_the_finger_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "make", "it", "wrmer"]) == 0
    assert '"wrmer" is taken for "warmer"' in capsys.readouterr().out


def test_every_family_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words"]) == 0
    page = capsys.readouterr().out
    assert "English and " in page
    assert all(name in page for name in ("warm", "underwater", "hurting", "complaint"))
