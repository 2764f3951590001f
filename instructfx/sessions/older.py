"""Turns as earlier versions wrote them, brought to the form of today: the only place that knows how they differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from instructfx.sessions.options import MOST_AXIS_STEPS


def turn_of_0004(record: Mapping[str, Any]) -> dict[str, Any]:
    """A turn's JSON object as databases up to 0004 and bundles up to 2 have it -> as 0005 and 3 do.

    What the person chose was called `wishes`. What the turn asked was not stored: it is the plan's goal at the step
    size of the turn, with the words to avoid among its texts. Which axes those words stood for is not guessed, so that
    it means the same whenever it is read. What is malformed stays so, for whoever holds it against a schema.
    """
    made, plan = record.get("provenance"), record.get("plan")
    renamed: dict[str, Any] = dict(record)
    chosen: Any = {}
    if isinstance(made, dict):
        chosen = made.get("wishes", {})
        kept = {name: value for name, value in made.items() if name != "wishes"}
        renamed["provenance"] = {**kept, "turn_options": chosen}
    goal = plan.get("goal", {}) if isinstance(plan, dict) else {}
    try:
        renamed["goal"] = _asked(goal, float(chosen.get("step_size", 1.0)), chosen.get("avoid", ""))
    except (AttributeError, TypeError, ValueError):
        renamed["goal"] = goal
    return renamed


def _asked(goal: Mapping[str, Any], step_size: float, avoid: str) -> Mapping[str, Any]:
    axes = {name: _capped(step_size * float(value)) for name, value in goal.get("axes", {}).items()}
    if not (axes or goal.get("target")):
        return goal
    negative = ", ".join(text for text in (goal.get("negative", ""), avoid) if text)
    return {**goal, "axes": axes, "negative": negative}


def _capped(steps: float) -> float:
    return max(-MOST_AXIS_STEPS, min(MOST_AXIS_STEPS, steps))
