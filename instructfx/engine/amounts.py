"""More or less of what was said last, whatever hands have changed since."""

from __future__ import annotations

from dataclasses import replace

from instructfx.chain import Chain, Slot
from instructfx.chain.diff import to_text
from instructfx.engine.context import TurnContext
from instructfx.engine.turn import LONGEST_INSTRUCTION, begin, by_hand, finish
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
        if share is None and turn.share is not None and not _of_a_hand(session, turn):
            share = turn.share
    return None


def _of_a_hand(session: Session, turn: Turn) -> bool:
    """Whether an amount is one of a change by hand, as earlier versions made them."""
    of = session.reached(turn.parent_id)
    if of is None or of.kind != "edited" or turn.share is None:
        return False
    return turn.chain == so_much(session.before_turn(of), of.chain, turn.share)


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
    words = f'{share:.0%} of "{last[0].instruction}"'[:LONGEST_INSTRUCTION]
    reply = f"By hand: {to_text(session.chain, chain)}"[:LONGEST_INSTRUCTION]
    parent = session.reached(standing.parent_id) if standing.share is not None else standing
    return finish(begin(context), by_hand("edited", parent, chain, words, reply, float(share)))


def scaled(session: Session, share: float) -> Chain:
    """The chain that plays now with so much of the last turn that was said; as it is where there is none."""
    last = amount_of(session)
    if last is None:
        return session.chain
    turn, now = last
    before = session.before_turn(turn)
    return _carried(so_much(before, turn.chain, now), session.chain, so_much(before, turn.chain, share))


def _carried(was: Chain, by_hand: Chain, to: Chain) -> Chain:
    """What hands made of one chain, done to another: their order, what they put in, took out and set."""
    slots = []
    for slot in by_hand.slots:
        old, new = was.find(slot.id), to.find(slot.id)
        if old is None:
            slots.append(slot)
        elif new is not None:
            slots.append(_merged(old, slot, new))
    for place, slot in enumerate(to.slots):
        if was.find(slot.id) is None and by_hand.find(slot.id) is None:
            earlier = {each.id for each in to.slots[:place]}
            after = max((at + 1 for at, each in enumerate(slots) if each.id in earlier), default=0)
            slots.insert(after, slot)
    return Chain(tuple(slots))


def _merged(old: Slot, by_hand: Slot, new: Slot) -> Slot:
    settings = {
        name: new.settings[name] if value == old.settings[name] else value for name, value in by_hand.settings.items()
    }
    bypassed = new.bypassed if by_hand.bypassed == old.bypassed else by_hand.bypassed
    locked = new.locked if by_hand.locked == old.locked else by_hand.locked
    return replace(by_hand, settings=settings, bypassed=bypassed, locked=locked)
