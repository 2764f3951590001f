"""Words that lock: "lock the EQ", "don't touch the reverb any more", and that unlock."""

from __future__ import annotations

import pytest

from instructfx.chain import Chain
from instructfx.planners import Plan, PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.router import route

BOTH = Chain().added("eq", {"mid_gain_db": 2.0}).added("reverb", {"mix": 0.2})


def after(words: str, chain: Chain) -> Chain:
    plan = BuiltinPlanner().plan(PlanRequest(words, chain))
    assert isinstance(plan, Plan)
    return route(chain, plan)[1]


@pytest.mark.parametrize(
    "words",
    [
        "lock the reverb",
        "freeze the reverb",
        "don't touch the reverb any more",
        "leave the reverb alone from now on",
        "bloquea la reverb",
        "no toques la reverb nunca más",
    ],
)
def test_what_is_locked_in_words_stays(words: str) -> None:
    locked = after(words, BOTH)
    assert locked.slot("reverb").wholly_locked
    assert not locked.slot("eq").locked
    assert after("more reverb", locked).slot("reverb") == locked.slot("reverb")
    assert after("remove everything", locked).names == ("reverb",)


@pytest.mark.parametrize("words", ["unlock the reverb", "unlock everything", "desbloquea la reverb"])
def test_what_is_unlocked_moves_again_and_nothing_else_does(words: str) -> None:
    locked = after("lock the reverb", BOTH)
    assert after(words, locked) == BOTH
    assert after(f"{words} and more reverb", locked).slot("reverb").settings["mix"] > 0.2


def test_keep_is_for_this_turn_alone() -> None:
    kept = after("brighter, but keep the reverb", BOTH)
    assert not kept.slot("reverb").locked
    assert kept.slot("reverb") == BOTH.slot("reverb")


def test_everything_can_be_locked() -> None:
    assert all(slot.wholly_locked for slot in after("lock everything", BOTH).slots)
