"""Gain in torch."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from instructfx.effects.heuristics import EffectHeuristics
from instructfx.effects.memoryless import Memoryless, per_sound
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings
from instructfx.effects.standalone import Samples
from instructfx.effects.words import EffectWords, Nickname, SettingName


def amplify(samples: Tensor, settings: Settings) -> Tensor:
    """samples * 10^(gain_db / 20)."""
    return samples * per_sound(10 ** (settings["gain_db"] / 20), samples)


def apply_gain(samples: Samples, sample_rate: int, *, gain_db: float) -> Samples:
    """Louder or quieter."""
    return samples * np.float32(10 ** (gain_db / 20))


WORDS = EffectWords(
    nicknames=(
        Nickname(
            (
                "gain",
                "volume",
                "level",
                "output",
                "output level",
                "fader",
                "trim",
                "loudness",
                "master volume",
                "input gain",
            ),
            ("volumen", "ganancia", "nivel", "sonoridad"),
        ),
    ),
    settings=(SettingName("gain_db", ("gain", "volume", "level", "output"), ("ganancia", "volumen", "nivel")),),
    numbers={"db": ("gain_db",), "": ("gain_db",)},
)


GAIN = Effect(
    name="gain",
    label="Gain",
    summary="Louder or quieter, nothing else.",
    params=(Param("gain_db", -24, 24, 0, "dB", step=0.1, help="change of level", tunable=False),),
    render=Memoryless(amplify),
    differentiable=True,
    aliases=("volume", "level"),
    neutral={"gain_db": 0},
    role="level",
    heuristics=EffectHeuristics(
        reach={"loudness": 1},
        begin=lambda axes, readings: {"gain_db": 3 * axes.get("loudness", 0.0)},
        more=lambda amount, values: {"gain_db": values["gain_db"] + 3 * amount},
        first_for=("+loudness", "-loudness"),
    ),
    words=WORDS,
    telling={"gain_db": 3},
    standalone=apply_gain,
)
