"""Ways to take a turn that a bench compares: ours, parts of it left out, and none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from torch import Tensor

from instructfx.chain import Chain
from instructfx.ears import ear_named
from instructfx.ears.goal import NOTHING_STANDS, Goal, Standing
from instructfx.ears.perceptual import HARM, SHAPE, PerceptualEar, PerceptualObjective
from instructfx.effects import EFFECTS
from instructfx.engine import Agents
from instructfx.planners import Plan, Planner, PlanRequest, Reply, Take, planner_named
from instructfx.planners.plan import Move
from instructfx.planners.recorded import said_again
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.rendering.excerpt import Excerpt
from instructfx.sessions import FirstTurn

Choice = Literal["builtin", "nothing", "equaliser", "random", "unset"]
"""Who plans: the built-in planner; nobody; it, with new effects replaced by the equaliser or by random ones, or with
its starting settings left out. The goal stays, since it is what the ear is told."""


@dataclass(frozen=True)
class System:
    """One way to take turns. steps: how long each search may be, None for the usual; 0 for no search at all. shape and
    harm weigh parts of the perceptual ear's loss."""

    name: str
    planner: Choice = "builtin"
    steps: int | None = None
    acquisition: Literal["lcb", "ei", "pi"] = "ei"
    anchor: Literal["turn before", "dry"] = "turn before"
    shape: float = SHAPE
    harm: float = HARM
    first_turn: FirstTurn = "refine"
    seed: int = 0

    def agents(self, dry: Excerpt) -> Agents:
        """Who plans, listens and searches in this system."""
        anchor = dry.heard(Chain()) if self.anchor == "dry" else None
        ear = Altered(ear_named("perceptual").device, anchor, self.shape, self.harm)
        return Agents(self._planner(), ear, self._options(), self.first_turn, self.seed)

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

    def plan(self, request: PlanRequest) -> Plan:
        return Plan(reply="I do nothing.", raw=request.instruction)

    def take(self, number: int, seed: int, first: Plan) -> Take:
        return said_again(self.name, number, first)


@dataclass(frozen=True)
class Swapped:
    """Plans as another planner does, but for the effects that it puts in."""

    planner: Planner
    choice: Choice
    seed: int
    name: str = "swapped"

    def plan(self, request: PlanRequest) -> Plan | Reply:
        plan = self.planner.plan(request)
        if isinstance(plan, Reply):
            return plan
        if self.choice == "unset":
            return replace(plan, add=tuple(replace(move, settings=_named(move)) for move in plan.add))
        if not plan.add:
            return plan
        free = [effect for effect in EFFECTS if effect not in request.chain.names]
        if self.choice == "random":
            drawn = np.random.default_rng([self.seed, *request.instruction.encode()]).permutation(free)
            return replace(plan, add=tuple(Move(str(effect)) for effect in drawn[: len(plan.add)]))
        tone = EFFECTS.usual("tone").name
        return replace(plan, add=(Move(tone),) if tone in free else ())

    def take(self, number: int, seed: int, first: Plan) -> Take:
        return said_again(self.name, number, first)


def _named(move: Move) -> Mapping[str, float]:
    """The settings that the person gave a value for."""
    return {name: value for name, value in move.settings.items() if name in move.pinned}


@dataclass(frozen=True)
class Altered(PerceptualEar):
    """The perceptual ear with its loss weighed anew; with `anchor` it takes every wish from there instead of from what
    plays now."""

    anchor: Tensor | None = None
    shape: float = SHAPE
    harm: float = HARM

    def objective(self, goal: Goal, before: Tensor, standing: Standing = NOTHING_STANDS) -> PerceptualObjective:
        usual = super().objective(goal, before if self.anchor is None else self.anchor, standing)
        return replace(usual, shape=self.shape, harm=self.harm)
