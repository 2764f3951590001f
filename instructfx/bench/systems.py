"""Ways to take a turn that a bench compares: ours, parts of it left out, and none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from instructfx.chain import Chain
from instructfx.ears import Ear, Objective, ear_named
from instructfx.ears.goal import Goal
from instructfx.effects import EFFECTS
from instructfx.engine import Minds
from instructfx.listening import Excerpt
from instructfx.planners import Plan, Planner, Request, planner_named
from instructfx.planners.plan import Move
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.session import FirstTurn

Choice = Literal["builtin", "nothing", "equaliser", "random", "unset"]
"""Who plans: the built-in planner; nobody; it, with new effects replaced by the equaliser or by random ones, or with
its starting settings left out. The goal stays, since it is what the ear is told."""


@dataclass(frozen=True)
class System:
    """One way to take turns. steps: how long each search may be, None for the usual; 0 for no search at all."""

    name: str
    planner: Choice = "builtin"
    steps: int | None = None
    acquisition: Literal["lcb", "ei", "pi"] = "ei"
    anchor: Literal["turn before", "dry"] = "turn before"
    first_turn: FirstTurn = "refine"
    seed: int = 0

    def minds(self, dry: Excerpt) -> Minds:
        """Who plans, listens and searches in this system."""
        ear: Ear = ear_named("perceptual")
        if self.anchor == "dry":
            ear = DryAnchored(ear, dry.heard(Chain()))
        return Minds(self._planner(), ear, self._options(), self.first_turn, self.seed)

    def _planner(self) -> Planner:
        if self.planner == "nothing":
            return Idle()
        builtin = planner_named("builtin")
        return builtin if self.planner == "builtin" else Swapped(builtin, self.planner, self.seed)

    def _options(self) -> RefineOptions:
        if self.steps is None:
            return RefineOptions(bayes=BayesOptions(acquisition=self.acquisition))
        if self.steps == 0:
            return RefineOptions(rival=lambda search, effects, seed: None)
        gradient = GradientOptions(spectral_steps=self.steps, waveform_steps=self.steps)
        return RefineOptions(gradient, BayesOptions(evaluations=self.steps, acquisition=self.acquisition))


@dataclass(frozen=True)
class Idle:
    """Changes nothing, whatever is said."""

    name: str = "nothing"

    def plan(self, request: Request) -> Plan:
        return Plan(reply="I do nothing.", raw=request.instruction)


@dataclass(frozen=True)
class Swapped:
    """Plans as another planner does, but for the effects that it puts in."""

    planner: Planner
    choice: Choice
    seed: int
    name: str = "swapped"

    def plan(self, request: Request) -> Plan:
        plan = self.planner.plan(request)
        if self.choice == "unset":
            return replace(plan, add=tuple(replace(move, settings=_named(move)) for move in plan.add))
        if not plan.add:
            return plan
        free = [effect for effect in EFFECTS if effect not in request.chain.names]
        if self.choice == "random":
            drawn = np.random.default_rng([self.seed, *request.instruction.encode()]).permutation(free)
            return replace(plan, add=tuple(Move(str(effect)) for effect in drawn[: len(plan.add)]))
        return replace(plan, add=(Move("eq"),) if "eq" in free else ())


def _named(move: Move) -> Mapping[str, float]:
    """The settings that the person gave a value for."""
    return {name: value for name, value in move.settings.items() if name in move.pinned}


@dataclass(frozen=True)
class DryAnchored:
    """An ear that takes every wish from the dry track instead of from what plays now."""

    ear: Ear
    dry: Tensor
    name: str = "perceptual"
    reads: bool = False
    fingerprint: str = ""
    sample_rate: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sample_rate", self.ear.sample_rate)

    @property
    def device(self) -> torch.device:
        return self.ear.device

    def objective(self, goal: Goal, before: Tensor) -> Objective:
        return self.ear.objective(goal, self.dry)

    def describe(self, audio: Tensor) -> dict[str, float]:
        return self.ear.describe(audio)
