"""Planners: from an instruction to a plan."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from instructfx.audio.facts import TrackFacts
from instructfx.chain import Chain, next_slot_id
from instructfx.ears.goal import Goal
from instructfx.planners.plan import Move, Plan, Reply, SpeechAct, Thoughts

if TYPE_CHECKING:
    from instructfx.planners.model import Model
    from instructfx.rendering.gain_reduction import GainReduction


@dataclass(frozen=True)
class PastTurn:
    """An earlier turn on the path to what plays now: its words, the chain that it left, what it asked of the ear, and
    what the ear read before and after it. by_hand: its words describe settings and ask for nothing. pinned holds the
    (slot id, setting) pairs that its plan fixed; share is set where it is so much of the turn before it.
    index is its number in the session, from 1. corrected are the words of the turns that it took back to be planned in
    their place, the oldest first. joins: people take it and the turn before it for one, as two changes by hand."""

    instruction: str
    chain: Chain = field(default_factory=Chain)
    goal: Goal = field(default_factory=Goal)
    readings_before: Mapping[str, float] = field(default_factory=dict)
    readings_after: Mapping[str, float] = field(default_factory=dict)
    by_hand: bool = False
    pinned: frozenset[tuple[str, str]] = frozenset()
    share: float | None = None
    index: int = 0
    corrected: tuple[str, ...] = ()
    joins: bool = False


@dataclass(frozen=True)
class PastExchange:
    """Earlier words that changed nothing, and what was answered."""

    instruction: str
    act: SpeechAct
    reply: str


@dataclass(frozen=True)
class PlanRequest:
    """What a planner is told: the words, the chain as it stands, earlier turns, and what the ear reads now.

    ear_reads: the ear understands any text, also one that no lexicon knows. cancelled: whoever asked has stopped it.
    recent: ids of the chain's slots, those that were spoken of last first. used: every id that the session has given.
    facts measures the whole track through a chain, which takes a while; None where there is no track.
    reduction measures what the slot of that id, a compressor or limiter, takes off the excerpt. asked are the questions
    so far, the latest last.
    since: what was said and answered after the last turn, such as a question back. others: the turns that are not on
    the path, taken back or taken of the same words. left is the number of the turn to which "redo" leads, 0 where there
    is none; stepped holds the words of the last turn where that was a step through the history, else nothing.
    """

    instruction: str
    chain: Chain = field(default_factory=Chain)
    earlier: tuple[PastTurn, ...] = ()
    readings: Mapping[str, float] = field(default_factory=dict)
    channels: int = 2
    ear_reads: bool = False
    cancelled: Callable[[], bool] = lambda: False
    recent: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()
    facts: Callable[[Chain], TrackFacts] | None = None
    reduction: Callable[[Chain, str], GainReduction] | None = None
    asked: tuple[str, ...] = ()
    since: tuple[PastExchange, ...] = ()
    others: tuple[PastTurn, ...] = ()
    left: int = 0
    stepped: str = ""

    @property
    def said(self) -> tuple[str, ...]:
        """The earlier words that ask for something."""
        return tuple(turn.instruction for turn in self.earlier if not turn.by_hand)

    @property
    def lately(self) -> tuple[str, ...]:
        """Every slot id of the chain: those spoken of last first, then the others from the end of the chain."""
        recent = (slot_id for slot_id in self.recent if slot_id in self.chain.ids)
        return tuple(dict.fromkeys((*recent, *reversed(self.chain.ids))))

    @property
    def effects_lately(self) -> tuple[str, ...]:
        """The effects of the chain, those spoken of last first."""
        return tuple(dict.fromkeys(self.chain.slot(slot_id).effect.name for slot_id in self.lately))

    def new_id(self, effect: str, planned: Collection[str] = ()) -> str:
        """The id of one more slot of an effect beside those that are planned already."""
        return next_slot_id(effect, {*self.used, *self.chain.ids, *planned})


class Planner(Protocol):
    """Chooses effects, their order and their starting settings, and says what the words mean."""

    @property
    def name(self) -> str:
        """What it is called."""

    def plan(self, request: PlanRequest) -> Plan | Reply:
        """The plan of one turn, or what to say where the words ask for no change."""

    def take(self, number: int, seed: int, first: Plan) -> Take:
        """Who plans another take of the same words, numbered from 1, beside the first, whose plan is given."""


@dataclass(frozen=True)
class Take:
    """Who plans one of several takes, and by how many times its steps are larger than a person chose."""

    planner: Planner
    size: float = 1.0


@dataclass(frozen=True)
class ModelAccess:
    """A language model that somebody chose on the page, with a key of his own, and an address where it is on a server
    of his own. In memory alone: neither is in its repr."""

    model: str
    base_url: str = field(default="", repr=False)
    key: str = field(default="", repr=False)


BUILT_IN = "builtin"


def planners_named() -> tuple[str, ...]:
    """Those that INSTRUCTFX_PLANNER names, divided by commas; else the default model where its key is set."""
    from instructfx.planners.llm import usual_model

    named = os.environ.get("INSTRUCTFX_PLANNER") or usual_model()
    return tuple(name for each in named.split(",") if (name := each.strip()))


def usual_planner() -> str:
    """The first planner that is named, else builtin."""
    return (*planners_named(), BUILT_IN)[0]


def planner_named(name: str = "") -> Planner:
    """The planner of that name, or the usual one: builtin, recorded:FILE, or a model as litellm names it.

    A model is asked at INSTRUCTFX_PLANNER_URL where that is set. Raises InstructionError for a name that there is
    none of and for a file that is no recording, PlannerError for a model whose key is not set.
    """
    name = name or usual_planner()
    if name == BUILT_IN:
        from instructfx.planners.builtin import BuiltinPlanner

        return BuiltinPlanner()
    from instructfx.planners.prompted import PromptedPlanner

    return PromptedPlanner(model_named(name))


def planner_at(access: ModelAccess) -> Planner:
    """The planner that asks a model as somebody chose it. Raises as `planner_named` does."""
    from instructfx.planners.llm import LlmModel
    from instructfx.planners.prompted import PromptedPlanner

    return PromptedPlanner(LlmModel(access.model, access.base_url, _streaming(), key=access.key))


def _streaming() -> bool:
    return os.environ.get("INSTRUCTFX_PLANNER_STREAMING", "") == "1"


def model_named(name: str) -> Model:
    """A model of litellm's, or recorded:FILE. Raises as `planner_named` does."""
    kind, _, file = name.partition(":")
    if kind == "recorded":
        from instructfx.planners.recorded import recording

        return recording(Path(file))
    from instructfx.planners.llm import LlmModel

    return LlmModel(name, os.environ.get("INSTRUCTFX_PLANNER_URL", ""), _streaming())


__all__ = [
    "BUILT_IN",
    "ModelAccess",
    "Move",
    "PastExchange",
    "PastTurn",
    "Plan",
    "PlanRequest",
    "Planner",
    "Reply",
    "Take",
    "Thoughts",
    "model_named",
    "planner_at",
    "planner_named",
    "planners_named",
    "usual_planner",
]  # fmt: skip
