"""Gain, panner and width: exact laws."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from instructfx.effects import EFFECTS
from instructfx.effects.memoryless import as_tensors


def through(name: str, dry: Tensor, **settings: float) -> Tensor:
    effect = EFFECTS[name]
    return effect.render(dry, 44_100, as_tensors(effect.complete(settings)))


@pytest.fixture
def dry() -> Tensor:
    return torch.randn(1, 2, 1_000, generator=torch.Generator().manual_seed(13))


NEUTRAL = [("gain", {"gain_db": 0.0}), ("panner", {"pan": 0.0}), ("stereo_width", {"width": 1.0, "flip_right": 0.0})]


@pytest.mark.parametrize(("name", "settings"), NEUTRAL, ids=[name for name, _ in NEUTRAL])
def test_defaults_change_nothing(name: str, settings: dict[str, float], dry: Tensor) -> None:
    assert EFFECTS[name].defaults() == settings
    torch.testing.assert_close(through(name, dry), dry)


@pytest.mark.parametrize("gain_db", [-24.0, -6.0, 3.0, 24.0])
def test_gain_is_its_decibels(gain_db: float, dry: Tensor) -> None:
    torch.testing.assert_close(through("gain", dry, gain_db=gain_db), dry * 10 ** (gain_db / 20))


@pytest.mark.parametrize("pan", [-1.0, -0.5, 0.0, 0.3, 1.0])
def test_panning_keeps_the_power_of_a_centred_sound(pan: float, dry: Tensor) -> None:
    centred = dry[:, :1].expand(1, 2, -1)
    turned = through("panner", centred, pan=pan)
    assert turned.square().sum().item() == pytest.approx(centred.square().sum().item(), rel=1e-5)


def test_panned_fully_the_other_side_is_silent(dry: Tensor) -> None:
    left, right = through("panner", dry, pan=-1), through("panner", dry, pan=1)
    assert left[:, 1].abs().max() < 1e-6
    assert right[:, 0].abs().max() < 1e-6
    torch.testing.assert_close(left[:, 0], 2**0.5 * dry[:, 0])
    torch.testing.assert_close(right[:, 1], 2**0.5 * dry[:, 1])


def test_panning_turns_steadily(dry: Tensor) -> None:
    shares = [
        (turned[:, 1].norm() / turned.norm()).item()
        for turned in (through("panner", dry, pan=pan) for pan in (-0.8, -0.3, 0.0, 0.3, 0.8))
    ]
    assert shares == sorted(shares)
    assert len(set(shares)) == 5


def test_width_0_is_mono_and_keeps_the_middle(dry: Tensor) -> None:
    narrow = through("stereo_width", dry, width=0)
    torch.testing.assert_close(narrow[:, 0], narrow[:, 1])
    torch.testing.assert_close(narrow[:, 0], dry.mean(dim=1))


@pytest.mark.parametrize("width", [0.5, 1.5, 2.0])
def test_width_scales_the_sides_and_leaves_the_middle(width: float, dry: Tensor) -> None:
    wide = through("stereo_width", dry, width=width)
    torch.testing.assert_close(wide.mean(dim=1), dry.mean(dim=1), atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(wide[:, 0] - wide[:, 1], width * (dry[:, 0] - dry[:, 1]), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("name", "settings"), [("panner", {"pan": 0.7}), ("stereo_width", {"width": 2.0})])
def test_mono_has_no_sides_to_change(name: str, settings: dict[str, float], dry: Tensor) -> None:
    assert torch.equal(through(name, dry[:, :1], **settings), dry[:, :1])
