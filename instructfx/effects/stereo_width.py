"""Stereo width in torch, by mid and side."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from instructfx.effects.heuristics import EffectHeuristics
from instructfx.effects.memoryless import Memoryless, per_sound
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings
from instructfx.effects.standalone import Samples
from instructfx.effects.words import EffectWords, Nickname


def widen(samples: Tensor, settings: Settings) -> Tensor:
    """Scales the side signal by `width` (Blumlein 1931); mono stays as it is."""
    if samples.shape[1] == 1:
        return samples * 1.0
    mid = samples.mean(dim=1, keepdim=True)
    return mid + per_sound(settings["width"], samples) * (samples - mid)


def apply_stereo_width(samples: Samples, sample_rate: int, *, width: float) -> Samples:
    """Scales what differs between the sides; mono stays as it is."""
    mid = samples.mean(axis=0, keepdims=True)
    return mid + np.float32(width) * (samples - mid)


WORDS = EffectWords(
    noun="stereo widening",
    nicknames=(
        Nickname(
            (
                "stereo width",
                "widener",
                "stereo widener",
                "imager",
                "stereo imager",
                "stereo image",
                "stereo spread",
                "stereo field",
                "stereo enhancer",
            ),
            ("ancho estéreo", "imagen estéreo", "anchura estéreo", "campo estéreo"),
        ),
    ),
)


STEREO_WIDTH = Effect(
    name="stereo_width",
    label="Stereo width",
    summary="Wider or narrower, down to mono.",
    params=(Param("width", 0, 2, 1, help="0 mono, 1 unchanged, 2 twice the sides", plausible=(0, 1.8)),),
    render=Memoryless(widen),
    differentiable=True,
    aliases=("stereo_widener", "widener"),
    neutral={"width": 1},
    role="width",
    heuristics=EffectHeuristics(
        reach={"width": 1},
        begin=lambda axes, readings: {"width": 1 + 0.35 * axes.get("width", 0.0)},
        more=lambda amount, values: {"width": values["width"] + 0.35 * amount},
        first_for=("+width", "-width"),
    ),
    words=WORDS,
    telling={"width": 1.5},
    standalone=apply_stereo_width,
)
