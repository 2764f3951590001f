"""Where a turn is taken: in which session, by whom, on which sound, and as a person chose for it."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import metadata
from itertools import pairwise
from typing import Literal

import torch

from instructfx import __version__
from instructfx.audio import resample
from instructfx.audio.facts import TrackFacts
from instructfx.audio.track import Track
from instructfx.chain import Chain
from instructfx.ears import Ear
from instructfx.effects.device import threads
from instructfx.engine.budget import Budget
from instructfx.errors import InstructionError
from instructfx.planners import PastExchange, PastTurn, Planner, PlanRequest
from instructfx.refine import OnStep, RefineOptions, ignore, never
from instructfx.rendering.excerpt import Excerpt
from instructfx.rendering.gain_reduction import GainReduction, gain_reduction
from instructfx.rendering.track import render_facts
from instructfx.sessions import FirstTurn, Provenance, Session, Turn
from instructfx.sessions.options import TurnOptions
from instructfx.sessions.runs import redone, runs_of
from instructfx.sessions.slots import given_ids, spoken_of
from instructfx.store import Store

PACKAGES = (
    "torch", "numpy", "scipy", "soxr", "pedalboard", "dasp-pytorch", "scikit-optimize", "laion-clap", "transformers",
)  # fmt: skip
OF_THE_SEARCH = ("planner", "seed", "recipe", "options", "first_turn", "turn_options")
"""What of a turn's provenance has no part in its readings."""

LATEST = 8  # questions of which "and now?" may ask the last again

Stage = Literal["planning", "listening", "refining", "saving"]
OnStage = Callable[[Stage], None]


@dataclass(frozen=True)
class Agents:
    """Who plans and who listens, how long the refiners may search, and with how many threads everything is computed."""

    planner: Planner
    ear: Ear
    options: RefineOptions = field(default_factory=RefineOptions)
    first_turn: FirstTurn = "refine"
    seed: int = 0
    recipe: str = ""
    threads: int = 0

    @property
    def fixed_threads(self) -> int:
        """With how many threads everything is computed, wherever it is: as the ear wants it unless a number is set."""
        return self.threads or self.ear.threads

    def chosen(self, options: TurnOptions) -> Agents:
        """Who plans and listens as a person chose for one turn; InstructionError where that cannot be."""
        published = options.loss or options.avoid or options.iterations is not None
        if self.recipe and published:
            raise InstructionError(
                f"the recipe {self.recipe} searches as it was published; leave out loss, iterations and what to avoid"
            )
        return replace(
            self,
            ear=self.ear.with_loss(options.loss, options.avoid) if options.loss else self.ear,
            options=options.options(self.options),
            first_turn=options.first_turn or self.first_turn,
            seed=self.seed if options.seed is None else options.seed,
        )


