"""Stereo width in torch, by mid and side."""

from __future__ import annotations

from torch import Tensor

from instructfx.effects.memoryless import Memoryless, per_sound
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings


def widen(samples: Tensor, settings: Settings) -> Tensor:
    """Scales the side signal by `width` (Blumlein 1931); mono stays as it is."""
    if samples.shape[1] == 1:
        return samples * 1.0
    mid = samples.mean(dim=1, keepdim=True)
    return mid + per_sound(settings["width"], samples) * (samples - mid)


STEREO_WIDTH = Effect(
    name="stereo_width",
    label="Stereo width",
    summary="Wider or narrower, down to mono.",
    params=(Param("width", 0, 2, 1, help="0 mono, 1 unchanged, 2 twice the sides"),),
    render=Memoryless(widen),
    differentiable=True,
    aliases=("stereo_widener", "widener"),
    neutral={"width": 1},
)
