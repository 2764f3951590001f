"""Refiners: from the settings that came in to settings that the ear likes better."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from instructfx.chain import Chain, Slot
from instructfx.ears import Objective
from instructfx.refine.bayes import BayesOptions, explore
from instructfx.refine.gradient import GradientOptions, descend
from instructfx.refine.prior import NO_PRIOR, Prior
from instructfx.refine.records import OnStep, Refined, Step, Watching, ignore, never
from instructfx.refine.search import Search
from instructfx.refine.secant import EmbeddingObjective, SecantOptions, descend_in_few_passes
from instructfx.rendering.excerpt import Excerpt

Rival = Callable[[Search, tuple[str, ...], int], None]
"""(search, ids of slots, seed): another way to search, in place of ours."""


@dataclass(frozen=True)
class SearchOptions:
    """How long and how each of our searches goes on. Ears that judge an embedding are searched by `secant`."""

    gradient: GradientOptions = field(default_factory=GradientOptions)
    bayes: BayesOptions = field(default_factory=BayesOptions)
    secant: SecantOptions = field(default_factory=SecantOptions)


@dataclass(frozen=True)
class RefineOptions(SearchOptions):
    """Our searches, or a rival in their place. prior is what settings cost that no preset has, in steps of axes: losses
    on embeddings, which are cosines and weigh moves themselves, and rivals are searched without it."""

    rival: Rival | None = None
    prior: Prior = field(default_factory=Prior)

    @property
    def ours(self) -> SearchOptions:
        """Without the rival: numbers alone, which can be stored."""
        return SearchOptions(self.gradient, self.bayes, self.secant)


@dataclass(frozen=True)
class Tuning:
    """What a search moves: the settings of the slots of these ids.

    pinned holds (slot id, setting) pairs that the person named a value for: they, locked settings and every other slot
    stay. came_from is the chain before the planner moved it, the chain itself unless given.
    """

    chain: Chain
    ids: Collection[str]
    pinned: Collection[tuple[str, str]] = ()
    came_from: Chain | None = None

    @property
    def held(self) -> Chain:
        """The chain with what stays locked."""
        held = self.chain
        for slot_id, setting in self.pinned:
            held = held.locked(slot_id, held.slot(slot_id).locked | {setting})
        return held


def refine(
    tuning: Tuning,
    excerpt: Excerpt,
    objective: Objective,
    options: RefineOptions | None = None,
    seed: int = 0,
    watching: Watching | None = None,
) -> Refined:
    """Move settings down the loss: gradients where there are some, then trying.

    The chain that comes back is the best one truly measured, or the one that went in.
    """
    options, watching = options or RefineOptions(), watching or Watching()
    held = tuning.held
    unpriced = options.rival is not None or isinstance(objective, EmbeddingObjective)
    prior = NO_PRIOR if unpriced else options.prior
    search = Search(held, excerpt, objective, watching, prior)
    moving = [slot for slot in held.slots if held.knobs({slot.id} & set(tuning.ids))]
    search.where_it_fits(lambda: _search(search, moving, tuning.came_from or held, options, seed))
    return _unpinned(search.refined("converged" if moving else "nothing to refine"), tuning.chain)


def _search(search: Search, moving: Sequence[Slot], came_from: Chain, options: RefineOptions, seed: int) -> None:
    if options.rival:
        options.rival(search, tuple(slot.id for slot in moving), seed)
        return
    differentiable = [slot.id for slot in moving if slot.effect.differentiable]
    others = [slot.id for slot in moving if not slot.effect.differentiable]
    if differentiable and not search.over():
        if isinstance(search.objective, EmbeddingObjective):
            descend_in_few_passes(search, differentiable, options.secant)
        else:
            descend(search, differentiable, options.gradient)
    if others and not search.over():
        explore(search, search.best.knobs(others), options.bayes, seed, came_from)


def _unpinned(refined: Refined, chain: Chain) -> Refined:
    """The outcome with the locks that the chain came in with."""

    def restored(moved: Chain) -> Chain:
        for slot in chain.slots:
            moved = moved.locked(slot.id, slot.locked)
        return moved

    steps = tuple(Step(step.iteration, restored(step.chain), step.loss) for step in refined.steps)
    return Refined(restored(refined.chain), refined.loss_before, refined.loss_after, steps, refined.stopped)


__all__ = [
    "BayesOptions",
    "GradientOptions",
    "OnStep",
    "RefineOptions",
    "Refined",
    "SearchOptions",
    "SecantOptions",
    "Step",
    "Tuning",
    "Watching",
    "ignore",
    "never",
    "refine",
]
