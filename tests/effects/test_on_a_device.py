"""Every effect renders where its sound is: bit for bit the same, and carries no more over than it must."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from elsewhere import ELSEWHERE, Traffic, elsewhere
from torch import Tensor

from instructfx.effects import EFFECTS, Effect
from instructfx.effects.convolution import Convolution
from instructfx.effects.memoryless import as_tensors
from instructfx.effects.noise_room import _band_noise
from instructfx.effects.spec import Settings
from instructfx.effects.timed import Timed

RATE = 44_100
FRAMES = 8_000

by_effect = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)


@pytest.fixture(params=[True, False], ids=["with doubles", "without doubles"])
def doubles(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    for name in ("eq", "filter"):
        monkeypatch.setattr(f"instructfx.effects.{name}.has_doubles", lambda device: request.param)
    _band_noise.cache_clear()
    return bool(request.param)


@pytest.fixture(scope="module")
def sound() -> Tensor:
    rng = np.random.default_rng(5)
    return torch.from_numpy(0.2 * rng.standard_normal((1, 2, FRAMES)).astype(np.float32))


def moved(effect: Effect) -> Settings:
    return as_tensors({param.name: param.from_unit(0.4) for param in effect.params})


def slopes(effect: Effect, samples: Tensor, settings: Settings) -> list[Tensor]:
    """Gradients of the rendered energy to the sound and to each setting, on the processor."""
    inputs = [samples.detach().requires_grad_(), *(values.requires_grad_() for values in settings.values())]
    rendered = effect.render(inputs[0], RATE, settings)
    if not rendered.requires_grad:
        return []
    found = torch.autograd.grad(rendered.square().sum(), inputs, allow_unused=True)
    return [each.cpu() for each in found if each is not None]


@by_effect
def test_an_effect_sounds_and_learns_on_a_device_as_on_the_processor(
    effect: Effect, sound: Tensor, doubles: bool
) -> None:
    expected, expected_slopes = effect.render(sound, RATE, moved(effect)), slopes(effect, sound, moved(effect))
    with elsewhere(doubles):
        there = sound.to(ELSEWHERE)
        rendered = effect.render(there, RATE, moved(effect))
        assert rendered.device == ELSEWHERE
        assert rendered.dtype == torch.float32
        assert torch.equal(rendered.cpu(), expected)
        found = slopes(effect, there, moved(effect))
    learnt = [param for param in effect.params if param.kind == "number"]
    assert len(found) == len(expected_slopes) == bool(found) * (1 + effect.differentiable * len(learnt))
    torch.testing.assert_close(found, expected_slopes, rtol=1e-5, atol=0)  # sums run in another order


def traffic_of(effect: Effect, samples: Tensor, traffic: Traffic) -> tuple[list[int], list[int]]:
    effect.render(samples, RATE, moved(effect))  # once before, for what is kept on the device
    del traffic.sent[:], traffic.fetched[:]
    effect.render(samples, RATE, moved(effect))
    return traffic.sent, traffic.fetched


@by_effect
def test_sound_crosses_over_for_pedalboard_alone_and_once_each_way(effect: Effect, sound: Tensor) -> None:
    _band_noise.cache_clear()
    with elsewhere(doubles=True) as traffic:
        sent, fetched = traffic_of(effect, sound.to(ELSEWHERE), traffic)
    if effect.differentiable or isinstance(effect.render, Convolution):
        assert fetched == []
        # Coefficients and knobs; of what depends on the place in the track a gain for each frame, since the time of a
        # frame late in a long track needs double precision, which only the processor surely has.
        assert max(sent, default=0) <= (sound.numel() if isinstance(effect.render, Timed) else 36)
    else:
        assert sent == fetched == [sound.numel()]


# The pretended device itself


def test_a_forgotten_device_fails_there() -> None:
    with elsewhere():
        there = torch.ones(3, device=ELSEWHERE)
        with pytest.raises(AssertionError, match="two devices"):
            there + torch.ones(3)
        with pytest.raises(AssertionError, match="double precision"):
            there.double()
        with pytest.raises((TypeError, RuntimeError)):
            there.numpy()
        assert float((2 * there).sum()) == 6


def test_what_crosses_over_is_counted_forwards_and_backwards() -> None:
    with elsewhere() as traffic:
        here = torch.ones(5, requires_grad=True)
        here.to(ELSEWHERE).square().sum().cpu().backward()
    assert (traffic.sent, traffic.fetched) == ([5, 1], [1, 5])
    assert torch.equal(here.grad, torch.full((5,), 2.0))  # type: ignore[arg-type]
