"""Conversations with the built-in planner, turn by turn, without a search."""

from __future__ import annotations

from instructfx.chain import Chain
from instructfx.planners import PastExchange, PastTurn, Plan, PlanRequest, planner_named
from instructfx.planners.plan import Reply
from instructfx.planners.router import route

PLANNER = planner_named("builtin")


def planned(*words: str, since: tuple[PastExchange, ...] = (), stepped: str = "") -> tuple[Plan | Reply, Chain]:
    """The plan for the last words and the chain after it, each turn built on the one before without a search."""
    path: tuple[PastTurn, ...] = ()
    for said in words:
        chain = path[-1].chain if path else Chain()
        request = PlanRequest(said, chain, path, {"loudness": -5.0}, recent=tuple(reversed(chain.ids)))
        if said is words[-1]:
            request = PlanRequest(**{**vars(request), "since": since, "stepped": stepped})
        plan = PLANNER.plan(request)
        if isinstance(plan, Reply):
            continue
        kept, gone = path[: len(path) - plan.undo], path[len(path) - plan.undo :]
        begun = kept[-1].chain if kept else Chain()
        corrected = tuple(each for turn in gone for each in (*turn.corrected, turn.instruction))
        path = (*kept, PastTurn(said, route(begun, plan)[1], plan.goal, pinned=plan.pinned, corrected=corrected))
    return plan, path[-1].chain if path else Chain()


def settings(chain: Chain) -> dict[str, float]:
    """Every setting that is not as it comes, by its name."""
    rest = [(slot, slot.effect.defaults()) for slot in chain.slots]
    return {name: round(v, 2) for slot, usual in rest for name, v in slot.settings.items() if v != usual[name]}
