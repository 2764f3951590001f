"""Balance in torch: turns a stereo sound to one side."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from instructfx.effects.device import brought
from instructfx.effects.heuristics import EffectHeuristics
from instructfx.effects.memoryless import Memoryless
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings
from instructfx.effects.standalone import Samples
from instructfx.effects.words import EffectWords, Nickname, SettingName


def turn(samples: Tensor, settings: Settings) -> Tensor:
    """Constant-power balance, unity in the middle: sqrt(2) cos and sin of (pan + 1) pi / 4.

    Mono stays as it is.
    """
    if samples.shape[1] == 1:
        return samples * 1.0
    angle = (settings["pan"] + 1) * torch.pi / 4
    gains = 2**0.5 * torch.stack([torch.cos(angle), torch.sin(angle)], dim=1)
    return samples * brought(gains, samples)[:, :, None]


def apply_panner(samples: Samples, sample_rate: int, *, pan: float) -> Samples:
    """Constant-power balance, unity in the middle; mono stays as it is."""
    if len(samples) == 1:
        return samples
    angle = (pan + 1) * math.pi / 4
    return samples * np.array([[math.cos(angle)], [math.sin(angle)]], dtype=np.float32) * np.float32(math.sqrt(2))


WORDS = EffectWords(
    noun="panning",
    nicknames=(
        Nickname(
            ("panner", "pan", "panning", "panorama", "stereo position"), ("paneo", "panorama", "panear", "paneado")
        ),
    ),
    settings=(SettingName("pan", ("pan", "balance", "position"), ("paneo", "balance", "posición")),),
)


PANNER = Effect(
    name="panner",
    label="Panner",
    summary="Turns the sound to the left or to the right.",
    params=(Param("pan", -1, 1, 0, help="-1 left, 0 middle, 1 right"),),
    render=Memoryless(turn),
    differentiable=True,
    aliases=("pan", "stereo_panner"),
    neutral={"pan": 0},
    role="balance",
    heuristics=EffectHeuristics(
        reach={"balance": 1},
        begin=lambda axes, readings: {"pan": 0.3 * axes.get("balance", 0.0)},
        more=lambda amount, values: {"pan": values["pan"] * (1 + 0.5 * amount)},
        first_for=("+balance", "-balance"),
    ),
    words=WORDS,
    telling={"pan": 0.4},
    standalone=apply_panner,
)
