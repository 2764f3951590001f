"""Words as they are written: contractions, orders that say for whom, slips in small words, shares, rough numbers."""

from __future__ import annotations

import pytest

from instructfx.language import understand
from instructfx.language.normal_form import normal_form


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("the delay's too loud", "the delay is too loud"),
        ("the delay's feedback", "the delay feedback"),
        ("undoo", "undo"),
        ("remove evrything", "remove everything"),
        ("roughly 2 seconds", "2 seconds"),
        ("mix of the delay to a third", "mix of the delay to 33 %"),
        ("tune it up a third", "tune it up a third"),
        ("some crackle would be nice", "add some crackle"),
        ("warmer, and a bit of room wouldn't hurt", "warmer , add and a bit of room"),
        ("no changes to the bass", "don't touch the bass"),
        ("24 dB/oct", "24 db per octave"),
    ],
)
def test_the_normal_form(said: str, read: str) -> None:
    assert " ".join(token.key for token in normal_form(said)) == read


@pytest.mark.parametrize("said", ["quita el eco y déjame lo demás", "quita el eco y deja lo demás"])
def test_an_order_may_say_for_whom(said: str) -> None:
    intent = understand(said)
    assert [(each.verb, each.effect) for each in intent.commands] == [("remove", "delay"), ("keep", None)]
    assert not intent.unknown


def test_a_word_that_something_reads_is_no_slip() -> None:
    assert [token.key for token in normal_form("stems bust the couch")] == ["stems", "bust", "the", "couch"]
    assert understand("¿qué se oye en la caja?").unknown == ()
