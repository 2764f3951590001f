"""A model that says again what it once said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from instructfx.chain import Chain, Slot
from instructfx.effects import EFFECTS
from instructfx.errors import InstructionError, PlannerError
from instructfx.planners import PastTurn, PlanRequest, planner_named
from instructfx.planners.plan import Plan
from instructfx.planners.prompted import PromptedPlanner
from instructfx.planners.recorded import RecordedModel, recorded

CALLS = [{"name": "add_reverb", "arguments": {"mix": 0.2}}, {"name": "describe_goal", "arguments": {"reply": "Roomy."}}]
MESSAGE = {"content": None, "tool_calls": [{"function": {"name": "add_delay", "arguments": '{"mix": 0.1}'}}]}


def write(folder: Path, entries: object) -> str:
    path = folder / "answers.json"
    path.write_text(json.dumps(entries))
    return f"recorded:{path}"


def test_each_form_of_entry_is_played_in_its_order(tmp_path: Path) -> None:
    text = "I choose this: " + json.dumps(CALLS[0])
    planner = planner_named(write(tmp_path, [CALLS, MESSAGE, json.dumps(MESSAGE), text]))
    assert planner.name == "recorded:answers.json"
    chosen = [planner.plan(PlanRequest("small church")) for _ in range(4)]
    assert [plan.add[0].effect for plan in chosen] == ["reverb", "delay", "delay", "reverb"]
    assert chosen[0].reply == "Roomy."
    assert json.loads(chosen[0].raw) == CALLS


def test_a_recording_that_ends_leaves_the_turn_to_the_built_in_planner(tmp_path: Path) -> None:
    planner = planner_named(write(tmp_path, [None]))
    silent, over = planner.plan(PlanRequest("make it warmer")), planner.plan(PlanRequest("make it warmer"))
    assert silent.notes == ("The built-in planner planned this turn: the recorded model did not answer.",)
    assert over.notes == ("The built-in planner planned this turn: the recording has no more than 1 answers.",)
    assert silent.add == over.add
    assert over.add[0].effect == "eq"


@pytest.mark.parametrize(
    ("content", "message"), [("{}", "holds no list"), ("[1, 2", "is no JSON"), (None, "cannot read the recording")]
)
def test_what_is_no_recording_is_refused_in_one_line(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "answers.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InstructionError, match=message):
        planner_named(f"recorded:{path}")


def test_what_turns_recorded_plays_again_as_it_was() -> None:
    bad, good = '{"content": "I would rather not."}', json.dumps(CALLS)
    planner = PromptedPlanner(RecordedModel([good, bad, good, None, bad, bad, bad, None, good], "openai/x"))
    plans = [planner.plan(PlanRequest("small church")) for _ in range(6)]
    assert [bool(plan.asked and plan.asked.fell_back) for plan in plans] == [False, False, True, True, True, False]
    model = recorded(plans)
    assert model.name == "openai/x"
    again = [PromptedPlanner(model).plan(PlanRequest("small church")) for _ in plans]
    for plan, replayed in zip(plans, again, strict=True):
        assert (plan.add, plan.goal, plan.raw, plan.notes) == (
            replayed.add,
            replayed.goal,
            replayed.raw,
            replayed.notes,
        )


def test_going_back_asks_no_model() -> None:
    request = PlanRequest("go back", Chain((Slot(EFFECTS["eq"]),)), (PastTurn("make it warmer"),))
    planner = PromptedPlanner(RecordedModel([json.dumps(CALLS)], "openai/x"))
    back = planner.plan(request)
    assert (back.undo, back.asked) == (1, None)
    other = planner.plan(replace(request, instruction="go back and add an echo"))
    assert other.asked
    again = PromptedPlanner(recorded([back, other]))
    assert again.plan(request).undo == 1
    assert again.plan(replace(request, instruction="go back and add an echo")).add == other.add


def test_a_plan_that_no_model_made_cannot_be_played() -> None:
    with pytest.raises(PlannerError, match="replay it with --planner builtin"):
        recorded([Plan()])
