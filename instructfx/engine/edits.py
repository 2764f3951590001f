"""Turns without a planner and without a search: what a person did to the chain, and steps through the history."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import replace

import torch

from instructfx.audio.naming import one_line
from instructfx.chain import Chain
from instructfx.chain.diff import told
from instructfx.chain.interpolate import between
from instructfx.engine.turn import LONGEST_INSTRUCTION, Agents, provenance_of, unrefined
from instructfx.errors import InstructionError
from instructfx.planners import Plan
from instructfx.rendering.excerpt import Excerpt
from instructfx.sessions import Kind, Provenance, Session, Turn
from instructfx.store import Store

LEAST_SHARE, MOST_SHARE = -1.0, 1.5  # of a turn
LONGEST_NAME = 80  # characters
OF_THE_SEARCH = ("planner", "seed", "recipe", "options", "first_turn", "wishes")
"""What of a turn's provenance has no part in its readings."""


def edit(session: Session, chain: Chain, words: str, agents: Agents, excerpt: Excerpt, store: Store) -> Session:
    """Commit a chain that a person set; words is how the person calls the change, else it is told by itself.

    Raises InstructionError for a chain that is the one that plays now, and for words that are too long.
    """
    changed = told(session.chain, chain)
    if not changed:
        raise InstructionError("that is how the chain is already, so there is nothing to keep; change a setting first")
    reply = f"By hand: {changed}"[:LONGEST_INSTRUCTION]
    words = one_line(words)
    if len(words) > LONGEST_INSTRUCTION:
        raise InstructionError(f"that is {len(words)} characters long; up to {LONGEST_INSTRUCTION} are read")
    return record(session, "edited", chain, words or reply, reply, agents, excerpt, store)


def amount_of(session: Session) -> tuple[Turn, float] | None:
    """The turn of which something may be had more or less, and how much of it plays now.

    That is the turn that plays now, or the one of which that is an amount already; None for the dry track, and for a
    turn that changed nothing.
    """
    turn = session.standing
    share = 1.0
    if turn and turn.share is not None and turn.parent_id:
        share, turn = turn.share, session.turn(turn.parent_id)
    if turn is None or turn.chain == session.before_turn(turn):
        return None
    return turn, share


def amount(session: Session, share: float, agents: Agents, excerpt: Excerpt, store: Store) -> Session:
    """Commit so much of the last turn: 0 is the chain before it, 1 the turn as it is, negative its opposite.

    Amounts of amounts are amounts of the same turn, which all of them continue. Raises InstructionError for a share
    beyond -1 to 1.5, where there is no turn to have more or less of, and where this much plays already.
    """
    if isinstance(share, bool) or not isinstance(share, int | float) or not LEAST_SHARE <= share <= MOST_SHARE:
        raise InstructionError(
            f"an amount is from {LEAST_SHARE:.0%} to {MOST_SHARE:.0%} of the last turn, not {share!r}"
        )
    last = amount_of(session)
    if last is None:
        raise InstructionError("there is no change to have more or less of; say what you want to hear first")
    turn, _ = last
    chain = between(session.before_turn(turn), turn.chain, float(share))
    if chain == session.chain:
        raise InstructionError(f"{share:.0%} of that turn is what plays already")
    words = f'{share:.0%} of "{turn.instruction}"'[:LONGEST_INSTRUCTION]
    changed = told(session.chain, chain)
    reply = f"By hand: {changed}"[:LONGEST_INSTRUCTION]
    return record(session, "edited", chain, words, reply, agents, excerpt, store, parent=turn, share=float(share))


def go_to(session: Session, turn_id: str | None, agents: Agents, excerpt: Excerpt, store: Store) -> Session:
    """Commit a step back, or forward again, to any turn; None is the dry track. A turn that was a step itself stands
    for the one to which it led.

    Raises InstructionError for what plays already, StoreError for a turn that the session does not have.
    """
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
    return record(session, "undone", chain, words, reply, agents, excerpt, store, parent=target)


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


def record(
    session: Session,
    kind: Kind,
    chain: Chain,
    words: str,
    reply: str,
    agents: Agents,
    excerpt: Excerpt,
    store: Store,
    *,
    parent: Turn | None = None,
    share: float | None = None,
) -> Session:
    """Commit a turn that nobody planned; the session with that turn comes back.

    parent is the turn that it continues: the one that plays now unless the kind is "undone" or there is a share.
    """
    started = time.perf_counter()
    continued = parent if kind == "undone" or share is not None else session.current
    made = provenance_of(agents, session)
    readings_before = _readings(session.current, session.chain, made, agents, excerpt)
    readings_after = _readings(parent if kind == "undone" else None, chain, made, agents, excerpt)
    turn = Turn(
        id=secrets.token_hex(16),
        parent_id=continued.id if continued else None,
        index=len(session.turns) + 1,
        kind=kind,
        instruction=words,
        plan=Plan(reply=reply),
        route="reuse_all",
        refined=unrefined(chain),
        readings_before=readings_before,
        readings_after=readings_after,
        provenance=made,
        seconds=round(time.perf_counter() - started, 3),
        share=share,
    )
    store.add_turn(session, turn)
    return session.with_turn(turn)


def _readings(
    turn: Turn | None, chain: Chain, made: Provenance, agents: Agents, excerpt: Excerpt
) -> Mapping[str, float]:
    """What the ear reads of a chain: what it read after a turn that left this chain, where that was the same ear on the
    same excerpt; a hand on a knob should not wait for what is known."""
    then = turn.provenance if turn else None
    if turn and turn.readings_after and then == replace(made, **{name: getattr(then, name) for name in OF_THE_SEARCH}):
        return turn.readings_after
    with torch.no_grad():
        return agents.ear.describe(excerpt.heard(chain))
