"""From a draft to the plan: moves in the order of the catalog, new slots in their places."""

from __future__ import annotations

from dataclasses import replace

from instructfx.ears.goal import Goal
from instructfx.effects import EFFECTS
from instructfx.language import Intent
from instructfx.planners import PlanRequest, replies
from instructfx.planners.draft import Draft
from instructfx.planners.plan import Plan


def plan_of(draft: Draft, intent: Intent, goal: Goal, request: PlanRequest) -> Plan:
    """The plan that a draft has come to, with its thoughts and its reply."""
    ranks = list(EFFECTS)
    moves = sorted(draft.moves.values(), key=lambda move: ranks.index(move.effect))
    adjust = tuple(move for move in moves if draft.has(move.slot))
    staying = [slot for slot in draft.chain.slots if slot.id not in draft.remove and slot.effect.name in ranks]
    add = []
    for move in moves:
        if not draft.has(move.slot):
            later = [slot.id for slot in staying if ranks.index(slot.effect.name) > ranks.index(move.effect)]
            before, after = draft.places.get(move.slot, (later[0] if later else "", ""))
            add.append(replace(move, before=before, after=after))
    add.sort(key=lambda move: move.slot in draft.places)  # what they stand beside may be new as well
    plan = Plan(
        add=tuple(add),
        adjust=adjust,
        remove=tuple(draft.remove),
        bypass=tuple(draft.bypass),
        enable=tuple(draft.enable),
        keep=tuple(draft.keep),
        lock=tuple(draft.lock),
        unlock=tuple(draft.unlock),
        order=tuple(draft.order),
        goal=goal,
        notes=tuple(dict.fromkeys(draft.notes)),
    )
    return replies.with_reply(plan, intent, request)