@dataclass(frozen=True)
class Callbacks:
    """Who watches a turn: told each stage and step, and asked whether to stop. Where the budget is used up, a search
    ends as if it were stopped."""

    on_stage: OnStage = lambda stage: None
    on_step: OnStep = ignore
    cancelled: Callable[[], bool] = never
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True)
class TurnContext:
    """What a turn is taken in. The excerpt is the session's, as the ear of the agents takes it.

    options are what a person chose for this turn; take counts the turns that are taken of one instruction, from 1,
    and is 0 where there is but one. again: it was a turn before, and stays one also where it changes nothing.
    """

    session: Session
    agents: Agents
    excerpt: Excerpt
    store: Store
    callbacks: Callbacks = field(default_factory=Callbacks)
    options: TurnOptions = field(default_factory=TurnOptions)
    take: int = 0
    again: bool = False

    @property
    def provenance(self) -> Provenance:
        """What a turn in this context has to be made from to be made again."""
        agents = self.agents
        return Provenance(
            planner=agents.planner.name,
            ear=agents.ear.name,
            seed=agents.seed,
            versions=package_versions(),
            ear_sha256=agents.ear.fingerprint,
            recipe=agents.recipe,
            options=agents.options.ours,
            first_turn=agents.first_turn,
            machine=machine_named(),
            device=str(agents.ear.device),
            threads=agents.fixed_threads,
            turn_options=self.options,
            excerpt_start=self.session.excerpt_start,
        )

    def request(self, words: str, readings: Mapping[str, float]) -> PlanRequest:
        """What the planner is told; readings are of what plays now."""
        session, corrected = self.session, self.session.corrected
        past = {turn.id: _past(turn, corrected.get(turn.id, ())) for turn in session.turns if turn.kind != "undone"}
        path, runs, forward = [turn.id for turn in session.path], runs_of(session), redone(session)
        for before, turn_id in pairwise(path):
            past[turn_id] = replace(past[turn_id], joins=runs[before] is runs[turn_id])
        return PlanRequest(
            instruction=words,
            chain=session.chain,
            earlier=tuple(past[each] for each in path),
            readings=readings,
            channels=self.session.dry.channels,
            ear_reads=self.agents.ear.reads,
            cancelled=self.callbacks.cancelled,
            recent=spoken_of(self.session),
            used=given_ids(self.session, self.take),
            facts=self._facts,
            reduction=self._reduction,
            asked=tuple(each.instruction for each in session.exchanges if each.act == "question")[-LATEST:],
            since=tuple(
                PastExchange(each.instruction, each.act, each.reply)
                for each in self.session.exchanges
                if each.turns == len(self.session.turns)
            ),
            others=tuple(turn for turn_id, turn in past.items() if turn_id not in path),
            left=forward.index if forward else 0,
            stepped=session.turns[-1].instruction if session.turns and session.turns[-1].kind == "undone" else "",
        )

    def _facts(self, chain: Chain) -> TrackFacts:
        """Raises StoreError and AudioError where the track is gone."""
        return render_facts(chain, self.store.load(self.session.id)[1])

    def _reduction(self, chain: Chain, slot_id: str) -> GainReduction:
        with threads(self.agents.fixed_threads):
            return gain_reduction(self.excerpt, chain, slot_id)

    def readings(self, chain: Chain) -> Mapping[str, float]:
        """What the ear reads of a chain: what it read after a turn that left this chain, where that was the same ear on
        the same excerpt; a hand on a knob should not wait for what is known."""
        made = self.provenance
        for turn in reversed(self.session.turns):
            then = turn.provenance
            if turn.readings_after and turn.chain == chain and made == _as_searched(then, made):
                return turn.readings_after
        with torch.no_grad(), threads(self.agents.fixed_threads):
            return self.agents.ear.describe(self.excerpt.heard(chain))


def _past(turn: Turn, corrected: tuple[str, ...]) -> PastTurn:
    return PastTurn(
        instruction=turn.instruction,
        chain=turn.chain,
        goal=turn.goal,
        readings_before=turn.readings_before,
        readings_after=turn.readings_after,
        by_hand=turn.kind == "edited",
        pinned=turn.plan.pinned,
        share=turn.share,
        index=turn.index,
        corrected=corrected,
    )


def _as_searched(then: Provenance, made: Provenance) -> Provenance:
    return replace(then, **{name: getattr(made, name) for name in OF_THE_SEARCH})


def excerpt_of(track: Track, ear: Ear, start: int | None = None) -> Excerpt:
    """Ten seconds of a track from a frame on, else the most telling ones, as that ear takes them."""
    audio = track.excerpt(start)
    samples = resample(audio.samples, audio.sample_rate, ear.sample_rate)
    return Excerpt(torch.from_numpy(samples)[None], ear.sample_rate)


def machine_named() -> str:
    """What kind of machine this is."""
    return f"{platform.system()} {platform.machine()}"


@lru_cache(maxsize=1)
def package_versions() -> dict[str, str]:
    """Versions of what decides the numbers."""
    return {"instructfx": __version__, **{name: metadata.version(name) for name in PACKAGES}}


def causes(made: Provenance) -> tuple[str, ...]:
    """Why a turn may come out otherwise than when it was made: what is not as it was then and decides numbers."""
    machine, versions = machine_named(), package_versions()
    found = [f"made on {made.machine}, this is {machine}"] if made.machine not in ("", machine) else []
    found += [
        f"made with {name} {version}, here it is {versions.get(name, 'none')}"
        for name, version in made.versions.items()
        if versions.get(name) != version
    ]
    return tuple(found) or ("the same kind of machine and the same versions: another processor, or code that changed",)
