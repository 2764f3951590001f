"""The perceptual ear's loss: least at the wished distance, differentiable, and harmless where nothing is asked."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.ears.perceptual import PerceptualEar
from instructfx.rendering.excerpt import Excerpt

EAR = PerceptualEar()


def losses(sound: Tensor, axes: dict[str, float], effect: str, name: str, values: list[float]) -> list[float]:
    excerpt = Excerpt(sound, EAR.sample_rate)
    objective = EAR.objective(Goal(axes=axes), excerpt.heard(Chain()))
    return [float(objective(excerpt.heard(Chain().added(effect, {name: value})))[0]) for value in values]


def test_no_wish_and_no_change_is_no_loss(music: Tensor) -> None:
    assert float(EAR.objective(Goal(), music)(music)[0]) == pytest.approx(0, abs=1e-6)


def test_doing_nothing_costs_the_square_of_the_wish(music: Tensor) -> None:
    assert float(EAR.objective(Goal(axes={"space": 1.5}), music)(music)[0]) == pytest.approx(2.25, abs=1e-4)


@pytest.mark.parametrize(
    ("effect", "name", "still", "moved"),
    [("gain", "gain_db", 0.0, 3.0), ("stereo_width", "width", 1.0, 2.0), ("panner", "pan", 0.0, 0.6)],
)
def test_harm_that_nobody_asked_for_costs(music: Tensor, effect: str, name: str, still: float, moved: float) -> None:
    at_rest, harmed = losses(music, {}, effect, name, [still, moved])
    assert at_rest < 1e-6
    assert harmed > 0.02


def test_the_loss_is_least_at_the_wished_distance_so_that_nothing_overshoots(music: Tensor) -> None:
    gains = [0.0, 2.0, 4.0, 6.0, 9.0, 14.0, 20.0]
    found = losses(music, {"mud": -1.0}, "eq", "low_mid_gain_db", [-gain for gain in gains])
    best = found.index(min(found))
    assert 0 < best < len(gains) - 1
    assert found[: best + 1] == sorted(found[: best + 1], reverse=True)
    assert found[best:] == sorted(found[best:])


def test_a_larger_wish_has_its_minimum_further_away(music: Tensor) -> None:
    drives = [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0]
    small = losses(music, {"grit": 0.5}, "distortion", "drive_db", drives)
    large = losses(music, {"grit": 3.0}, "distortion", "drive_db", drives)
    assert small.index(min(small)) < large.index(min(large))


@pytest.mark.parametrize("axis", ["brightness", "dynamics", "punch", "grit", "space", "echo", "width", "movement"])
def test_every_wish_has_a_finite_gradient_to_the_waveform(music: Tensor, axis: str) -> None:
    sound = music.clone().requires_grad_(True)
    EAR.objective(Goal(axes={axis: 1.0}), music)(sound).sum().backward()
    assert sound.grad is not None
    assert torch.isfinite(sound.grad).all()
    assert sound.grad.abs().max() > 0


def test_a_batch_is_judged_as_its_sounds_one_by_one(music: Tensor) -> None:
    objective = EAR.objective(Goal(axes={"brightness": 1.0}), music)
    other = music.flip(-1) * 0.5
    together = objective(torch.cat([music, other]))
    assert together.tolist() == pytest.approx([float(objective(music)[0]), float(objective(other)[0])], abs=1e-4)


def test_the_spectral_part_says_of_an_equaliser_what_the_waveform_says(music: Tensor) -> None:
    excerpt = Excerpt(music, EAR.sample_rate)
    objective = EAR.objective(Goal(axes={"warmth": 1.0}), excerpt.heard(Chain()))
    settings = {"low_shelf_gain_db": 4.0, "high_shelf_gain_db": -4.0}
    slot = Chain().added("eq", settings).slots[0]
    values = Chain((slot,)).tensors()[0]
    assert slot.effect.response is not None
    response = slot.effect.response(values, EAR.sample_rate, objective.frequencies_hz)
    guessed = objective.loss_of_spectrum(objective.spectrum(music) * response.square().float())
    true = objective.loss_of_spectrum(objective.spectrum(excerpt.heard(Chain((slot,)))))
    assert float(guessed) == pytest.approx(float(true), abs=0.02)
