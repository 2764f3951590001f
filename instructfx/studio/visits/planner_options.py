"""Who can plan a visitor's turns: what the host of this studio has named, and the built-in planner."""

from __future__ import annotations

from instructfx.errors import PlannerError
from instructfx.planners import BUILT_IN, planner_named, planners_named

GONE = "that planner is not offered here; choose one of those that are"


def offered() -> tuple[str, ...]:
    """The planners that a visitor can choose, the usual one first."""
    return tuple(dict.fromkeys((*planners_named(), BUILT_IN)))


def granted(planner: str) -> str:
    """The planner that was chosen, the usual one where none was. Raises PlannerError for one that is not offered."""
    if planner and planner not in offered():
        raise PlannerError(GONE)
    return planner or offered()[0]


def check() -> None:
    """Raise InstructFXError where one that is offered cannot be asked, so that the host learns it and no visitor."""
    for name in offered():
        planner_named(name)


def label(planner: str) -> str:
    """What the page calls a planner: a model without its provider."""
    return "Built-in" if planner == BUILT_IN else planner.rpartition("/")[2]
