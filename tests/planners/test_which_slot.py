"""A chain that holds an effect twice: which slot words mean, and when one more is added."""

from __future__ import annotations

import json

import pytest

from instructfx.chain import Chain
from instructfx.planners import PastTurn, Plan, PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.reading import read
from instructfx.planners.router import route
from instructfx.planners.tools import offered

DRIVEN = (
    Chain()
    .added("compressor", {"threshold_db": -20})
    .added("eq", {"mid_gain_db": 2})
    .added("distortion", {"drive_db": 12})
    .added("eq", {"treble_gain_db": -2})
    .added("compressor", {"threshold_db": -10})
)
"""compressor, eq, distortion, eq_2, compressor_2."""


def planned(words: str, chain: Chain = DRIVEN, *recent: str, used: frozenset[str] = frozenset()) -> Plan:
    return BuiltinPlanner().plan(PlanRequest(words, chain, recent=recent, used=used))


def after(words: str, chain: Chain = DRIVEN, *recent: str) -> Chain:
    return route(chain, planned(words, chain, *recent))[1]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("a second compressor", ("eq", "compressor", "compressor_2", "distortion", "reverb")),
        ("add a second compressor", ("eq", "compressor", "compressor_2", "distortion", "reverb")),
        ("otro compresor", ("eq", "compressor", "compressor_2", "distortion", "reverb")),
        ("another EQ after the drive", ("eq", "compressor", "distortion", "eq_2", "reverb")),
        ("after the drive, put another EQ", ("eq", "compressor", "distortion", "eq_2", "reverb")),
        ("put an EQ after the distortion", ("eq", "compressor", "distortion", "eq_2", "reverb")),
        ("one more reverb at the end", ("eq", "compressor", "distortion", "reverb", "reverb_2")),
        ("one more reverb at the start", ("reverb_2", "eq", "compressor", "distortion", "reverb")),
        ("otra reverb al principio", ("reverb_2", "eq", "compressor", "distortion", "reverb")),
        ("un segundo compresor antes de la reverb", ("eq", "compressor", "distortion", "compressor_2", "reverb")),
        ("add a second delay", ("eq", "compressor", "distortion", "delay", "reverb")),
        ("add a delay behind the reverb", ("eq", "compressor", "distortion", "reverb", "delay")),
    ],
)  # fmt: skip
def test_one_more_is_added_where_words_ask_for_it(words: str, ids: tuple[str, ...]) -> None:
    chain = Chain().added("eq", {"mid_gain_db": 2}).added("compressor", {}).added("distortion", {}).added("reverb", {})
    assert after(words, chain).ids == ids


@pytest.mark.parametrize(
    "words",
    ["warmer", "more compression", "add compression", "add an EQ", "put an EQ before the distortion", "EQ 4",
     "the EQ after the drive", "brighter and punchier", "use a compressor", "the second EQ brighter",
     "remove the EQ after the reverb"],
)  # fmt: skip
def test_nothing_is_added_twice_by_itself(words: str) -> None:
    plan = planned(words)
    assert not [move for move in plan.add if move.effect in ("eq", "compressor")]


@pytest.mark.parametrize(
    ("words", "slot"),
    [
        ("the first EQ brighter", "eq"),
        ("the second EQ brighter", "eq_2"),
        ("EQ 2 brighter", "eq_2"),
        ("EQ 1 brighter", "eq"),
        ("the last EQ brighter", "eq_2"),
        ("the EQ after the drive brighter", "eq_2"),
        ("the EQ before the drive brighter", "eq"),
        ("the other EQ brighter", "eq"),
        ("el segundo ecualizador, 3 dB en 1 kHz", "eq_2"),
        ("the first EQ up 3 dB at 1 kHz", "eq"),
        ("boost 3 dB at 1 kHz", "eq_2"),
        ("brighter", "eq_2"),
        ("more compression", "compressor_2"),
        ("threshold -30", "compressor_2"),
        ("compressor 1 threshold -30", "compressor"),
        ("the first compressor: threshold -30", "compressor"),
        ("less of the first compressor", "compressor"),
    ],
)
def test_words_say_which_slot_is_meant(words: str, slot: str) -> None:
    assert [move.slot for move in planned(words).adjust] == [slot]


@pytest.mark.parametrize(
    ("words", "recent", "slot"),
    [
        ("brighter", ("eq",), "eq"),
        ("brighter", ("compressor", "eq_2", "eq"), "eq_2"),
        ("more compression", ("eq", "compressor"), "compressor"),
        ("threshold -30", ("compressor",), "compressor"),
        ("the other compressor, ratio 8", ("compressor",), "compressor_2"),
        ("boost 3 dB at 1 kHz", ("eq", "eq_2"), "eq"),
    ],
)
def test_words_prefer_the_slot_that_was_spoken_of_last(words: str, recent: tuple[str, ...], slot: str) -> None:
    assert [move.slot for move in planned(words, DRIVEN, *recent).adjust] == [slot]


def test_a_setting_alone_is_that_of_the_slot_spoken_of_last_that_has_it() -> None:
    chain = Chain().added("compressor", {}).added("limiter", {})
    assert [move.slot for move in planned("threshold -8", chain, "limiter").adjust] == ["limiter"]
    assert [move.slot for move in planned("threshold -8", chain, "compressor").adjust] == ["compressor"]


