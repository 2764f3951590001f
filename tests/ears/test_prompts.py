"""What CLAP is given to read: captions, as in its training, whatever the person said."""

from __future__ import annotations

import pytest

from instructfx.ears.prompts import caption, contrary


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("warm", "this sound is warm"),
        ("  dreamy   and distant. ", "this sound is dreamy and distant"),
        ("make it warmer", "this sound is warmer"),
        ("Make it sound like an old radio!", "this sound is like an old radio"),
        ("please make the track brighter", "this sound is brighter"),
        ("I want it to sound huge", "this sound is huge"),
        ("put it in a small church", "this sound is in a small church"),
        ("like a fading dream", "this sound is like a fading dream"),
        ("not too dark", "this sound is not too dark"),
        ("hazlo más brillante", "this sound is más brillante"),
        ("this sound is soft", "this sound is soft"),
        ("the vocals are too loud", "the vocals are not too loud"),
        ("not the vocals are too loud", "the vocals are not too loud"),
        ("it's too muddy", "this sound is not too muddy"),
        ("too muddy", "this sound is not too muddy"),
        ("add some grit", "this sound is gritty"),
        ("add a bit of room tone", "this sound is with room tone"),
        ("brighten it", "this sound is bright"),
        ("fatten it up a bit", "this sound is fat"),
        ("please widen the mix", "this sound is wide"),
        ("warm it up", "this sound is warm"),
        ("it needs more bass", "this sound is with more bass"),
        ("it needs to be brighter", "this sound is brighter"),
        ("it lacks air", "this sound is airy"),
        ("I want more punch", "this sound is with more punch"),
        ("turn up the bass", "this sound is with more bass"),
        ("tame the harshness", "this sound is with less harshness"),
        ("remove the harshness", "this sound is without harshness"),
        ("get rid of the mud and brighten it", "this sound is without mud and bright"),
        ("make it warmer and add some grit", "this sound is warmer and gritty"),
        ("drum and bass", "this sound is drum and bass"),
        ("a raw, open garage", "this sound is a raw, open garage"),
        ("", ""),
        ("!!!", ""),
        (" … ?", ""),
    ],
)
def test_words_phrases_and_sentences_become_captions(words: str, expected: str) -> None:
    assert caption(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("make it warmer", "this sound is not warmer"),
        ("this sound is soft", "this sound is not soft"),
        ("the vocals are loud", "it is not true that the vocals are loud"),
        ("", ""),
    ],
)
def test_the_contrary_says_not(words: str, expected: str) -> None:
    assert contrary(words) == expected
