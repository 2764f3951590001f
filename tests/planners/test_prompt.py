"""How long a prompt is, what it carries, and that the page of measures says what the judge is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from instructfx.bench.quality import prompts
from instructfx.bench.quality.prompts import SEVEN, request, tokens
from instructfx.chain import Chain, Slot
from instructfx.effects import EFFECTS
from instructfx.planners import PastTurn, PlanRequest, prompt

PAGE = Path(__file__).parents[2] / "docs" / "measuring.md"
MOST_TOKENS = 4400  # each effect that is offered takes a hundred or so


@pytest.mark.parametrize("effects", [(), SEVEN], ids=["first", "seven effects"])
def test_a_turn_stays_short_however_it_is_counted(effects: tuple[str, ...]) -> None:
    as_openai_counts, as_json, prefix = tokens(request(effects))
    assert 1000 < as_openai_counts < as_json < MOST_TOKENS
    assert prefix > 300


def test_history_is_bounded() -> None:
    long = PlanRequest(
        "warmer", Chain((Slot(EFFECTS["eq"]),)), tuple(PastTurn(f"wish {n} {'very ' * 400}") for n in range(100))
    )
    told = prompt.messages(long)[1]["content"]
    assert len(told) < 12 * 430 + 1000
    assert '100. "wish 99' in told
    assert '88. "wish 87' not in told


def test_every_tool_is_a_schema_that_every_provider_takes() -> None:
    for asked in (request(()), request(SEVEN)):
        for tool in prompt.tools(asked):
            function = tool["function"]
            assert function["description"]
            assert function.get("parameters", {"properties": 1})["properties"]
        assert json.loads(json.dumps(prompt.tools(asked), allow_nan=False))


def test_bypassed_and_locked_slots_and_mono_are_told() -> None:
    chain = Chain((Slot(EFFECTS["reverb"]), Slot(EFFECTS["eq"]))).bypassed("reverb", True).locked("eq", ["mid_q"])
    told = prompt.messages(PlanRequest("wider", chain, (PastTurn("hall"),), channels=1))[1]["content"]
    assert "1. reverb (bypassed): " in told
    assert "locked: mid_q" in told
    assert "mono" in told


def test_the_page_of_measures_has_the_rubric_as_the_judge_is_told_it() -> None:
    assert prompt.text("judge.md") in PAGE.read_text()
    assert prompt.text("judge.md") in prompts.measure(None, lambda text: None)
