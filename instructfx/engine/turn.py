"""The one door: every turn begins and is finished here, whether words, a hand or a file from elsewhere made it, and so
are words that come to no turn."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.engine.context import TurnContext
from instructfx.language import understand
from instructfx.language.intent_types import Language
from instructfx.planners import Plan, Reply
from instructfx.planners.results import told
from instructfx.planners.router import Route
from instructfx.refine import Refined
from instructfx.sessions import Exchange, Kind, Provenance, Session, Turn

LONGEST_INSTRUCTION = 2000  # characters


@dataclass(frozen=True)
class Outcome:
    """What sets one turn apart from another; the rest is the same for all of them.

    parent is the turn that it continues, None for the dry track. goal is what was asked of the ear in the end: the
    plan's, as far as a person chose to go, and away from what was to be avoided.
    """

    kind: Kind
    instruction: str
    parent: Turn | None
    plan: Plan
    refined: Refined
    goal: Goal = field(default_factory=Goal)
    route: Route = "reuse_all"
    share: float | None = None


@dataclass(frozen=True)
class Measured:
    """What was seen of a turn while it was made: from what, the ear's readings before and after it, and how long it
    took. A turn from elsewhere has no readings."""

    provenance: Provenance
    readings_before: Mapping[str, float] = field(default_factory=dict)
    readings_after: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True)
class Begun:
    """A turn that has begun: at which time of the clock, and what the ear reads of what plays. said is the same of what
    played when the words were said, where the turn begins before that."""

    context: TurnContext
    started: float
    readings: Mapping[str, float]
    said: Begun | None = None


def begin(context: TurnContext) -> Begun:
    """Begin a turn, which `finish` ends."""
    started = time.perf_counter()
    return Begun(context, started, context.readings(context.session.chain))


def finish(begun: Begun, outcome: Outcome) -> Session:
    """Read what came of a turn and commit it; the session with that turn comes back. StoreError as the store has it."""
    context = begun.context
    readings = context.readings(outcome.refined.chain)
    if outcome.kind == "said":
        language = understand(outcome.instruction).language
        reply = _told(begun, outcome, readings, language)
        outcome = replace(outcome, plan=replace(outcome.plan, reply=reply))
    context.callbacks.on_stage("saving")
    measured = Measured(context.provenance, begun.readings, readings, _seconds(begun))
    session = with_outcome(context.session, outcome, measured, context.take)
    context.store.add_turn(context.session, session.turns[-1])
    return session


def _told(begun: Begun, outcome: Outcome, readings: Mapping[str, float], language: Language) -> str:
    """The reply: what was done to what played when the words were said. What is heard of it is told from there as well
    where something was set; wishes are measured from where the turn begins, which is what they were meant for."""
    said = begun.said or begun
    heard = begun if outcome.plan.goal.axes else said
    before, played = heard.context.session.chain, said.context.session.chain
    return told(outcome.plan, before, outcome.refined.chain, heard.readings, readings, language, played)


def answered(begun: Begun, words: str, reply: Reply) -> Session:
    """Commit words that changed nothing, and the answer to them: an exchange, which is no turn. What plays stays.
    StoreError as the store has it."""
    context = begun.context
    session = context.session
    context.callbacks.on_stage("saving")
    exchange = Exchange(
        id=secrets.token_hex(16),
        after_id=session.head,
        turns=len(session.turns),
        instruction=words,
        act=reply.act,
        reply=reply.text,
        notes=tuple(note for note in reply.notes if note not in reply.text),
        planner=context.agents.planner.name,
        asked=reply.asked,
        raw=reply.raw,
        seconds=_seconds(begun),
        said_at=datetime.now(UTC),
    )
    context.store.add_exchange(session, exchange)
    return session.with_exchange(exchange)


def _seconds(begun: Begun) -> float:
    return round(time.perf_counter() - begun.started, 3)


def with_outcome(session: Session, outcome: Outcome, measured: Measured, take: int = 0) -> Session:
    """The session with one more turn, which plays now. Nothing is committed: `finish` does that."""
    turn = Turn(
        id=secrets.token_hex(16),
        parent_id=outcome.parent.id if outcome.parent else None,
        index=len(session.turns) + 1,
        kind=outcome.kind,
        instruction=outcome.instruction,
        plan=outcome.plan,
        goal=outcome.goal,
        route=outcome.route,
        refined=outcome.refined,
        readings_before=measured.readings_before,
        readings_after=measured.readings_after,
        provenance=measured.provenance,
        seconds=measured.seconds,
        share=outcome.share,
        take=take,
    )
    return session.with_turn(turn)


def by_hand(
    kind: Kind, parent: Turn | None, chain: Chain, words: str, reply: str, share: float | None = None
) -> Outcome:
    """What comes of a turn that nobody planned: a chain that is there already."""
    return Outcome(kind, words, parent, Plan(reply=reply), unrefined(chain), share=share)


def unrefined(chain: Chain) -> Refined:
    """An outcome without a search."""
    return Refined(chain, 0.0, 0.0, (), "nothing to refine")


def renewed(session: Session) -> tuple[Session, Mapping[str, str]]:
    """A session from elsewhere whose turns and exchanges have ids of their own, and the new ids of turns by the old."""
    fresh = {turn.id: secrets.token_hex(16) for turn in session.turns}

    def of(turn_id: str | None) -> str | None:
        return fresh[turn_id] if turn_id else None

    turns = tuple(replace(turn, id=fresh[turn.id], parent_id=of(turn.parent_id)) for turn in session.turns)
    exchanges = tuple(replace(each, id=secrets.token_hex(16), after_id=of(each.after_id)) for each in session.exchanges)
    return replace(session, turns=turns, head=of(session.head), exchanges=exchanges), fresh
