"""One turn, from words to a committed record: the only function that knows the order of events."""

from __future__ import annotations

import platform
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import metadata
from typing import Literal

import torch
from torch import Tensor

from instructfx import __version__
from instructfx.audio import resample
from instructfx.audio.naming import one_line
from instructfx.audio.track import Track
from instructfx.chain import Chain
from instructfx.ears import Ear, listening_for
from instructfx.errors import Cancelled, InstructionError
from instructfx.planners import Plan, Planner, PlanRequest
from instructfx.planners.router import Route, route
from instructfx.refine import OnStep, Refined, RefineOptions, Step, ignore, never, refine
from instructfx.rendering.excerpt import Excerpt
from instructfx.sessions import FirstTurn, Kind, Provenance, Session, Turn
from instructfx.sessions.options import TurnOptions, unheard
from instructfx.store import Store

LONGEST_INSTRUCTION = 2000  # characters
PACKAGES = (
    "torch", "numpy", "scipy", "soxr", "pedalboard", "dasp-pytorch", "scikit-optimize", "laion-clap", "transformers",
)  # fmt: skip

Stage = Literal["planning", "listening", "refining", "saving"]
OnStage = Callable[[Stage], None]


@dataclass(frozen=True)
class Agents:
    """Who plans and who listens, and how long the refiners may search."""

    planner: Planner
    ear: Ear
    options: RefineOptions = field(default_factory=RefineOptions)
    first_turn: FirstTurn = "refine"
    seed: int = 0
    recipe: str = ""


@dataclass(frozen=True)
class Callbacks:
    """Who watches a turn: told each stage and step, and asked whether to stop."""

    on_stage: OnStage = lambda stage: None
    on_step: OnStep = ignore
    cancelled: Callable[[], bool] = never


def excerpt_of(track: Track, ear: Ear, start: int | None = None) -> Excerpt:
    """Ten seconds of a track from a frame on, else the most telling ones, as that ear takes them."""
    audio = track.excerpt(start)
    samples = resample(audio.samples, audio.sample_rate, ear.sample_rate)
    first_frame = round(track.excerpt_from(start) * ear.sample_rate / audio.sample_rate)
    return Excerpt(torch.from_numpy(samples)[None], ear.sample_rate, first_frame)


def take_turn(
    session: Session,
    instruction: str,
    agents: Agents,
    excerpt: Excerpt,
    store: Store,
    callbacks: Callbacks | None = None,
    wishes: TurnOptions | None = None,
    take: int = 0,
) -> Session:
    """Plan, route, refine and commit one turn; the session with that turn comes back.

    take counts the turns that are taken of one instruction, from 1; 0 where there is but one. When the watcher
    cancels during refinement, the best chain so far is kept. Raises InstructionError for what cannot be taken as an
    instruction and for wishes that this ear or recipe has no room for, Cancelled when stopped before anything was
    found; then nothing is stored.
    """
    callbacks, wishes = callbacks or Callbacks(), wishes or TurnOptions()
    started = time.perf_counter()
    text = _checked(instruction)
    agents = as_wished(agents, wishes)
    before = session.chain
    with torch.no_grad():
        sound_before = excerpt.heard(before)
    readings_before = agents.ear.describe(sound_before)

    callbacks.on_stage("planning")
    plan = agents.planner.plan(_request(session, text, readings_before, agents, callbacks))
    if callbacks.cancelled():
        raise Cancelled("stopped before anything changed")

    kind: Kind = "said"
    parent = session.current
    way: Route = "reuse_all"
    if plan.undo and session.path:
        kind, parent = "undone", session.before(plan.undo)
        refined = unrefined(parent.chain if parent else Chain())
    else:
        plan = _noted(plan, wishes, agents.ear)
        way, refined = _search(session, plan, sound_before, agents, excerpt, callbacks, wishes)
    with torch.no_grad():
        readings_after = agents.ear.describe(excerpt.heard(refined.chain))

    callbacks.on_stage("saving")
    turn = Turn(
        id=secrets.token_hex(16),
        parent_id=parent.id if parent else None,
        index=len(session.turns) + 1,
        kind=kind,
        instruction=text,
        plan=plan,
        route=way,
        refined=refined,
        readings_before=readings_before,
        readings_after=readings_after,
        provenance=provenance_of(agents, session, wishes),
        seconds=round(time.perf_counter() - started, 3),
        take=take,
    )
    store.add_turn(session, turn)
    return session.with_turn(turn)


def as_wished(agents: Agents, wishes: TurnOptions) -> Agents:
    """Who plans and listens, as the person wishes for this turn; InstructionError where that cannot be."""
    published = wishes.loss or wishes.avoid or wishes.iterations is not None
    if agents.recipe and published:
        raise InstructionError(
            f"the recipe {agents.recipe} searches as it was published; leave out loss, iterations and what to avoid"
        )
    return replace(
        agents,
        ear=listening_for(agents.ear, wishes.loss, wishes.avoid) if wishes.loss else agents.ear,
        options=wishes.options(agents.options),
        first_turn=wishes.first_turn or agents.first_turn,
        seed=agents.seed if wishes.seed is None else wishes.seed,
    )


