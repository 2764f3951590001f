"""Balance in torch: turns a stereo sound to one side."""

from __future__ import annotations

import torch
from torch import Tensor

from instructfx.effects.device import brought
from instructfx.effects.memoryless import Memoryless
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings


def turn(samples: Tensor, settings: Settings) -> Tensor:
    """Constant-power balance, unity in the middle: sqrt(2) cos and sin of (pan + 1) pi / 4.

    Mono stays as it is.
    """
    if samples.shape[1] == 1:
        return samples * 1.0
    angle = (settings["pan"] + 1) * torch.pi / 4
    gains = 2**0.5 * torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    return samples * brought(gains, samples)[:, :, None]


PANNER = Effect(
    name="panner",
    label="Panner",
    summary="Turns the sound to the left or to the right.",
    params=(Param("pan", -1, 1, 0, help="-1 left, 0 middle, 1 right"),),
    render=Memoryless(turn),
    differentiable=True,
    aliases=("pan", "stereo_panner"),
    neutral={"pan": 0},
)
