"""Turns without a planner and without a search: what a person did to the chain, and steps through the history."""

from __future__ import annotations

from collections.abc import Mapping

from instructfx.audio.naming import one_line
from instructfx.chain import Chain
from instructfx.chain.diff import to_text
from instructfx.engine.context import TurnContext
from instructfx.engine.turn import LONGEST_INSTRUCTION, begin, by_hand, finish
from instructfx.errors import InstructionError
from instructfx.sessions import Session, Turn
from instructfx.sessions.records import BY_HAND

LONGEST_NAME = 80  # characters


def edit(context: TurnContext, chain: Chain, words: str) -> Session:
    """Commit a chain that a person set; words is how the person calls the change, else it is told by itself.

    Raises InstructionError for a chain that is the one that plays now, and for words that are too long.
    """
    session = context.session
    if not to_text(session.chain, chain):
        raise InstructionError("that is how the chain is already, so there is nothing to keep; change a setting first")
    words = one_line(words)
    if len(words) > LONGEST_INSTRUCTION:
        raise InstructionError(f"that is {len(words)} characters long; up to {LONGEST_INSTRUCTION} are read")
    return kept(context, session.current, chain, words)


def kept(context: TurnContext, parent: Turn | None, chain: Chain, words: str, share: float | None = None) -> Session:
    """Commit a chain as a change by hand of what plays now, which continues a turn, None for the dry track.

    words are cut to what is read of an instruction; empty ones become what changed. share is how much of a turn it is.
    """
    reply = f"{BY_HAND}{to_text(context.session.chain, chain)}"[:LONGEST_INSTRUCTION]
    words = words[:LONGEST_INSTRUCTION] or reply
    return finish(begin(context), by_hand("edited", parent, chain, words, reply, share))


def go_to(context: TurnContext, turn_id: str | None) -> Session:
    """Commit a step back, or forward again, to any turn; None is the dry track. A turn that was a step itself stands
    for the one to which it led.

    Raises InstructionError for what plays already, StoreError for a turn that the session does not have.
    """
    session = context.session
    target = session.reached(turn_id)
    if target == session.standing:
        raise InstructionError("that is what plays already; choose another turn")
    chain = target.chain if target else Chain()
    if target is None:
        words, reply = "Go to the dry track", "Back to the dry track."
    else:
        words = f"Go to turn {target.index}"
        verb = "Back" if target in session.path else "On"
        reply = f'{verb} to how it was after "{target.instruction}".'
    return finish(begin(context), by_hand("undone", target, chain, words, reply))


def named(name: str) -> str:
    """A name for a version as it is kept: one line without control characters; InstructionError where it is long."""
    text = one_line(name)
    if len(text) > LONGEST_NAME:
        raise InstructionError(f"that name is {len(text)} characters long; up to {LONGEST_NAME} are kept")
    return text


def original(session: Session, slot_id: str) -> Mapping[str, float] | None:
    """The settings with which a slot of the current chain came out of the turn in which a planner put it there.

    None where the chain has no such slot, or somebody put it there by hand.
    """
    found: Mapping[str, float] | None = None
    there = False
    for turn in session.path:
        came, there = not there and slot_id in turn.chain.ids, slot_id in turn.chain.ids
        if came and turn.kind != "edited":
            found = turn.chain.slot(slot_id).settings
        elif came and turn.share is None:
            found = None
    return found if slot_id in session.chain.ids else None


def chain_at(turn: Turn, iteration: int) -> Chain:
    """The chain of one step of a turn's trajectory; InstructionError where there is no such step."""
    for step in turn.refined.steps:
        if step.iteration == iteration:
            return step.chain
    last = max((step.iteration for step in turn.refined.steps), default=None)
    there = "no steps" if last is None else f"steps 0 to {last}"
    raise InstructionError(f"turn {turn.index} has {there}, not {iteration!r}")
