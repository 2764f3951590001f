"""What stands before the first change of a chain is rendered once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest
import torch
from torch import Tensor

from instructfx.audio import Audio
from instructfx.chain import Chain, Slot
from instructfx.ears import Goal
from instructfx.ears.perceptual import PerceptualEar
from instructfx.effects import EFFECTS
from instructfx.effects.spec import Renderer, Settings, Stream
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions, Tuning, refine
from instructfx.rendering.excerpt import Excerpt

ORDER = ("eq", "compressor", "distortion", "stereo_width")


@dataclass(frozen=True)
class Counting:
    """The renderer of an effect, which notes each time that it is asked."""

    name: str
    renderer: Renderer
    asked: Counter[str] = field(compare=False)

    def __call__(self, samples: Tensor, sample_rate: int, settings: Settings, first_frame: int = 0) -> Tensor:
        self.asked[self.name] += 1
        return self.renderer(samples, sample_rate, settings, first_frame)

    def stream(self, sample_rate: int, channels: int, settings: Mapping[str, float]) -> Stream:
        return self.renderer.stream(sample_rate, channels, settings)


@pytest.fixture
def asked() -> Counter[str]:
    return Counter()


@pytest.fixture
def chain(asked: Counter[str]) -> Chain:
    """Four effects, each of which counts how often it is rendered."""
    effects = [replace(EFFECTS[name], render=Counting(name, EFFECTS[name].render, asked)) for name in ORDER]
    return Chain(tuple(Slot(effect, effect.telling, id=effect.name) for effect in effects))


@pytest.fixture
def excerpt(music: Audio) -> Excerpt:
    return Excerpt(torch.from_numpy(music.samples[:, :40_000].copy())[None], music.sample_rate)


def test_effects_before_the_first_change_are_rendered_once(chain: Chain, excerpt: Excerpt, asked: Counter[str]) -> None:
    changes = ({}, {"distortion": {"drive_db": 3.0}}, {"distortion": {"drive_db": 6.0}}, {"compressor": {"ratio": 9.0}})
    for change in changes:
        for slot_id, settings in change.items():
            chain = chain.adjusted(slot_id, settings)
        heard = excerpt.heard(chain)
        assert torch.equal(heard, Excerpt(excerpt.samples, excerpt.sample_rate).heard(chain))
    alone = len(changes)  # each was compared with what an excerpt without a memory makes of it
    assert {name: count - alone for name, count in asked.items()} == {
        "eq": 1, "compressor": 2, "distortion": 4, "stereo_width": 4,
    }  # fmt: skip


def test_the_same_chain_again_renders_nothing(chain: Chain, excerpt: Excerpt, asked: Counter[str]) -> None:
    first = excerpt.heard(chain)
    assert torch.equal(excerpt.heard(chain.locked("eq", ["mid_q"])), first)
    assert asked == dict.fromkeys(ORDER, 1)


def test_an_effect_that_is_taken_out_or_bypassed_leaves_what_stands_before_it(
    chain: Chain, excerpt: Excerpt, asked: Counter[str]
) -> None:
    excerpt.heard(chain)
    without = excerpt.heard(chain.without("distortion"))
    assert torch.equal(excerpt.heard(chain.bypassed("distortion", True)), without)
    assert asked == {"eq": 1, "compressor": 1, "distortion": 1, "stereo_width": 2}


def test_many_settings_at_once_and_those_that_learn_are_rendered_each_time(
    chain: Chain, excerpt: Excerpt, asked: Counter[str]
) -> None:
    knobs = chain.knobs(("stereo_width",))
    unit = torch.tensor([chain.to_unit(knobs)] * 2, dtype=torch.float64, requires_grad=True)
    for _ in range(2):
        heard = excerpt.heard(chain, chain.tensors(knobs, unit))
        (slope,) = torch.autograd.grad(heard.square().sum() + heard.abs().sum(), unit)
        assert heard.shape[0] == 2
        assert slope.abs().sum() > 0
    assert asked == {"eq": 1, "compressor": 1, "distortion": 1, "stereo_width": 2}


@pytest.mark.parametrize(("moved", "looks"), [("distortion", 1 + 7), ("stereo_width", 1 + 5)])
def test_a_search_renders_what_stands_before_its_slots_once(
    chain: Chain, excerpt: Excerpt, asked: Counter[str], moved: str, looks: int
) -> None:
    ear, options = PerceptualEar(), RefineOptions(GradientOptions(waveform_steps=5), BayesOptions(evaluations=7))
    objective = ear.objective(Goal(axes={"grit": 1.0, "width": -1.0}), excerpt.heard(Chain()))
    refined = refine(Tuning(chain, (moved,)), excerpt, objective, options)
    before = ORDER.index(moved)
    assert [asked[name] for name in ORDER[:before]] == [1] * before
    assert asked[moved] == len(refined.steps) == looks
