"""Trying settings: where the search may go, and when it ends."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from instructfx.chain import Chain
from instructfx.refine import BayesOptions, Refined, RefineOptions, Tuning, refine
from instructfx.rendering.excerpt import Excerpt

EXCERPT = Excerpt(0.1 * torch.randn(1, 1, 2_000, generator=torch.Generator().manual_seed(1)), 44_100)
SPREAD = BayesOptions(evaluations=12, first_points=13)  # the first points alone, evenly spread over where it may go
EVERY_LOOK = BayesOptions(patience=21)
KNOB = Chain().added("distortion", {}).knobs(("distortion",))[:1]


def driven(unit: float) -> Chain:
    """A distortion whose drive stands so far along its range, and whose mix stays."""
    chain = Chain().added("distortion", {"drive_db": KNOB[0].param.from_unit(unit)})
    return chain.locked("distortion", ["mix"])


def explored(start: Chain, came_from: Chain | None, options: BayesOptions = SPREAD) -> Refined:
    def rougher_is_worse(samples: Tensor, moved: Tensor | None = None) -> Tensor:
        return samples.abs().amax(dim=(1, 2)).neg() + 1

    return refine(
        Tuning(start, ("distortion",), came_from=came_from),
        EXCERPT,
        rougher_is_worse,
        options=RefineOptions(bayes=options),
    )


def tried(refined: Refined) -> list[float]:
    """Where on its range the drive stood at each look."""
    return [step.chain.to_unit(KNOB)[0] for step in refined.steps]


@pytest.mark.parametrize(
    ("came_from", "low", "high"),
    [
        pytest.param(Chain(), 0.2, 0.75, id="a new effect goes both ways"),
        pytest.param(driven(0.5), 0.2, 0.75, id="one that was left alone too"),
        pytest.param(driven(0.9), 0.2, 0.6, id="one that was turned down hardly comes up again"),
        pytest.param(driven(0.3), 0.45, 0.75, id="one that was turned up hardly goes down again"),
    ],
)
def test_a_knob_goes_no_further_than_it_may(came_from: Chain, low: float, high: float) -> None:
    places = tried(explored(driven(0.5), came_from))
    assert places[0] == pytest.approx(0.5)
    assert len(places) == 13
    assert low - 1e-6 <= min(places) < low + 0.1 * (high - low)
    assert high - 0.1 * (high - low) < max(places) <= high + 1e-6


@pytest.mark.parametrize(("unit", "low", "high"), [(0.1, 0.0, 0.4), (0.7, 0.4, 0.75), (0.9, 0.6, 0.9)])
def test_a_knob_near_an_end_stays_within_what_is_plausible_or_where_it_was(
    unit: float, low: float, high: float
) -> None:
    places = tried(explored(driven(unit), None))
    assert low - 1e-6 <= min(places) < low + 0.04
    assert high - 0.04 < max(places) <= high + 1e-6


def test_the_search_ends_where_the_process_promises_too_little() -> None:
    """Of a loss with one bottom, which ends at nothing: no more looks than it takes, and none worse for that."""
    bottom = EXCERPT.heard(driven(0.6)).abs().amax()

    def one_bottom(samples: Tensor, moved: Tensor | None = None) -> Tensor:
        return 0.05 + 100 * (samples.abs().amax(dim=(1, 2)) - bottom).square()

    def found(options: BayesOptions) -> Refined:
        tuning = Tuning(driven(0.5), ("distortion",))
        return refine(tuning, EXCERPT, one_bottom, RefineOptions(bayes=options))

    every, ours, again = (found(each) for each in (EVERY_LOOK, BayesOptions(), BayesOptions()))
    assert len(every.steps) == 1 + EVERY_LOOK.evaluations
    assert EVERY_LOOK.first_points < len(ours.steps) < 0.75 * len(every.steps)
    assert ours.loss_after < every.loss_after + 0.01 * every.loss_before
    assert ours.steps == again.steps


def test_the_best_of_what_was_tried_comes_back() -> None:
    refined = explored(driven(0.5), None)
    losses = [step.loss for step in refined.steps]
    assert refined.loss_after == min(losses) < losses[0]
    assert refined.chain == refined.steps[losses.index(min(losses))].chain
