"""Several takes of one instruction: from different seeds, gone differently far, and leaning to different sides."""

from __future__ import annotations

from dataclasses import replace

from instructfx.engine.turn import Agents, Callbacks, take_turn
from instructfx.errors import InstructionError
from instructfx.planners import Plan, Planner
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.recorded import Planned
from instructfx.rendering.excerpt import Excerpt
from instructfx.sessions import Session
from instructfx.sessions.options import LEAST_STEP, MOST_SEED, MOST_STEP, TurnOptions
from instructfx.store import Store

SIZES = (1.0, 0.6, 1.6, 0.8, 1.3)
"""Of the steps of the takes, in their order: plain, gentler, stronger, and what lies between."""


def take_several(
    session: Session,
    instruction: str,
    count: int,
    agents: Agents,
    excerpt: Excerpt,
    store: Store,
    callbacks: Callbacks | None = None,
    wishes: TurnOptions | None = None,
) -> Session:
    """Take up to `count` turns, 2 to 5, that continue the same turn; the first of them plays afterwards.

    The built-in planner plans each of them, as different people might mean the words (`planners.takes`); a language
    model is asked once, and its plan is gone differently far.
    Each is committed when it is found. Those that a cancelled search leaves out are not taken, nor those that would
    all be the same, because the plan asks nothing of the ear or goes back. Raises as `take_turn` does.
    """
    check_count(count)
    callbacks, wishes = callbacks or Callbacks(), wishes or TurnOptions()
    seed = agents.seed if wishes.seed is None else wishes.seed
    before, parent = len(session.turns), session.head
    for place in range(count):
        size = 1.0 if isinstance(agents.planner, BuiltinPlanner) else SIZES[place]
        step = min(max(wishes.step_size * size, LEAST_STEP), MOST_STEP)
        chosen = replace(wishes, step_size=step, seed=(seed + place) % (MOST_SEED + 1))
        session = take_turn(
            replace(session, head=parent), instruction, agents, excerpt, store, callbacks, chosen, take=place + 1
        )
        plan = session.turns[before].plan
        if plan.undo or not (plan.goal.axes or plan.goal.target) or callbacks.cancelled():
            break
        agents = replace(agents, planner=_for_take(place + 1, agents.planner, plan, seed))
    return session


def _for_take(take: int, planner: Planner, plan: Plan, seed: int) -> Planner:
    """Who plans that take, 0 for the first, where this one planned the one before it."""
    return BuiltinPlanner(take, seed) if isinstance(planner, BuiltinPlanner) else Planned(planner.name, plan)


def check_count(count: int) -> None:
    """InstructionError for what is no number of takes."""
    if isinstance(count, bool) or not isinstance(count, int) or not 2 <= count <= len(SIZES):
        raise InstructionError(f"the number of takes is a whole number from 2 to {len(SIZES)}, not {count!r}")
