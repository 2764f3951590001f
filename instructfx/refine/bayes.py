"""Bayesian optimisation of settings that have no gradient, by scikit-optimize's ask and tell."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from instructfx.chain import Chain, Knob
from instructfx.refine.search import Search

if TYPE_CHECKING:
    from skopt import Optimizer


@dataclass(frozen=True)
class BayesOptions:
    """reach is how far a knob may move from where it stands, as a share of its range; turn_back is how much of
    what the planner moved it this turn may be taken back.

    The search ends where `patience` looks in a row promise too little: more than one, because a process of few points
    is too sure of itself. On a plateau, where nothing was gained yet, it knows nothing, and the search goes on.
    """

    evaluations: int = 20
    first_points: int = 6
    acquisition: Literal["lcb", "ei", "pi"] = "ei"
    kappa: float = 5.0
    patience: int = 2
    reach: float = 0.3
    turn_back: float = 0.25


WORTH = 0.005  # of the loss that the search began with: what it must have gained, and what one more look must promise


def explore(search: Search, knobs: Sequence[Knob], options: BayesOptions, seed: int, came_from: Chain) -> None:
    """Improve the best chain of the search by trying settings of these knobs.

    A Gaussian process is fitted to the losses measured so far and asked where to listen next (Jones, Schonlau
    and Welch 1998). The first point is where the knobs stand; came_from is the chain before the planner moved them,
    so that "less drive" cannot end as more of it.
    """
    from skopt import Optimizer
    from skopt.space import Real

    start = search.best
    home = start.to_unit(knobs)
    bounds = [_bounds(knob, value, _stood(came_from, knob), options) for knob, value in zip(knobs, home, strict=True)]
    optimizer = Optimizer(
        [Real(low, high) for low, high in bounds],
        base_estimator="GP",
        n_initial_points=options.first_points,
        initial_point_generator="lhs",
        acq_func=options.acquisition.upper(),
        acq_func_kwargs={"kappa": options.kappa},
        acq_optimizer_kwargs={"n_points": 1000, "n_restarts_optimizer": 2},
        random_state=np.random.RandomState(seed),
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="skopt|sklearn")
        optimizer.tell(home, search.best_loss)
        hopeless, worst = 0, search.best_loss
        worth, enough = WORTH * search.best_loss, (1 - WORTH) * search.best_loss
        for number in range(1, options.evaluations + 1):
            unit = [float(value) for value in optimizer.ask()]
            promising = _expected_improvement(optimizer, unit) >= worth or search.best_loss > enough
            hopeless = 0 if promising else hopeless + 1
            if search.over() or hopeless >= options.patience:
                break
            chain = start.with_unit(knobs, unit)
            loss = search.consider(chain)
            search.report(chain, loss)
            worst = max(worst, loss) if np.isfinite(loss) else worst
            told = loss if np.isfinite(loss) else 2 * worst + 1
            optimizer.tell(unit, told, fit=number < options.evaluations)


def _expected_improvement(optimizer: Optimizer, unit: Sequence[float]) -> float:
    """By how much the process expects the least loss to fall at a place; without limit as long as there is none."""
    from skopt.acquisition import gaussian_ei

    if not optimizer.models:
        return math.inf
    place = optimizer.space.transform([unit])
    return float(gaussian_ei(place, optimizer.models[-1], y_opt=min(optimizer.yi))[0])


def _stood(came_from: Chain, knob: Knob) -> float | None:
    """Where a knob stood before this turn, on the unit scale; None for a slot that is new."""
    slot = came_from.find(knob.slot)
    return knob.param.to_unit(slot.settings[knob.param.name]) if slot else None


def _bounds(knob: Knob, home: float, stood: float | None, options: BayesOptions) -> tuple[float, float]:
    least, most = knob.param.searched(home)
    low, high = max(home - options.reach, least), min(home + options.reach, most)
    if stood is not None and stood > home:
        high = min(high, home + options.turn_back * (stood - home))
    elif stood is not None and stood < home:
        low = max(low, home - options.turn_back * (home - stood))
    return low, high
