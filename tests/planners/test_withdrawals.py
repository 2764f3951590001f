"""What an earlier wish did, taken back alone: "lose the lofi", "keep the rolloff but undo the rest"."""

from __future__ import annotations

import pytest
from planned_turns import planned, settings

from instructfx.planners.plan import Reply


@pytest.mark.parametrize(
    ("words", "effects"),
    [
        (("make it warmer and wider", "undo the wider one"), ["eq"]),
        (("make it lofi and add some crunch", "lose the lofi but keep the crunch"), ["distortion"]),
        (("make it sound like a radio and add a hall", "sin la radio"), ["reverb"]),
        (("make it sound like a telephone", "make it wider", "remove the telephone effect"), ["stereo_width"]),
        (("add distortion", "add delay", "the first one can go"), ["delay"]),
        (("add chorus", "add a phaser", "add reverb", "scratch the second thing"), ["chorus", "reverb"]),
        (("compress it", "add reverb", "the compression was a mistake, take only that out"), ["reverb"]),
        (("add delay and a large reverb", "the echo I could do without"), ["reverb"]),
        (("make it wider", "add a delay and reverb", "keep the delay but undo the rest"), ["delay", "stereo_width"]),
        (("compress it", "wipe everything, I want the raw file"), []),
    ],
)
def test_one_of_what_was_asked_goes(words: tuple[str, ...], effects: list[str]) -> None:
    _, chain = planned(*words)
    assert list(chain.names) == effects


@pytest.mark.parametrize(
    ("words", "bands"),
    [
        (("+3 dB at 80, -2 at 600, +2 at 10k", "undo what you did to the lows"), {600: -2, 10000: 2}),
        (("take 4 dB out at 800 and lift 9k by 3", "put the mids back, the treble can stay"), {9000: 3}),
        (("cut 3 dB at 350 and add 3 dB at 7k", "take back the boost, the cut is fine"), {350: -3}),
        (("make it wider and cut 4 dB at 500", "keep the cut but undo the rest"), {500: -4}),
    ],
)
def test_one_band_goes(words: tuple[str, ...], bands: dict[int, float]) -> None:
    _, chain = planned(*words)
    found = settings(chain)
    gains = {name.removesuffix("_gain_db"): value for name, value in found.items() if name.endswith("_gain_db")}
    assert {round(found[f"{name}_cutoff_frequency_hz"]): value for name, value in gains.items()} == bands


def test_what_nobody_asked_for_is_no_earlier_wish() -> None:
    """ "Remove the harshness" is a wish on its own, the first time and the second."""
    plan, chain = planned("remove the harshness", "remove the harshness")
    assert not isinstance(plan, Reply)
    assert plan.undo == 0
    assert plan.goal.axes["harshness"] < 0
    assert chain.names == ("eq",)


def test_a_wish_is_back_where_it_was() -> None:
    plan, chain = planned("make it harsher", "remove the harshness")
    assert (plan.undo, chain.slots) == (1, ()) if not isinstance(plan, Reply) else None


@pytest.mark.parametrize(
    ("words", "effects"),
    [
        (("make it warmer", "add reverb", "make it wider", "take me back to right after the warm one"), ["eq"]),
        (("add reverb", "add a delay", "add chorus", "déjalo como estaba hace dos cambios"), ["reverb"]),
        (("add reverb", "add a delay", "add chorus", "go back to how it was two changes ago"), ["reverb"]),
    ],
)
def test_places_in_the_history(words: tuple[str, ...], effects: list[str]) -> None:
    plan, _ = planned(*words)
    assert not isinstance(plan, Reply)
    _, chain = planned(*words)
    assert list(chain.names) == effects