def _request(
    session: Session, text: str, readings: Mapping[str, float], agents: Agents, callbacks: Callbacks
) -> PlanRequest:
    path = session.path
    return PlanRequest(
        text,
        session.chain,
        tuple(turn.instruction for turn in path),
        readings,
        session.dry.channels,
        agents.ear.reads,
        callbacks.cancelled,
        frozenset(place for place, turn in enumerate(path) if turn.kind == "edited"),
    )


def _search(
    session: Session,
    plan: Plan,
    sound_before: Tensor,
    agents: Agents,
    excerpt: Excerpt,
    callbacks: Callbacks,
    wishes: TurnOptions,
) -> tuple[Route, Refined]:
    """The route, and what the refiners make of the chain that it leads to."""
    before = session.chain
    way, start = route(before, plan)
    movable = plan.movable(start.names)
    # Axes have distances, which a step size scales; a text has none, so there the outcome is brought to its size.
    by_text = agents.ear.reads and bool(plan.goal.target)
    if not by_text:
        start = wishes.paced(before, start, plan.chosen, plan.pinned)
    searched = replace(wishes, step_size=1.0) if by_text else wishes
    callbacks.on_stage("listening")
    objective = agents.ear.objective(searched.meant(plan.goal, movable), sound_before)
    idle = session.standing is None and agents.first_turn == "initialize"
    callbacks.on_stage("refining")
    refined = refine(
        start,
        () if idle or not _asks(plan, agents.ear) else movable,
        excerpt.on(agents.ear.device),
        objective,
        came_from=before,
        pinned=[pair for pair in plan.pinned if pair[0] in start.names],
        options=agents.options,
        seed=agents.seed,
        on_step=callbacks.on_step,
        cancelled=callbacks.cancelled,
    )
    chain = wishes.paced(before, refined.chain, movable, plan.pinned) if by_text else refined.chain
    if chain != refined.chain:
        with torch.no_grad():
            loss = float(objective(excerpt.on(agents.ear.device).heard(chain))[0])
        steps = (*refined.steps, Step(len(refined.steps), chain, loss))
        refined = replace(refined, chain=chain, loss_after=loss, steps=steps)
    return way, refined


def provenance_of(agents: Agents, session: Session, wishes: TurnOptions | None = None) -> Provenance:
    """What a turn of theirs in this session has to be made from to be made again."""
    return Provenance(
        planner=agents.planner.name,
        ear=agents.ear.name,
        seed=agents.seed,
        versions=package_versions(),
        ear_sha256=agents.ear.fingerprint,
        recipe=agents.recipe,
        options=agents.options.ours,
        first_turn=agents.first_turn,
        machine=f"{platform.system()} {platform.machine()}",
        device=str(agents.ear.device),
        threads=torch.get_num_threads(),
        wishes=wishes or TurnOptions(),
        excerpt_start=session.excerpt_start,
    )


def unrefined(chain: Chain) -> Refined:
    """An outcome without a search."""
    return Refined(chain, 0.0, 0.0, (), "nothing to refine")


def _asks(plan: Plan, ear: Ear) -> bool:
    """Whether anything is wished that the ear can hear: "drop the reverb" leaves the rest as it is."""
    return bool(plan.goal.axes or (plan.goal.target and ear.reads))


def _noted(plan: Plan, wishes: TurnOptions, ear: Ear) -> Plan:
    """The plan, with a note on words to avoid that this ear does not know."""
    lost = () if ear.reads else unheard(wishes.avoid)
    if not lost:
        return plan
    note = f"I do not know {', '.join(f'“{word}”' for word in lost)}, so I cannot avoid it."
    return replace(plan, notes=tuple(dict.fromkeys((*plan.notes, note))))


def _checked(instruction: str) -> str:
    text = one_line(instruction)
    if not text or (not text.isprintable() and not any(c.isprintable() and not c.isspace() for c in text)):
        raise InstructionError('say what you want to hear, for example "make it warmer"')
    if len(text) > LONGEST_INSTRUCTION:
        raise InstructionError(
            f"that is {len(text)} characters long; up to {LONGEST_INSTRUCTION} are read. Say it in a sentence or two."
        )
    return text


@lru_cache(maxsize=1)
def package_versions() -> dict[str, str]:
    """Versions of what decides the numbers."""
    return {"instructfx": __version__, **{name: metadata.version(name) for name in PACKAGES}}


__all__ = ["Agents", "Callbacks", "excerpt_of", "take_turn"]
