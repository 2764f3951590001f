"""One turn, from words to a committed record: the only function that knows the order of events."""

from __future__ import annotations

import platform
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from typing import Literal

import torch

from instructfx import __version__
from instructfx.audio import resample
from instructfx.chain import Chain
from instructfx.ears import Ear
from instructfx.errors import Cancelled, InstructionError
from instructfx.listening import Excerpt
from instructfx.naming import one_line
from instructfx.planners import Plan, Planner, Request
from instructfx.refine import OnStep, Refined, RefineOptions, ignore, never, refine
from instructfx.router import Route, route
from instructfx.session import FirstTurn, Kind, Provenance, Session, Turn
from instructfx.store import Store
from instructfx.track import Track

LONGEST_INSTRUCTION = 2000  # characters
PACKAGES = (
    "torch", "numpy", "scipy", "soxr", "pedalboard", "dasp-pytorch", "scikit-optimize", "laion-clap", "transformers",
)  # fmt: skip

Stage = Literal["planning", "listening", "refining", "saving"]
OnStage = Callable[[Stage], None]


@dataclass(frozen=True)
class Minds:
    """Who plans and who listens, and how long the refiners may search."""

    planner: Planner
    ear: Ear
    options: RefineOptions = field(default_factory=RefineOptions)
    first_turn: FirstTurn = "refine"
    seed: int = 0
    recipe: str = ""


@dataclass(frozen=True)
class Watch:
    """Who watches a turn: told each stage and step, and asked whether to stop."""

    on_stage: OnStage = lambda stage: None
    on_step: OnStep = ignore
    cancelled: Callable[[], bool] = never


def excerpt_of(track: Track, ear: Ear) -> Excerpt:
    """The most telling seconds of a track as that ear takes them."""
    audio = track.excerpt()
    samples = resample(audio.samples, audio.sample_rate, ear.sample_rate)
    return Excerpt(torch.from_numpy(samples)[None], ear.sample_rate)


def take_turn(
    session: Session,
    instruction: str,
    minds: Minds,
    excerpt: Excerpt,
    store: Store,
    watch: Watch | None = None,
) -> Session:
    """Plan, route, refine and commit one turn; the session with that turn comes back.

    When the watcher cancels during refinement, the best chain so far is kept. Raises InstructionError for what
    cannot be taken as an instruction, Cancelled when stopped before anything was found; then nothing is stored.
    """
    watch = watch or Watch()
    started = time.perf_counter()
    text = _checked(instruction)
    before = session.chain
    with torch.no_grad():
        sound_before = excerpt.heard(before)
    readings_before = minds.ear.describe(sound_before)

    watch.on_stage("planning")
    request = Request(
        text, before, tuple(turn.instruction for turn in session.path), readings_before, session.dry.channels,
        minds.ear.reads, watch.cancelled,
        frozenset(place for place, turn in enumerate(session.path) if turn.kind == "edited"),
    )  # fmt: skip
    plan = minds.planner.plan(request)
    if watch.cancelled():
        raise Cancelled("stopped before anything changed")

    kind: Kind = "said"
    parent = session.current
    way: Route = "reuse_all"
    if plan.undo and session.path:
        kind, parent = "undone", session.before(plan.undo)
        refined = unrefined(parent.chain if parent else Chain())
    else:
        way, start = route(before, plan)
        watch.on_stage("listening")
        objective = minds.ear.objective(plan.goal, sound_before)
        chosen = _to_refine(plan, start, initializing=session.current is None, minds=minds)
        watch.on_stage("refining")
        refined = refine(
            start,
            chosen,
            excerpt.on(minds.ear.device),
            objective,
            came_from=before,
            pinned=[pair for pair in plan.pinned if pair[0] in start.names],
            options=minds.options,
            seed=minds.seed,
            on_step=watch.on_step,
            cancelled=watch.cancelled,
        )
    with torch.no_grad():
        readings_after = minds.ear.describe(excerpt.heard(refined.chain))

    watch.on_stage("saving")
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
        provenance=provenance_of(minds),
        seconds=round(time.perf_counter() - started, 3),
    )
    store.add_turn(session, turn)
    return session.with_turn(turn)


def provenance_of(minds: Minds) -> Provenance:
    """What a turn of theirs has to be made from to be made again."""
    return Provenance(
        planner=minds.planner.name,
        ear=minds.ear.name,
        seed=minds.seed,
        versions=package_versions(),
        ear_sha256=minds.ear.fingerprint,
        recipe=minds.recipe,
        options=minds.options.ours,
        first_turn=minds.first_turn,
        machine=f"{platform.system()} {platform.machine()}",
        device=str(minds.ear.device),
        threads=torch.get_num_threads(),
    )


def unrefined(chain: Chain) -> Refined:
    """An outcome without a search."""
    return Refined(chain, 0.0, 0.0, (), "nothing to refine")


def _to_refine(plan: Plan, start: Chain, initializing: bool, minds: Minds) -> tuple[str, ...]:
    """The effects that refiners may move: those that the plan chose, or all where it only re-tunes.

    Nothing is moved where nothing is wished that the ear can hear: "drop the reverb" leaves the rest as it is.
    """
    goal = plan.goal
    if not (goal.axes or (goal.target and minds.ear.reads)) or (initializing and minds.first_turn == "initialize"):
        return ()
    if plan.chosen:
        return tuple(name for name in plan.chosen if name in start.names)
    return tuple(name for name in start.names if name not in plan.keep)


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


__all__ = ["Minds", "Watch", "excerpt_of", "take_turn"]
