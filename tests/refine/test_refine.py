"""Refiners start from what came in, obey locks, report, stop when told, repeat exactly and never end up worse."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from instructfx.audio import Audio
from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.ears.perceptual import PerceptualEar
from instructfx.refine import BayesOptions, GradientOptions, Refined, RefineOptions, Step, Tuning, Watching, refine
from instructfx.rendering.excerpt import Excerpt

EAR = PerceptualEar()
QUICK = RefineOptions(GradientOptions(spectral_steps=25, waveform_steps=4), BayesOptions(evaluations=7, first_points=3))


@pytest.fixture(scope="module")
def excerpt(music: Audio) -> Excerpt:
    return Excerpt(torch.from_numpy(music.samples[:, : 3 * music.sample_rate])[None], music.sample_rate)


def chain(**effects: dict[str, float]) -> Chain:
    made = Chain()
    for name, settings in effects.items():
        made = made.added(name, settings)
    return made


def run(start: Chain, axes: dict[str, float], excerpt: Excerpt, **more: object) -> Refined:
    objective = EAR.objective(Goal(axes=axes), excerpt.heard(Chain()))
    return refine(Tuning(start, start.names), excerpt, objective, options=QUICK, **more)  # type: ignore[arg-type]


WISHES = [
    (chain(eq={}), {"warmth": 1.0}),
    (chain(eq={"mid_gain_db": 6.0}), {"brightness": -1.0}),
    (chain(distortion={"drive_db": 25.0}), {"grit": 1.0}),
    (chain(compressor={"threshold_db": -20.0}), {"dynamics": -1.0}),
    (chain(reverb={"mix": 0.1}), {"space": 1.5}),
    (chain(stereo_width={}), {"width": -1.0}),
    (chain(eq={}, compressor={}, reverb={}), {"brightness": 0.5, "space": 0.5}),
]


@pytest.mark.parametrize(
    ("start", "axes"), WISHES, ids=lambda value: "-".join(value.names if isinstance(value, Chain) else value)
)
def test_the_loss_falls_and_what_is_claimed_is_what_is_measured(
    start: Chain, axes: dict[str, float], excerpt: Excerpt
) -> None:
    refined = run(start, axes, excerpt)
    objective = EAR.objective(Goal(axes=axes), excerpt.heard(Chain()))
    with torch.no_grad():
        assert refined.loss_before == pytest.approx(float(objective(excerpt.heard(start))[0]), abs=1e-6)
        assert refined.loss_after == pytest.approx(float(objective(excerpt.heard(refined.chain))[0]), abs=1e-6)
    assert refined.loss_after < refined.loss_before
    assert refined.chain.names == start.names


@pytest.mark.parametrize(
    ("start", "axes"), WISHES[:4], ids=lambda value: "-".join(value.names if isinstance(value, Chain) else value)
)
def test_one_seed_gives_the_same_settings_to_the_last_digit(
    start: Chain, axes: dict[str, float], excerpt: Excerpt
) -> None:
    first, second = (run(start, axes, excerpt, seed=3) for _ in range(2))
    assert first.chain == second.chain
    assert first.steps == second.steps


def test_another_seed_tries_other_settings(excerpt: Excerpt) -> None:
    start = chain(distortion={"drive_db": 25.0})
    assert run(start, {"grit": 1.0}, excerpt, seed=1).steps != run(start, {"grit": 1.0}, excerpt, seed=2).steps


def test_steps_are_reported_in_order_beginning_with_what_came_in(excerpt: Excerpt) -> None:
    seen: list[Step] = []
    start = chain(eq={}, distortion={})
    refined = run(start, {"grit": 1.0, "warmth": 1.0}, excerpt, watching=Watching(seen.append))
    assert [step.iteration for step in seen] == list(range(len(seen)))
    assert seen[0] == Step(0, start, refined.loss_before)
    assert tuple(seen) == refined.steps
    assert len(seen) > 10


def test_locked_and_pinned_settings_and_other_effects_stay(excerpt: Excerpt) -> None:
    start = chain(eq={"mid_gain_db": 3.0}, distortion={"drive_db": 25.0}).locked("eq", ["mid_gain_db", "mid_q"])
    objective = EAR.objective(Goal(axes={"warmth": 1.0}), excerpt.heard(Chain()))
    pinned = [("eq", "low_mid_gain_db")]
    refined = refine(Tuning(start, ["eq"], pinned), excerpt, objective, options=QUICK)
    before, after = start.slot("eq").settings, refined.chain.slot("eq").settings
    assert all(after[name] == before[name] for name in ("mid_gain_db", "mid_q", "low_mid_gain_db"))
    assert after["high_shelf_gain_db"] != before["high_shelf_gain_db"]
    assert refined.chain.slot("distortion") == start.slot("distortion")
    assert refined.chain.slot("eq").locked == {"mid_gain_db", "mid_q"}


def test_bypassed_effects_and_settings_that_no_ear_can_judge_stay(excerpt: Excerpt) -> None:
    start = chain(eq={}, delay={"delay_seconds": 0.4}).bypassed("eq", True)
    refined = run(start, {"warmth": 1.0, "echo": 1.0}, excerpt)
    assert refined.chain.slot("eq") == start.slot("eq")
    assert refined.chain.slot("delay").settings["delay_seconds"] == 0.4
    assert refined.chain.slot("delay").settings["mix"] != 0.25


def test_nothing_to_move_is_said(excerpt: Excerpt) -> None:
    refined = run(chain(gain={}), {"loudness": 1.0}, excerpt)
    assert refined.stopped == "nothing to refine"
    assert refined.chain == chain(gain={})


@pytest.mark.parametrize("after", [0, 3, 12])
def test_cancelling_ends_the_search_at_once_and_keeps_the_best_so_far(excerpt: Excerpt, after: int) -> None:
    stop = threading.Event()
    steps: list[Step] = []

    def watch(step: Step) -> None:
        steps.append(step)
        if len(steps) > after:
            stop.set()

    start = chain(eq={}, distortion={})
    refined = run(start, {"grit": 1.0, "warmth": 1.0}, excerpt, watching=Watching(watch, stop.is_set))
    assert refined.stopped == "cancelled"
    assert len(steps) == after + 1
    assert refined.loss_after <= refined.loss_before


class Spiteful:
    """An objective by which every change is for the worse."""

    def __init__(self, home: Tensor) -> None:
        self.home = home

    def __call__(self, samples: Tensor, moved: Tensor | None = None) -> Tensor:
        return (samples - self.home).square().sum(dim=(1, 2))


@pytest.mark.parametrize("effect", ["eq", "distortion", "stereo_width"])
def test_a_search_that_finds_nothing_better_returns_what_came_in(excerpt: Excerpt, effect: str) -> None:
    start = chain(**{effect: {}})
    objective = Spiteful(excerpt.heard(start))
    refined = refine(Tuning(start, [effect]), excerpt, objective, options=QUICK)
    assert refined.chain == start
    assert refined.loss_after == refined.loss_before == 0


@pytest.mark.parametrize("broken", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_never_wins(excerpt: Excerpt, broken: float) -> None:
    def objective(samples: Tensor, moved: Tensor | None = None) -> Tensor:
        quiet = samples.abs().sum(dim=(1, 2)) * 0
        return torch.where(samples.std() == excerpt.heard(start).std(), quiet + 1.0, quiet + broken)

    start = chain(distortion={"drive_db": 20.0})
    refined = refine(Tuning(start, ["distortion"]), excerpt, objective, options=QUICK)
    assert refined.chain == start
    assert refined.loss_after == 1.0


def test_what_the_planner_turned_down_does_not_come_back_up(excerpt: Excerpt) -> None:
    before, start = chain(distortion={"drive_db": 20.0}), chain(distortion={"drive_db": 12.0})
    objective = EAR.objective(Goal(axes={"grit": 6.0}), excerpt.heard(Chain()))
    refined = refine(Tuning(start, start.names, came_from=before), excerpt, objective, options=QUICK)
    assert refined.chain.slot("distortion").settings["drive_db"] <= 14.0 + 1e-6


@pytest.mark.parametrize("acquisition", ["lcb", "ei", "pi"])
def test_every_acquisition_works(excerpt: Excerpt, acquisition: str) -> None:
    options = dataclasses.replace(QUICK, bayes=BayesOptions(6, 3, acquisition, patience=7))  # type: ignore[arg-type]
    objective = EAR.objective(Goal(axes={"grit": 1.0}), excerpt.heard(Chain()))
    start = chain(distortion={"drive_db": 25.0})
    refined = refine(Tuning(start, ["distortion"]), excerpt, objective, options=options)
    assert len(refined.steps) == 7
    assert refined.loss_after < refined.loss_before


def test_an_equaliser_before_other_effects_still_learns(excerpt: Excerpt) -> None:
    start = chain(eq={}, distortion={"drive_db": 20.0}, compressor={})
    objective = EAR.objective(Goal(axes={"brightness": -1.0}), excerpt.heard(start))
    refined = refine(Tuning(start, ["eq"]), excerpt, objective, options=QUICK)
    assert refined.loss_after < 0.5 * refined.loss_before


def test_a_gradient_reaches_an_equaliser_through_what_has_none(excerpt: Excerpt) -> None:
    """Straight-through: on the waveform, an objective that knows no spectrum can move what stands before."""
    start = chain(eq={}, bitcrush={"bit_depth": 6.0})
    objective: Callable[[Tensor], Tensor] = EAR.objective(Goal(axes={"warmth": 1.0}), excerpt.heard(start)).__call__
    refined = refine(Tuning(start, ["eq"]), excerpt, objective, options=QUICK)
    assert refined.loss_after < refined.loss_before
