"""Answers of language models in the forms that models and servers give them; each has one right meaning."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

from instructfx.bench.robustness.outcomes import FaultOutcome, Verdict
from instructfx.effects import EFFECTS
from instructfx.planners import PlanRequest
from instructfx.planners.plan import Plan
from instructfx.planners.reading import read

GOAL: Mapping[str, Any] = {"target": "a warm sound", "axes": {"warmth": 1}, "reply": "Warmer now."}
EQ: Mapping[str, Any] = {"low_shelf_gain_db": 3}
REVERB = '{"name": "add_reverb", "arguments": {"mix": 0.9}}'
GOAL_TEXT, EQ_TEXT = json.dumps(GOAL), json.dumps(EQ)
WRITTEN = f'{{"name": "describe_goal", "arguments": {GOAL_TEXT}}}\n{{"name": "add_eq", "arguments": {EQ_TEXT}}}'
PYTHON = "describe_goal(target='a warm sound', axes={'warmth': 1}, reply='Warmer now.')\nadd_eq(low_shelf_gain_db=3)"


def _calls(goal: str, eq: str, prefix: str = "", suffix: str = "", **beside: Any) -> str:
    named = ((f"{prefix}describe_goal{suffix}", goal), (f"{prefix}add_eq{suffix}", eq))
    calls = [{"function": {"name": name, "arguments": given}} for name, given in named]
    return json.dumps({"tool_calls": calls, **beside})


def _text(content: str) -> str:
    return json.dumps({"content": content})


READ = {
    "calls": _calls(GOAL_TEXT, EQ_TEXT),
    "raw line breaks": _calls(GOAL_TEXT.replace("r n", "r\nn"), EQ_TEXT),
    "encoded twice": _calls(json.dumps(GOAL_TEXT), json.dumps(EQ_TEXT)),
    "functions.x:0": _calls(GOAL_TEXT, EQ_TEXT, "functions.", ":0"),
    "default_api:x": _calls(GOAL_TEXT, EQ_TEXT, "default_api:"),
    "x<|channel|>commentary": _calls(GOAL_TEXT, EQ_TEXT, suffix="<|channel|>commentary"),
    "content in parts": _calls(GOAL_TEXT, EQ_TEXT, content=[{"type": "text", "text": "Here."}]),
    "a lone end of thinking": _text(f"Maybe {REVERB}?</think>{WRITTEN}"),
    "Python": _text(PYTHON),
    "single quotes": _text(f"{{'name': 'describe_goal', 'arguments': {GOAL}}} {{'name': 'add_eq', 'arguments': {EQ}}}"),
    "tool_call": _text("".join(f"<tool_call>{line}</tool_call>" for line in WRITTEN.splitlines())),
    "function": _text(f"<function=describe_goal>{GOAL_TEXT}</function><function=add_eq>{EQ_TEXT}</function>"),
    "invoke": _text(
        f'<invoke name="describe_goal">{GOAL_TEXT}</invoke>'
        '<invoke name="add_eq"><parameter name="low_shelf_gain_db">3</parameter></invoke>'
    ),
}
"""What each means: 3 dB more in the lows, no reverb, and what is said of it."""

NOT_READ = {
    "a refusal": json.dumps({"content": None, "refusal": "I will not."}),
    "a content filter": json.dumps({"content": "So", "finish_reason": "content_filter"}),
    "half a call": _calls(GOAL_TEXT, EQ_TEXT[:-3]),
    "nothing": "{}",
    "another tool": json.dumps([{"name": "shell", "arguments": {"command": "ls"}}]),
}
"""What is no plan, and must be told."""


def models() -> Iterator[FaultOutcome]:
    """What is read in each."""
    for what, raw in (READ | NOT_READ).items():
        started = time.monotonic()
        reading = read(raw, PlanRequest("make it warmer"))
        meant = reading.meant
        line = "; ".join(filter(None, (*reading.problems, reading.refusal)))
        verdict: Verdict = "accepted" if meant else "refused"
        wrong = ""
        if what in NOT_READ and (meant or not line):
            verdict, wrong = "wrong", "read as a plan" if meant else "nothing is told of it"
        elif what in READ and not (isinstance(meant, Plan) and _as_meant(meant)):
            verdict, wrong = "wrong", line or "not read as it is meant"
        yield FaultOutcome("language models", what, verdict, line, time.monotonic() - started, wrong)


def _as_meant(plan: Plan) -> bool:
    moves = [(move.effect, dict(move.settings)) for move in plan.add]
    return moves == [(EFFECTS.usual("tone").name, dict(EQ))] and plan.reply.split() == str(GOAL["reply"]).split()
