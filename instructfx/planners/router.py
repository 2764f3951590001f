"""Which way a turn goes, decided by which of the chosen effects already have settings."""

from __future__ import annotations

from typing import Literal

from instructfx.chain import Chain
from instructfx.planners.plan import Move, Plan

Route = Literal["initialize_all", "reuse_all", "reuse_and_initialize"]


def route(chain: Chain, plan: Plan) -> tuple[Route, Chain]:
    """The route, and the chain to start from: unlocks, removals, bypasses, adjustments, additions in order, then locks.

    initialize_all: new effects and nothing that stays; reuse_all: no new effect; reuse_and_initialize: both.
    A slot that a plan adds although it is there is adjusted; what a plan touches that is not there is passed
    over, so that a planner's slip never fails a turn. What a person has locked as a whole stays as it is.
    """
    for slot_id in plan.unlock:
        chain = chain.locked(slot_id, ()) if slot_id in chain.ids else chain
    for slot_id in plan.remove:
        if slot_id in chain.ids and not chain.slot(slot_id).wholly_locked:
            chain = chain.without(slot_id)
    chain = chain.ordered(plan.order)
    surviving = chain
    for ids, bypassed in ((plan.bypass, True), (plan.enable, False)):
        for slot_id in ids:
            if slot_id in chain.ids and not chain.slot(slot_id).wholly_locked:
                chain = chain.bypassed(slot_id, bypassed)
    added = False
    for move in (*plan.adjust, *plan.add):
        if move.slot in chain.ids:
            chain = chain.adjusted(move.slot, move.settings)
        elif move in plan.add:
            chain = chain.added(move.effect, move.settings, _place(chain, move), move.slot)
            added = True
    for slot_id in plan.lock:
        chain = chain.locked(slot_id, chain.slot(slot_id).settings) if slot_id in chain.ids else chain
    if not added:
        return "reuse_all", chain
    return ("reuse_and_initialize" if surviving.slots else "initialize_all"), chain


def _place(chain: Chain, move: Move) -> int | None:
    if move.before in chain.ids:
        return chain.ids.index(move.before)
    if move.after in chain.ids:
        return chain.ids.index(move.after) + 1
    return None
