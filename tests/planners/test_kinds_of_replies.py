"""Replies to kinds of sentences: level without a gain, other languages, guards that put nothing in."""

from __future__ import annotations

import pytest

from instructfx.chain import Chain
from instructfx.planners import PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.plan import Plan, Reply


def planned(words: str) -> Plan:
    plan = BuiltinPlanner().plan(PlanRequest(words))
    assert isinstance(plan, Plan)
    return plan


@pytest.mark.parametrize(
    ("words", "gain_db"),
    [("turn it down", -3.0), ("bring the whole mix up", 3.0), ("baja el volumen un poco", -1.5)],
)
def test_level_is_turned_up_and_down_before_there_is_a_gain(words: str, gain_db: float) -> None:
    (move,) = planned(words).add
    assert (move.effect, move.settings["gain_db"]) == ("gain", pytest.approx(gain_db))


def test_a_guard_puts_nothing_in() -> None:
    plan = planned("I don't want it louder, I want it clearer")
    assert [move.effect for move in plan.add] == ["eq"]


@pytest.mark.parametrize(
    ("words", "said"),
    [("rajoute un peu d'écho", "anglais"), ("più eco", "inglese"), ("daha fazla bas", "English and Spanish")],
)
def test_other_languages_are_answered_in_theirs_or_in_english(words: str, said: str) -> None:
    reply = BuiltinPlanner().plan(PlanRequest(words))
    assert isinstance(reply, Reply)
    assert said in reply.text


def test_a_spanish_reply_is_spanish_to_its_end() -> None:
    assert planned("la voz más brillante").reply.endswith("Se procesa la pista entera, no solo «voz».")


def test_a_comparison_of_effects_tells_of_both() -> None:
    reply = BuiltinPlanner().plan(PlanRequest("what's the difference between delay and reverb?"))
    assert isinstance(reply, Reply)
    assert "Delay:" in reply.text
    assert "Reverb:" in reply.text


def test_what_is_said_of_an_effect_in_unknown_words_is_asked_about() -> None:
    reply = BuiltinPlanner().plan(PlanRequest("the delay zorps"))
    assert isinstance(reply, Reply)
    assert reply.text.endswith("?")


@pytest.mark.parametrize("words", ["the delay is nice", "I like the delay but make it warmer", "me encanta el eco"])
def test_what_is_praised_stays(words: str) -> None:
    plan = BuiltinPlanner().plan(PlanRequest(words, Chain().added("delay", {})))
    if isinstance(plan, Reply):
        assert plan.act == "acknowledgement"
    else:
        assert "delay" not in {move.slot for move in (*plan.add, *plan.adjust)}
        assert "delay" not in plan.remove
