"""Gain in torch."""

from __future__ import annotations

from torch import Tensor

from instructfx.effects.memoryless import Memoryless, per_sound
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings


def amplify(samples: Tensor, settings: Settings) -> Tensor:
    """samples * 10^(gain_db / 20)."""
    return samples * per_sound(10 ** (settings["gain_db"] / 20), samples)


GAIN = Effect(
    name="gain",
    label="Gain",
    summary="Louder or quieter, nothing else.",
    params=(Param("gain_db", -24, 24, 0, "dB", step=0.1, help="change of level", tunable=False),),
    render=Memoryless(amplify),
    differentiable=True,
    aliases=("volume", "level"),
    neutral={"gain_db": 0},
)
