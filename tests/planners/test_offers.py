"""What the program advised, done when it is agreed to; headroom measured; which slot an ordinal means."""

from __future__ import annotations

import pytest
from test_loudness_target import measured

from instructfx.chain import Chain
from instructfx.language import understand
from instructfx.planners import PastExchange, PastTurn, Plan, PlanRequest, planner_named
from instructfx.planners.plan import Reply
from instructfx.planners.router import route

PLANNER = planner_named("builtin")
READINGS = {"brightness": -3.0, "warmth": 0.0, "mud": 2.5, "loudness": -5.0}


def advised(question: str) -> PastExchange:
    reply = PLANNER.plan(PlanRequest(question, readings=READINGS))
    assert isinstance(reply, Reply)
    return PastExchange(question, reply.act, reply.text)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("what would you do?", "ok do that"),
        ("any suggestions?", "yes please"),
        ("what would you do?", "go ahead"),
        ("¿qué me recomiendas?", "sí, hazlo"),
        ("¿qué me recomiendas?", "dale"),
    ],
)
def test_what_was_advised_is_done(question: str, words: str) -> None:
    exchange = advised(question)
    plan = PLANNER.plan(PlanRequest(words, readings=READINGS, since=(exchange,)))
    assert isinstance(plan, Plan), exchange
    wishes = understand(exchange.reply.split('"' if '"' in exchange.reply else "«")[1].split("»")[0]).axes
    assert all(plan.goal.axes[axis] * value > 0 for axis, value in wishes.items() if abs(value) == 1)


def test_agreeing_to_nothing_changes_nothing() -> None:
    thanks = PLANNER.plan(PlanRequest("ok", readings=READINGS))
    assert isinstance(thanks, Reply)
    asked = PastExchange("how do I undo?", "question", 'Type "undo" to take "warmer" back.')
    for words in ("ok do that", "yes please", "sure"):
        assert isinstance(PLANNER.plan(PlanRequest(words, readings=READINGS, since=(asked,))), Reply)


def headroom(words: str, dry_peak: float, chain: Chain = Chain()) -> tuple[Chain, str]:  # noqa: B008
    request = PlanRequest(words, chain, (), {"loudness": -6.0}, facts=lambda heard: measured(dry_peak, heard))
    plan = PLANNER.plan(request)
    return (route(chain, plan)[1], plan.reply) if isinstance(plan, Plan) else (chain, plan.text)


@pytest.mark.parametrize(
    ("words", "peak", "gain_db"),
    [
        ("leave 6 dB of headroom", -2.0, -4.0),
        ("leave 6 dB of headroom", -0.5, -5.5),
        ("deja 3 dB de margen", -1.0, -2.0),
        ("give me 3 dB of headroom", -1.5, -1.5),
    ],
)
def test_headroom_lowers_the_gain_until_the_peak_is_there(words: str, peak: float, gain_db: float) -> None:
    chain, reply = headroom(words, peak)
    assert chain.slot("gain").settings["gain_db"] == pytest.approx(gain_db, abs=0.15)
    assert ("−6.0 dBTP" if "6" in words else "−3.0 dBTP") in reply


def test_headroom_that_is_there_stays_and_is_told() -> None:
    chain, reply = headroom("leave 6 dB of headroom", -10.0)
    assert (chain.slots, "−10.0 dBTP" in reply) == ((), True)


def test_headroom_counts_what_the_gain_does_already() -> None:
    chain, _ = headroom("leave 6 dB of headroom", -8.0, Chain().added("gain", {"gain_db": 5.0}))
    assert chain.slot("gain").settings["gain_db"] == pytest.approx(2.0, abs=0.15)


def test_a_predicate_is_said_of_another_effect_as_well() -> None:
    chain = Chain().added("compressor", {}).added("reverb", {})
    off = chain.bypassed("compressor", True)
    earlier = (PastTurn("add compression and reverb", chain), PastTurn("bypass the compressor", off))
    for words in ("and the reverb", "y la reverb también", "the reverb too"):
        plan = PLANNER.plan(PlanRequest(words, off, earlier, {"loudness": -5.0}))
        assert isinstance(plan, Plan)
        assert (plan.bypass, plan.undo) == (("reverb",), 0)


@pytest.mark.parametrize(
    ("words", "slot"),
    [("less of the first", "delay"), ("more of the second", "reverb"), ("menos del primero", "delay"),
     ("un poco más de la segunda", "reverb"), ("turn down the latter", "reverb")],
)  # fmt: skip
def test_an_ordinal_means_one_slot(words: str, slot: str) -> None:
    chain = Chain().added("delay", {}).added("reverb", {})
    earlier = (PastTurn("add delay and reverb", chain),)
    plan = PLANNER.plan(PlanRequest(words, chain, earlier, {"loudness": -5.0}))
    assert isinstance(plan, Plan)
    assert [move.slot for move in plan.adjust] == [slot]


@pytest.mark.parametrize(
    "words", ["love it, just a hair more of the plate", "more of the plate", "un poco más de plate"]
)
def test_more_of_a_kind_that_is_there_turns_it_up(words: str) -> None:
    first = PLANNER.plan(PlanRequest("add a plate reverb", readings=READINGS))
    assert isinstance(first, Plan)
    chain = route(Chain(), first)[1]
    earlier = (PastTurn("add a plate reverb", chain),)
    plan = PLANNER.plan(PlanRequest(words, chain, earlier, READINGS))
    assert isinstance(plan, Plan)
    after = route(chain, plan)[1]
    assert after.names == ("reverb",)
    assert after.slots[0].settings["mix"] > chain.slots[0].settings["mix"]