def test_one_of_two_is_removed_bypassed_or_kept() -> None:
    assert planned("remove the first compressor").remove == ("compressor",)
    assert planned("drop the EQ", DRIVEN, "eq").remove == ("eq",)
    assert planned("remove both compressors").remove == ("compressor", "compressor_2")
    assert planned("bypass the EQ after the drive").bypass == ("eq_2",)
    kept = planned("brighter, but leave the second EQ alone")
    assert kept.keep == ("eq_2",)
    assert [move.slot for move in kept.adjust] == ["eq"]
    assert not planned("brighter, but leave the EQ alone").adjust


def test_a_locked_or_bypassed_slot_leaves_a_wish_to_the_other() -> None:
    locked = DRIVEN.locked("eq_2", [param.name for param in DRIVEN.slot("eq_2").effect.params])
    for chain in (locked, DRIVEN.bypassed("eq_2", True)):
        assert [move.slot for move in planned("brighter", chain, "eq_2").adjust] == ["eq"]


def test_what_is_not_there_is_said() -> None:
    assert "There are only 2 of equaliser in the chain." in planned("bypass the third EQ").notes
    one = Chain().added("eq", {})
    assert "There is only one equaliser in the chain." in planned("the second EQ brighter", one).notes
    assert "There is no other equaliser in the chain." in planned("bypass the other EQ", one).notes
    assert "There is no equaliser after the reverb in the chain." in planned("bypass the EQ after the reverb").notes


def test_a_reply_numbers_slots_where_there_are_two() -> None:
    assert planned("remove the first compressor").reply == "I removed compressor 1."
    assert planned("EQ 2 brighter").reply.startswith("I adjusted equaliser 2: ")
    one = Chain().added("eq", {}).added("distortion", {})
    assert planned("another EQ after the drive", one).reply == "I added a second equaliser after the distortion."


def test_an_id_that_was_given_is_not_given_again() -> None:
    plan = planned("add a reverb", Chain(), used=frozenset({"reverb", "reverb_2"}))
    assert [(move.effect, move.slot) for move in plan.add] == [("reverb", "reverb_3")]


# A language model


def answer(*calls: tuple[str, dict[str, object]]) -> str:
    return json.dumps([{"name": name, "arguments": given} for name, given in calls])


def plan_of(*calls: tuple[str, dict[str, object]], chain: Chain = DRIVEN, recent: tuple[str, ...] = ()) -> Plan:
    reading = read(answer(*calls), PlanRequest("as you like", chain, (PastTurn("before"),), recent=recent))
    assert reading.meant is not None, reading.problems
    return reading.meant


def test_a_model_has_a_tool_for_each_slot_and_one_for_another() -> None:
    names = [tool["function"]["name"] for tool in offered(DRIVEN)]
    assert {"adjust_eq", "adjust_eq_2", "remove_compressor_2", "add_reverb", "add_another"} <= set(names)
    assert not {"add_eq", "add_eq_2", "add_compressor"} & set(names)
    another = next(tool["function"] for tool in offered(DRIVEN) if tool["function"]["name"] == "add_another")
    assert another["parameters"]["properties"]["effect"]["enum"] == ["eq", "compressor", "distortion"]
    assert "add_another" not in [tool["function"]["name"] for tool in offered(Chain())]


def test_a_model_adjusts_and_removes_slots_by_id() -> None:
    plan = plan_of(
        ("adjust_eq_2", {"mid_gain_db": 3}),
        ("adjust_eq", {"mid_gain_db": -3}),
        ("remove_compressor", {}),
        ("adjust_compressor_2", {"bypassed": True}),
        ("describe_goal", {"exact": ["eq_2.mid_gain_db"], "keep": ["distortion"]}),
    )
    assert [(move.slot, dict(move.settings)) for move in plan.adjust] == [
        ("eq_2", {"mid_gain_db": 3}), ("eq", {"mid_gain_db": -3}),
    ]  # fmt: skip
    assert (plan.remove, plan.bypass, plan.keep) == (("compressor",), ("compressor_2",), ("distortion",))
    assert plan.pinned == {("eq_2", "mid_gain_db")}


@pytest.mark.parametrize("settings", [{"settings": {"mix": 0.3}}, {"mix": 0.3}])
def test_a_model_adds_another_one(settings: dict[str, object]) -> None:
    plan = plan_of(("add_another", {"effect": "distortion", "after": "eq_2", **settings}))
    assert [(m.effect, m.slot, dict(m.settings), m.after) for m in plan.add] == [
        ("distortion", "distortion_2", {"mix": 0.3}, "eq_2"),
    ]  # fmt: skip
    assert route(DRIVEN, plan)[1].ids == ("compressor", "eq", "distortion", "eq_2", "distortion_2", "compressor_2")


def test_an_effect_alone_means_the_slot_spoken_of_last() -> None:
    assert [move.slot for move in plan_of(("add_compressor", {"ratio": 4})).adjust] == ["compressor_2"]
    plan = plan_of(("adjust_comp", {"ratio": 4}), recent=("compressor",))
    assert [move.slot for move in plan.adjust] == ["compressor"]


@pytest.mark.parametrize("wrong", [{}, {"effect": "flanger"}, {"effect": 3}, {"effect": "eq", "settings": [1]}])
def test_another_of_nothing_is_told_back(wrong: dict[str, object]) -> None:
    reading = read(answer(("add_another", wrong)), PlanRequest("another", DRIVEN, (PastTurn("before"),)))
    assert reading.meant is None
    assert reading.problems[0].startswith("add_another: ")
