"""What stands of earlier wishes: kept with age, shifted by hand, released by the opposite, gone with its effect."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from instructfx.chain import Chain
from instructfx.ears import Goal, Limit
from instructfx.ears.axes import AXES
from instructfx.planners import PastTurn
from instructfx.planners.standing import AGE, FAULT_RISE, SLACK, achieved, named, standing
from instructfx.planners.usual import usual

MIDDLE = {axis: sum(usual(axis)) / 2 for axis in AXES}
EQ = Chain().added("eq", {"mid_gain_db": 2.0})


def turn(asked: Mapping[str, float], before: Mapping[str, float], chain: Chain = EQ, **moved: float) -> PastTurn:
    """A turn that asked and moved so much, on a sound that read so before."""
    after = {axis: value + moved.get(axis, 0.0) for axis, value in before.items()}
    return PastTurn("words", chain, Goal(axes=asked), before, after)


WARM = turn({"warmth": 1.0, "body": 0.4}, MIDDLE, warmth=0.9, body=0.8)


def limits(goal: Mapping[str, float], *earlier: PastTurn) -> dict[str, Limit]:
    readings = earlier[-1].readings_after if earlier else MIDDLE
    return {limit.axis: limit for limit in standing(earlier, Goal(axes=goal), readings).limits}


def test_nothing_stands_before_the_first_turn() -> None:
    assert limits({"warmth": 1.0}) == {}


def test_what_a_wish_is_mainly_about_may_fall_by_a_tenth_of_what_was_achieved() -> None:
    found = limits({"air": 0.5}, WARM)
    assert set(found) == {"warmth"}
    assert found["warmth"].sign == 1
    assert found["warmth"].least == pytest.approx(-SLACK * 0.9)


def test_what_a_later_turn_took_is_to_come_back_and_weighs_less_with_age() -> None:
    later = turn({"presence": 0.9}, WARM.readings_after, warmth=-0.5, presence=0.8)
    found = limits({"width": 1.0}, WARM, later)
    assert found["warmth"].least == pytest.approx(0.5 - SLACK * 0.9)
    assert found["warmth"].weight == pytest.approx(AGE / 0.9)
    assert found["presence"].weight == pytest.approx(1 / 0.8)


@pytest.mark.parametrize(
    ("goal", "stays"),
    [
        ({"brightness": 1.0}, False),  # more of the one is less of the other
        ({"warmth": -1.0}, False),
        ({"presence": 1.0, "warmth": -0.2}, True),  # only beside
        ({"mud": -1.0}, True),
        ({"air": 1.0}, True),
        ({"space": 1.0}, True),
    ],
)
def test_a_wish_is_released_by_what_opposes_it(goal: dict[str, float], stays: bool) -> None:
    assert ("warmth" in limits(goal, WARM)) is stays


def test_more_of_the_same_is_not_held_back_and_then_stands_altogether() -> None:
    assert limits({"warmth": 1.0}, WARM) == {}
    again = turn({"warmth": 1.0}, WARM.readings_after, warmth=0.6)
    (kept,) = achieved([WARM, again])
    assert kept.size == pytest.approx(1.5)


def test_what_a_hand_did_is_meant() -> None:
    after = {**WARM.readings_after, "warmth": WARM.readings_after["warmth"] - 0.5}
    by_hand = PastTurn("By hand", EQ, Goal(), WARM.readings_after, after, by_hand=True)
    (kept,) = achieved([WARM, by_hand])
    assert kept.size == pytest.approx(0.4)
    gone = PastTurn("By hand", EQ, Goal(), WARM.readings_after, MIDDLE, by_hand=True)
    assert achieved([WARM, gone]) == ()


def test_an_effect_that_is_taken_out_takes_along_what_it_achieved() -> None:
    room = turn({"space": 1.5}, MIDDLE, EQ.added("reverb", {}), space=1.2)
    dropped = PastTurn("drop the reverb", EQ, Goal(), room.readings_after, MIDDLE)
    assert achieved([room, dropped]) == ()


def test_a_wish_that_moved_nothing_has_nothing_to_lose() -> None:
    assert achieved([turn({"air": 1.0}, MIDDLE, air=0.05)]) == ()
    assert achieved([PastTurn("warmer", EQ, Goal(axes={"warmth": 1.0}))]) == ()


def test_a_fault_that_the_track_has_already_may_hardly_rise_unasked() -> None:
    muddy = {**MIDDLE, "mud": usual("mud")[1] + 0.5}
    (limit,) = standing((), Goal(axes={"warmth": 1.0}), muddy).limits
    assert (limit.axis, limit.sign, limit.least) == ("mud", -1, -FAULT_RISE)
    (asked,) = standing((), Goal(axes={"mud": 1.0}), muddy).limits
    assert asked.least == -1.0


def test_settings_that_were_given_are_known() -> None:
    said = PastTurn("boost 3 dB at 1 kHz", EQ, pinned=frozenset({("eq", "mid_gain_db"), ("eq", "mid_q")}))
    assert named([said]) == {("eq", "mid_gain_db")}
    drive = EQ.added("distortion", {"drive_db": 20.0})
    assert named([said, PastTurn("", drive, by_hand=True)]) == {("eq", "mid_gain_db"), ("distortion", "drive_db")}
    assert named([said, PastTurn("", drive, by_hand=True, share=0.5)]) == {("eq", "mid_gain_db")}
    wished = PastTurn("warmer", EQ.adjusted("eq", {"mid_gain_db": 4.0}), Goal(axes={"warmth": 1.0}))
    assert named([said, wished]) == frozenset()
    assert named([said, PastTurn("drop the eq", Chain())]) == frozenset()
