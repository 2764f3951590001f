"""The slots of a session over its turns: which ids were given, and which slots were spoken of last."""

from __future__ import annotations

from instructfx.chain import Chain
from instructfx.sessions.records import Turn
from instructfx.sessions.session import Session


def given_ids(session: Session, take: int = 0) -> frozenset[str]:
    """Every id that a slot of the session ever had, undone or not: none of them is given to another slot, but to what
    takes its place in a correction.

    take: of several takes of one instruction the first, second, ...; they stand for each other, so that what one of
    them adds has the same id in the next.
    """
    before = session.turns[: len(session.turns) - max(take - 1, 0)]
    return frozenset(slot_id for turn in before for slot_id in turn.chain.ids)


def spoken_of(session: Session) -> tuple[str, ...]:
    """The ids of the slots of the chain that plays now, those that the last turns were about first."""
    ids: dict[str, None] = {}
    for turn in reversed(session.path):
        ids |= dict.fromkeys(_about(turn, session.before_turn(turn)))
    return tuple(slot_id for slot_id in ids if slot_id in session.chain.ids)


def _about(turn: Turn, before: Chain) -> tuple[str, ...]:
    """What a turn was about, the last thing first: what its plan names, else what changed."""
    plan = turn.plan
    named = (*plan.bypass, *plan.enable, *plan.chosen)
    changed = (slot.id for slot in turn.chain.slots if slot != before.find(slot.id))
    return tuple(reversed(named)) or tuple(changed)
