"""Gradient descent leaves alone what a wish does not concern."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from instructfx.audio import Audio
from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.ears.perceptual import PerceptualEar
from instructfx.refine import GradientOptions, Refined, RefineOptions, Tuning, refine
from instructfx.rendering.excerpt import Excerpt

FLAT = Chain().added("eq", {})
BELOW = ("low_shelf", "low_mid", "mid")  # what air, above 10 kHz, does not concern
OPTIONS = GradientOptions(), GradientOptions(restraint=0.0), GradientOptions(restraint=3.0)


@pytest.fixture(scope="module")
def excerpt(music: Audio) -> Excerpt:
    return Excerpt(torch.from_numpy(music.samples[:, : 2 * music.sample_rate])[None], music.sample_rate)


class Bottom:
    """A loss on the width of a sound with one bottom; it counts the looks at it."""

    def __init__(self, excerpt: Excerpt, width: float) -> None:
        self.looks = 0
        self.wanted = self._side(excerpt.heard(wide(width)))

    def __call__(self, samples: Tensor, moved: Tensor | None = None) -> Tensor:
        self.looks += 1
        return 0.01 + 100 * (self._side(samples) - self.wanted).square()

    def _side(self, samples: Tensor) -> Tensor:
        return (samples[:, 0] - samples[:, 1]).square().mean(dim=1) / samples.square().mean(dim=(1, 2))


def wide(width: float) -> Chain:
    return Chain().added("stereo_width", {"width": width})


@pytest.mark.parametrize("wanted", [0.7, 1.1, 1.5])
def test_a_descent_on_the_waveform_looks_no_longer_than_the_loss_falls(excerpt: Excerpt, wanted: float) -> None:
    bottom = Bottom(excerpt, wanted)
    options = GradientOptions(restraint=0.0)
    refined = refine(Tuning(wide(1.0), ("stereo_width",)), excerpt, bottom, RefineOptions(options))
    assert refined.loss_after < 0.01 + 0.002 * refined.loss_before
    assert bottom.looks == len(refined.steps) < options.waveform_steps
    assert refined.loss_after == min(step.loss for step in refined.steps)


def more_air(excerpt: Excerpt, options: GradientOptions) -> Refined:
    objective = PerceptualEar().objective(Goal(axes={"air": 1.0}), excerpt.samples)
    return refine(Tuning(FLAT, ("eq",)), excerpt, objective, options=RefineOptions(options))


def strayed(refined: Refined) -> float:
    """How far the bands that the wish does not concern have gone, in the unit cube."""
    knobs = [knob for knob in FLAT.knobs(("eq",)) if knob.param.name.startswith(BELOW)]
    return float(np.linalg.norm(np.subtract(refined.chain.to_unit(knobs), FLAT.to_unit(knobs))))


def test_restraint_holds_the_settings_that_a_wish_does_not_concern(excerpt: Excerpt) -> None:
    """Adam takes steps of one size however little a setting matters: unheld, idle bands wander."""
    ours, unheld, held = (more_air(excerpt, options) for options in OPTIONS)
    assert strayed(ours) < 0.12
    assert strayed(ours) < 0.5 * strayed(unheld)
    assert strayed(held) < strayed(ours)
    for refined in (ours, unheld, held):
        assert refined.loss_after < 0.02 * refined.loss_before
