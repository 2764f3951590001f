"""A search takes place where its excerpt is: the same outcome, and no sound crosses over but pedalboard's."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
import torch
from elsewhere import ELSEWHERE, Traffic, elsewhere
from torch import Tensor

from instructfx.audio import Audio, resample
from instructfx.chain import Chain
from instructfx.ears import Goal, clap, clap_ear
from instructfx.ears.checkpoints import Checkpoint
from instructfx.ears.clap_ear import ClapEar
from instructfx.ears.perceptual import PerceptualEar
from instructfx.effects import eq
from instructfx.effects.device import CPU
from instructfx.refine import (
    BayesOptions,
    GradientOptions,
    Refined,
    RefineOptions,
    Rival,
    SecantOptions,
    Tuning,
    refine,
    rivals,
)
from instructfx.rendering.excerpt import Excerpt

QUICK = RefineOptions(
    GradientOptions(spectral_steps=4, waveform_steps=2), BayesOptions(evaluations=2, first_points=2), SecantOptions(2)
)
FEW = 20_000  # a spectrum, or where there are no doubles an equaliser's taps; sounds have more
GOAL = Goal(target="a warm sound in a church", anchor="a bright sound", axes={"warmth": 1.0, "space": 1.0})
ROOM = {"decay_seconds": 0.4, "mix": 0.2}


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Iterator[Traffic]:
    monkeypatch.setattr(eq, "has_doubles", lambda device: device == CPU)
    with elsewhere() as traffic:
        yield traffic


def excerpt_at(sample_rate: int, music: Audio) -> Excerpt:
    samples = resample(music.samples[:, : music.sample_rate], music.sample_rate, sample_rate)
    return Excerpt(torch.from_numpy(samples)[None], sample_rate)


def chain_of(*names: str) -> Chain:
    chain = Chain()
    for name in names:
        chain = chain.added(name, ROOM if name == "reverb" else {})
    return chain


def searched(ear: PerceptualEar | ClapEar, chain: Chain, excerpt: Excerpt, options: RefineOptions = QUICK) -> Refined:
    objective = ear.objective(GOAL, excerpt.samples)
    return refine(Tuning(chain, chain.names), excerpt.on(ear.device), objective, options=options)


@pytest.mark.parametrize("names", [("eq",), ("reverb",), ("eq", "reverb", "stereo_width", "panner", "gain")])
def test_the_perceptual_ear_finds_the_same_and_no_sound_comes_back(
    names: tuple[str, ...], music: Audio, traffic: Traffic
) -> None:
    excerpt = excerpt_at(44_100, music)
    expected = searched(PerceptualEar(), chain_of(*names), excerpt)
    assert searched(PerceptualEar(ELSEWHERE), chain_of(*names), excerpt) == expected
    assert max(traffic.fetched) < FEW
    traffic.sent.clear()
    searched(PerceptualEar(ELSEWHERE), chain_of(*names), excerpt)
    assert sorted(traffic.sent)[-2:] == [excerpt.samples.numel()] * 2  # what played before, and what is searched
    assert sorted(traffic.sent)[-3] < FEW


def test_pedalboard_costs_one_transfer_each_way_for_every_look(music: Audio, traffic: Traffic) -> None:
    excerpt, frames = excerpt_at(44_100, music), 2 * 44_100
    expected = searched(PerceptualEar(), chain_of("eq", "compressor"), excerpt)
    looks: list[Chain] = [Chain()]
    with pytest.MonkeyPatch.context() as patch:
        heard = Excerpt.heard
        patch.setattr(Excerpt, "heard", lambda self, chain: looks.append(chain) or heard(self, chain))
        assert searched(PerceptualEar(ELSEWHERE), chain_of("eq", "compressor"), excerpt) == expected
    anew = sum(before != chain for before, chain in pairwise(looks))  # the same once more is remembered
    assert sum(each == frames for each in traffic.fetched) == anew > 1
    assert sum(each == frames for each in traffic.sent) == anew + 2


@pytest.fixture
def sent_there(monkeypatch: pytest.MonkeyPatch, checkpoint: Checkpoint) -> None:
    """Lets CLAP be loaded to ELSEWHERE; modules themselves cannot be moved to a device that is none."""

    def loaded(source: Checkpoint, device: torch.device) -> clap.Clap:
        model = copy.deepcopy(on_processor.model)
        if device != CPU:
            for module in model.modules():
                for name, weights in module.named_parameters(recurse=False):
                    setattr(module, name, torch.nn.Parameter(weights.to(device), requires_grad=False))
                for name, values in module.named_buffers(recurse=False):
                    setattr(module, name, values.to(device))
        return clap.Clap(model, on_processor.tokenizer, device)

    on_processor = clap_ear._loaded(checkpoint, CPU)
    monkeypatch.setenv("INSTRUCTFX_MODELS", str(checkpoint.path.parent))
    monkeypatch.setattr(clap_ear, "_loaded", loaded)


@pytest.mark.usefixtures("sent_there")
@pytest.mark.parametrize(
    "way", ["ours", *(pytest.param(rival, marks=pytest.mark.slow) for rival in ("text2fx", "fxsearcher"))]
)
def test_clap_finds_the_same_and_no_sound_comes_back(
    way: str, music: Audio, checkpoint: Checkpoint, traffic: Traffic
) -> None:
    rival = {
        "text2fx": lambda search, effects, seed: rivals.text2fx(search, effects, seed, steps=2),
        "fxsearcher": lambda search, effects, seed: rivals.fxsearcher(search, effects, seed, QUICK.bayes),
    }.get(way)
    options = dataclasses.replace(QUICK, rival=rival)
    excerpt, chain = excerpt_at(48_000, music), chain_of("eq", "reverb")
    ears = [ClapEar(checkpoint, device) for device in (CPU, ELSEWHERE)]
    expected = searched(ears[0], chain, excerpt, options)
    del traffic.sent[:], traffic.fetched[:]
    assert searched(ears[1], chain, excerpt, options) == expected
    assert max(traffic.fetched) < FEW


# Memory, which on a device that is none nobody can fill on purpose


class Full(torch.autograd.Function):
    """Passes a sound on; elsewhere there is no memory left, forwards or on the way back."""

    @staticmethod
    def forward(ctx: Any, samples: Tensor, when: str) -> Tensor:
        ctx.full = samples.device == ELSEWHERE and when == "backwards"
        if samples.device == ELSEWHERE and when == "forwards":
            raise torch.OutOfMemoryError("no more memory")
        return samples.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        if ctx.full:
            raise torch.OutOfMemoryError("no more memory")
        return gradients[0], None


def fill(monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    heard = Excerpt.heard
    monkeypatch.setattr(Excerpt, "heard", lambda self, *given: Full.apply(heard(self, *given), when))


@pytest.mark.parametrize("when", ["forwards", "backwards"])
def test_where_memory_is_full_the_search_goes_on_on_the_processor(
    when: str, music: Audio, traffic: Traffic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    excerpt = excerpt_at(44_100, music)
    expected = searched(PerceptualEar(), chain_of("reverb"), excerpt)
    fill(monkeypatch, when)
    refined = searched(PerceptualEar(ELSEWHERE), chain_of("reverb"), excerpt)
    assert (refined.chain, refined.loss_after) == (expected.chain, expected.loss_after)
    assert caplog.text.count("the search goes on on the processor") == 1


@pytest.mark.usefixtures("sent_there")
@pytest.mark.parametrize("when", [pytest.param("forwards", marks=pytest.mark.slow), "backwards"])
def test_clap_goes_on_on_the_processor_too(
    when: str, music: Audio, checkpoint: Checkpoint, traffic: Traffic, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    excerpt, here = excerpt_at(48_000, music), ClapEar(checkpoint, CPU)
    expected = searched(here, chain_of("reverb"), excerpt)
    monkeypatch.setattr(clap.Clap, "to", lambda self, device: here.model)
    fill(monkeypatch, when)
    refined = searched(dataclasses.replace(here, device=ELSEWHERE), chain_of("reverb"), excerpt)
    assert (refined.chain, refined.loss_after) == (expected.chain, expected.loss_after)
    assert caplog.text.count("the search goes on on the processor") == 1


@pytest.mark.parametrize("rival", [None, lambda search, effects, seed: rivals.text2fx(search, effects, seed, steps=2)])
def test_where_the_processor_itself_is_full_the_search_ends(
    rival: Rival | None, music: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nothing(Full):
        @staticmethod
        def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
            raise torch.OutOfMemoryError("no more memory")

    heard = Excerpt.heard
    monkeypatch.setattr(Excerpt, "heard", lambda self, *given: Nothing.apply(heard(self, *given), ""))
    with pytest.raises(torch.OutOfMemoryError):
        searched(
            PerceptualEar(), chain_of("reverb"), excerpt_at(44_100, music), dataclasses.replace(QUICK, rival=rival)
        )
