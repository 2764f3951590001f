"""What a model says, well or badly, and the plan that comes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructfx.chain import Chain, Slot
from instructfx.effects import EFFECTS
from instructfx.planners import PastTurn, Plan, PlanRequest, Reply
from instructfx.planners.answers import said
from instructfx.planners.reading import read
from instructfx.planners.router import route

Calls = list[tuple[str, Any]]

FIRST = PlanRequest("make it warmer")
CHAIN = Chain((Slot(EFFECTS["eq"], {"mid_gain_db": -2}), Slot(EFFECTS["reverb"], {"mix": 0.3})))
LATER = PlanRequest("too harsh, soften it", CHAIN, (PastTurn("make it warmer"), PastTurn("small church")))
GOAL = {"target": "a warm sound", "axes": {"warmth": 1}, "reply": "Done."}


def message(calls: Calls, content: str | None = None) -> str:
    """An answer as it goes over the wire; arguments that are text are sent as they are."""
    tools = [
        {"function": {"name": name, "arguments": given if isinstance(given, str) else json.dumps(given)}}
        for name, given in calls
    ]
    return json.dumps({"content": content, "tool_calls": tools})


def plan(calls: Calls, request: PlanRequest = FIRST, content: str | None = None) -> Plan:
    reading = read(message(calls, content), request)
    assert reading.problems == ()
    assert reading.meant
    return reading.meant


def problems(calls: Calls, request: PlanRequest = FIRST) -> str:
    reading = read(message(calls), request)
    assert reading.meant is None
    return "\n".join(reading.problems)


def test_the_order_of_the_calls_is_the_order_of_the_chain() -> None:
    made = plan(
        [("add_reverb", {"mix": 0.2}), ("describe_goal", GOAL), ("add_eq", {}), ("add_compressor", {"ratio": 4})]
    )
    assert route(Chain(), made)[1].names == ("reverb", "eq", "compressor")
    assert made.add[2].settings == {"ratio": 4.0}
    assert made.notes == ()


def test_a_new_effect_goes_where_it_is_told_else_to_the_end() -> None:
    made = plan([("add_distortion", {"before": "reverb"}), ("add_delay", {"after": "eq"}), ("add_limiter", {})], LATER)
    assert route(CHAIN, made)[1].names == ("eq", "delay", "distortion", "reverb", "limiter")
    lost = plan([("add_delay", {"after": "nothing"})], LATER)
    assert route(CHAIN, lost)[1].names == ("eq", "reverb", "delay")


def test_removing_bypassing_and_adjusting() -> None:
    made = plan([("adjust_eq", {"mid_gain_db": -4}), ("remove_reverb", {})], LATER)
    assert [(move.effect, move.settings) for move in made.adjust] == [("eq", {"mid_gain_db": -4.0})]
    assert made.remove == ("reverb",)
    off = plan([("adjust_reverb", {"bypassed": True})], LATER)
    assert (off.bypass, off.adjust) == (("reverb",), ())
    assert route(CHAIN, off)[1].slot("reverb").bypassed
    tuned = plan([("adjust_reverb", {})], LATER)
    assert tuned.chosen == ("reverb",)


def test_what_the_goal_says() -> None:
    goal = {
        "target": "a warm,\n close piano", "anchor": "a thin piano", "negative": "muffled",
        "axes": {"warmth": 1.5, "air": 0}, "asked": "warmth", "effects": "an equaliser", "order": "alone",
        "settings": "lows up", "reply": "Warmer.", "exact": ["eq.mid_gain_db", "eq.nothing"], "keep": ["reverb", "no"],
    }  # fmt: skip
    made = plan([("adjust_eq", {"mid_gain_db": -3}), ("describe_goal", goal)], LATER)
    assert (made.goal.target, made.goal.anchor, made.goal.negative) == (
        "a warm, close piano",
        "a thin piano",
        "muffled",
    )
    assert made.goal.axes == {"warmth": 1.5}
    assert (made.thoughts.asked, made.thoughts.settings) == ("warmth", "lows up")
    assert made.pinned == {("eq", "mid_gain_db")}
    assert made.keep == ("reverb",)
    assert made.reply == "Warmer."


def test_no_call_at_all_retunes_a_chain_that_is_there() -> None:
    reading = read(message([], "I would just soften what is there."), LATER)
    assert reading.meant
    assert reading.meant.chosen == ()
    assert reading.meant.reply == "I would just soften what is there."
    assert reading.meant.goal.axes["harshness"] < 0  # from the words themselves
    assert "described no goal" in reading.meant.notes[0]


def test_a_mere_command_has_no_goal_to_search_for() -> None:
    made = plan([("adjust_reverb", {"mix": 0.1}), ("describe_goal", {"target": "", "axes": {}, "reply": "Ok."})], LATER)
    assert made.goal.target == ""
    assert made.goal.axes == {}


def test_a_target_without_axes_takes_those_of_the_words() -> None:
    made = plan([("add_eq", {}), ("describe_goal", {"target": "a warm sound"})])
    assert made.goal.axes["warmth"] == 1.0
    assert made.goal.target == "a warm sound"


def test_going_back() -> None:
    assert plan([("go_back", {"turns": 9}), ("describe_goal", {"reply": "Back."})], LATER).undo == 2
    assert "goes alone" in problems([("go_back", {}), ("add_delay", {})], LATER)
    assert "no such tool" in problems([("go_back", {})])


@pytest.mark.parametrize(
    ("calls", "settings", "note"),
    [
        ([("add_eq", {"mid_gain_db": 99})], {"mid_gain_db": 20.0}, "beyond -20 to 20 dB"),
        ([("add_eq", {"mid_gain_db": -(10**400)})], {"mid_gain_db": -20.0}, "beyond"),
        ([("add_eq", {"mid_gain_db": "3.5"})], {"mid_gain_db": 3.5}, ""),
        ([("add_eq", {"mid_gain_db": "\u22123 dB"})], {"mid_gain_db": -3.0}, ""),
        ([("add_eq", {"mid_gain_db": None, "mid_q": 2})], {"mid_q": 2.0}, ""),
        ([("add_eq", {"mid_gain_db": 1, "warmth": 3})], {"mid_gain_db": 1.0}, "has no warmth"),
        (
            [("add_eq", {"mid_gain_db": 1}), ("add_eq", {"mid_q": 2})],
            {"mid_gain_db": 1.0, "mid_q": 2.0},
            "called twice",
        ),
        ([("adjust_eq", {"mid_gain_db": 1})], {"mid_gain_db": 1.0}, "so it was added"),
        ([("add_equalizer", {"mid_gain_db": 1})], {"mid_gain_db": 1.0}, ""),
        ([("functions.add_eq", '```json\n{"mid_gain_db": 1}\n```')], {"mid_gain_db": 1.0}, ""),
        ([("add_eq", "")], {}, ""),
    ],
)
def test_what_is_safe_to_repair_is_repaired_and_noted(calls: Calls, settings: dict[str, float], note: str) -> None:
    made = plan([*calls, ("describe_goal", GOAL)])
    assert [(move.effect, dict(move.settings)) for move in made.add] == [("eq", settings)]
    assert (note in " ".join(made.notes)) if note else made.notes == ()


def test_an_effect_that_is_there_is_not_added_again() -> None:
    made = plan([("add_reverb", {"mix": 0.5}), ("remove_delay", {})], LATER)
    assert made.add == ()
    assert made.adjust[0].settings == {"mix": 0.5}
    assert made.notes[:2] == (
        "The reverb was in the chain already, so it was adjusted.",
        "There is no delay in the chain to remove.",
    )


def test_locked_settings_stay() -> None:
    chain = CHAIN.locked("reverb", ["mix"])
    made = plan(
        [("adjust_reverb", {"mix": 0.9, "damping": 0.5})], PlanRequest("drier", chain, (PastTurn("small church"),))
    )
    assert made.adjust[0].settings == {"damping": 0.5}
    assert "mix of the reverb is locked and stays." in made.notes


def test_wishes_on_axes_are_bounded() -> None:
    made = plan(
        [("add_eq", {}), ("describe_goal", {"target": "x", "axes": {"warmth": 50, "colour": 1, "air": "-0.5"}})]
    )
    assert made.goal.axes == {"warmth": 3.0, "air": -0.5}
    assert len(made.notes) == 2


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        ([], "no effect was chosen; call at least one of add_filter, add_eq"),
        ([("describe_goal", GOAL)], "no effect was chosen"),
        ([("add_flanger", {})], "there is no effect 'flanger'"),
        ([("make_coffee", {})], "there is no such tool"),
        ([("add_eq", '{"mid_gain_db": 3, "mi')], "no whole JSON object"),
        ([("add_eq", "[1]")], "must be one JSON object"),
        ([("add_eq", '{"mid_gain_db": NaN}')], "mid_gain_db must be a finite number"),
        ([("add_eq", '{"mid_gain_db": Infinity}')], "mid_gain_db must be a finite number"),
        ([("add_eq", {"mid_gain_db": "loud"})], "mid_gain_db must be a number in dB, not 'loud'"),
        ([("add_eq", {"mid_gain_db": "3 Hz"})], "must be a number in dB"),
        ([("add_eq", {"mid_gain_db": True})], "must be a number in dB, not a bool"),
        ([("add_eq", {"mid_gain_db": [3]})], "must be a number in dB, not a list"),
        ([("add_eq", {}), ("describe_goal", {"axes": [1]})], "axes must be an object of numbers"),
        ([("add_eq", {}), ("describe_goal", {"axes": {"warmth": "much"}})], "axes.warmth must be a number"),
    ],
)
def test_what_is_not_safe_is_told_back_with_what_is_legal(calls: Calls, said: str) -> None:
    assert said in problems(calls)


def test_removing_and_adjusting_the_same_effect_is_no_plan() -> None:
    assert "not both" in problems([("adjust_eq", {"mid_gain_db": 1}), ("remove_eq", {})], LATER)
    assert "bypassed must be true or false" in problems([("adjust_eq", {"bypassed": 3})], LATER)


ONE = '{"name": "add_reverb", "arguments": {"mix": 0.2}}'
TWO = '{"name": "describe_goal", "parameters": {"target": "a hall", "axes": {"space": 1}}}'


@pytest.mark.parametrize(
    "text",
    [
        f"{ONE}\n{TWO}",
        f"[{ONE}, {TWO}]",
        f"Let me think.\n```json\n[{ONE}, {TWO}]\n```\nThat is it.",
        f'<think>{{no}} {{"name": "add_eq"}}</think><tool_call>\n{ONE}\n</tool_call>\n<tool_call>{TWO}</tool_call>',
        f'{{"tool_calls": [{ONE}, {TWO}]}}',
        f'{{"tool_calls": [{{"type": "function", "function": {ONE}}}, {{"function": {TWO}}}]}}',
        '{"add_reverb": {"mix": 0.2}, "describe_goal": {"target": "a hall", "axes": {"space": 1}}}',
        f"I will use [a hall] reverb {{roomy}}: {ONE} and {TWO}",
    ],
    ids=["bare", "list", "fenced", "tags", "object", "nested", "keyed", "among words"],
)
def test_calls_in_the_text_are_read_all_the_same(text: str) -> None:
    for raw in (text, json.dumps({"content": text}), json.dumps({"content": [{"type": "text", "text": text}]})):
        reading = read(raw, PlanRequest("a big hall"))
        assert reading.meant, reading.problems
        assert [(move.effect, dict(move.settings)) for move in reading.meant.add] == [("reverb", {"mix": 0.2})]
        assert reading.meant.goal.axes == {"space": 1.0}


def test_a_whole_completion_is_read_as_its_message() -> None:
    completion = {"choices": [{"message": json.loads(message([("add_eq", {}), ("describe_goal", GOAL)]))}], "usage": {}}
    made = read(json.dumps(completion), FIRST).meant
    assert made
    assert (made.add[0].effect, made.reply) == ("eq", "Done.")
    assert read('{"choices": [1]}', FIRST).meant is None
    assert read('{"choices": [{"message": 3}]}', FIRST).meant is None


def test_words_beside_the_calls_become_the_reply_where_there_is_none() -> None:
    assert plan([("add_eq", {})], content="Here is  more\nwarmth.").reply == "Here is more warmth."
    assert plan([("add_eq", {}), ("describe_goal", GOAL)], content="Thinking aloud").reply == "Done."
    assert plan([("add_eq", {})]).reply.startswith("I added an equaliser")


def test_calls_that_break_off_in_the_text_are_noticed() -> None:
    assert said(f"{ONE[:-5]}").broken
    assert "breaks off" in "\n".join(read(ONE[:-5], LATER).problems)
    assert not said("a {curly} word").broken


@given(st.text(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["name", "arguments", "tool_calls", "function", "content", "add_eq", "describe_goal", "axes"]),
        inner, max_size=4,
    ), max_leaves=12,
).map(json.dumps))  # fmt: skip
def test_nothing_that_a_model_says_raises(raw: str) -> None:
    for request in (FIRST, LATER):
        reading = read(raw, request)
        assert (reading.meant is None) == bool(reading.problems)
        if reading.meant:
            route(request.chain, reading.meant)


def test_deep_nesting_is_no_way_in() -> None:
    assert read("[" * 50_000, FIRST).meant is None
    assert read('{"tool_calls":' * 3000, FIRST).meant is None


@pytest.mark.parametrize("request_", [FIRST, LATER], ids=["first", "later"])
@pytest.mark.parametrize(
    ("calls", "meant"),
    [
        ([("answer", {"text": "It is at -14 LUFS."})], Reply("question", "It is at -14 LUFS.")),
        ([("ask_back", {"question": "More bass, or less?"})], Reply("unclear", "More bass, or less?")),
        ([("answer", {"text": "No."}), ("describe_goal", {"target": "", "axes": {}})], Reply("question", "No.")),
        ([("ask_back", {"text": "How much?"}), ("describe_goal", {"axes": {"air": 1}})], Reply("unclear", "How much?")),
    ],
)
def test_a_model_may_answer_or_ask_back(calls: Calls, meant: Reply, request_: PlanRequest) -> None:
    assert read(message(calls), request_).meant == meant


@pytest.mark.parametrize(
    "written",
    [
        '{"answer": {"text": "It is dry."}}',
        '{"answer": "It is dry."}',
        '```json\n{"name": "answer", "arguments": {"text": "It is dry."}}\n```',
        '<tool_call>{"name": "answer", "arguments": "{\\"text\\": \\"It is dry.\\"}"}</tool_call>',
    ],
)
def test_answers_that_are_written_into_text_are_read(written: str) -> None:
    assert read(json.dumps({"content": written}), FIRST).meant == Reply("question", "It is dry.")


def test_an_answer_beside_a_change_is_its_reply() -> None:
    made = plan([("add_eq", {"mid_gain_db": 2}), ("answer", {"text": "It was dull."}), ("describe_goal", {})])
    assert isinstance(made, Plan)
    assert (made.reply, len(made.add)) == ("It was dull.", 1)


def test_asking_back_and_changing_is_told_back() -> None:
    assert "ask or change, not both" in problems([("add_eq", {}), ("ask_back", {"question": "More?"})])
    assert "must be what the person is told" in problems([("answer", {})])
    assert "answer or ask_back where nothing is to change" in problems([("describe_goal", {})])
