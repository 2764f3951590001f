"""More or less of what was said last, whatever hands have changed since."""

from __future__ import annotations

from dataclasses import replace

from instructfx.chain import Chain, Slot
from instructfx.engine.context import TurnContext
from instructfx.engine.edits import kept
from instructfx.errors import InstructionError
from instructfx.planners.drawing import so_much
from instructfx.sessions import Session, Turn

LEAST_SHARE, MOST_SHARE = -1.0, 1.5  # of a turn


def amount_of(session: Session) -> tuple[Turn, float] | None:
    """The turn of which something may be had more or less, and how much of it plays now.

    That is the last on the path that no hand made; changes by hand after it stay as they are. None where there is
    none, and for a turn that changed nothing.
    """
    share = None
    for turn in reversed(session.path):
        if turn.kind != "edited":
            return (turn, 1.0 if share is None else share) if turn.chain != session.before_turn(turn) else None
        if share is None and _of_words(session, turn):
            share = turn.share
    return None


def _of_words(session: Session, turn: Turn) -> bool:
    """Whether a turn is an amount of what was said, and not one of a change by hand, as earlier versions made them."""
    if turn.share is None:
        return False
    of = session.reached(turn.parent_id)
    return of is None or of.kind != "edited" or turn.chain != so_much(session.before_turn(of), of.chain, turn.share)


def amount(context: TurnContext, share: float) -> Session:
    """Commit so much of the last turn that was said: 0 is without it, 1 the turn as it is, negative its opposite.

    An amount after an amount takes its place. Raises InstructionError for a share beyond -1 to 1.5, where there is no
    turn to have more or less of, and where this much plays already.
    """
    if isinstance(share, bool) or not isinstance(share, int | float) or not LEAST_SHARE <= share <= MOST_SHARE:
        raise InstructionError(
            f"an amount is from {LEAST_SHARE:.0%} to {MOST_SHARE:.0%} of the last turn, not {share!r}"
        )
    session = context.session
    last, standing = amount_of(session), session.standing
    if last is None or standing is None:
        raise InstructionError("there is no change to have more or less of; say what you want to hear first")
    chain = scaled(session, float(share))
    if chain == session.chain:
        raise InstructionError(f"{share:.0%} of that turn is what plays already")
    parent = session.reached(standing.parent_id) if _of_words(session, standing) else standing
    return kept(context, parent, chain, f'{share:.0%} of "{last[0].instruction}"', float(share))


def scaled(session: Session, share: float) -> Chain:
    """The chain that plays now with so much of the last turn that was said; as it is where there is none.

    What hands did since then, between one amount and the next, is done again one after the other to this much of it:
    so nothing is lost of what an amount took away for a while.
    """
    last = amount_of(session)
    if last is None:
        return session.chain
    turn, _ = last
    chain = so_much(session.before_turn(turn), turn.chain, share)
    was = by_hand = turn.chain
    for each in session.path[session.path.index(turn) + 1 :]:
        if _of_words(session, each):
            chain = _carried(was, by_hand, chain)
            was = each.chain
        by_hand = each.chain
    return _carried(was, by_hand, chain)


def _carried(was: Chain, by_hand: Chain, to: Chain) -> Chain:
    """What hands made of one chain, done to another: what they put in, took out and set, and their order where they
    moved anything."""
    slots = {slot.id: slot for slot in to.slots if was.find(slot.id) is None}
    for slot in by_hand.slots:
        old, new = was.find(slot.id), to.find(slot.id)
        if old is None:
            slots[slot.id] = slot
        elif new is not None:
            slots[slot.id] = _merged(old, slot, new)
    stayed = [each for each in was.ids if each in by_hand.ids]
    moved = stayed != [each for each in by_hand.ids if each in stayed]
    leading, trailing = (by_hand.ids, to.ids) if moved else (to.ids, by_hand.ids)
    order = [each for each in leading if each in slots]
    for slot_id in trailing:
        if slot_id in slots and slot_id not in order:
            order.insert(_place(slot_id, trailing, order), slot_id)
    return Chain(tuple(slots[each] for each in order))


def _place(slot_id: str, ids: tuple[str, ...], order: list[str]) -> int:
    """Where in an order something belongs that other ids have: behind all that it follows there, else before the first
    that follows it, else at the end."""
    own = ids.index(slot_id)
    behind = [at + 1 for at, each in enumerate(order) if each in ids[:own]]
    before = [at for at, each in enumerate(order) if each in ids[own:]]
    return max(behind) if behind else min(before, default=len(order))


def _merged(old: Slot, by_hand: Slot, new: Slot) -> Slot:
    settings = {
        name: new.settings[name] if value == old.settings[name] else value for name, value in by_hand.settings.items()
    }
    bypassed = new.bypassed if by_hand.bypassed == old.bypassed else by_hand.bypassed
    locked = new.locked if by_hand.locked == old.locked else by_hand.locked
    return replace(by_hand, settings=settings, bypassed=bypassed, locked=locked)
