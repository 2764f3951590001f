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

LONGEST_NAME = 80  # characters


def edit(context: TurnContext, chain: Chain, words: str) -> Session:
    """Commit a chain that a person set; words is how the person calls the change, else it is told by itself.

    Raises InstructionError for a chain that is the one that plays now, and for words that are too long.
    """
    session = context.session
    changed = to_text(session.chain, chain)
    if not changed:
        raise InstructionError("that is how the chain is already, so there is nothing to keep; change a setting first")
    reply = f"By hand: {changed}"[:LONGEST_INSTRUCTION]
    words = one_line(words)
    if len(words) > LONGEST_INSTRUCTION:
        raise InstructionError(f"that is {len(words)} characters long; up to {LONGEST_INSTRUCTION} are read")
    return finish(begin(context), by_hand("edited", session.current, chain, words or reply, reply))


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
