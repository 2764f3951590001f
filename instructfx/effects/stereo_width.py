"""Stereo width in torch, by mid and side, and the polarity of one side, without which nothing may be in the middle."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from instructfx.effects.heuristics import EffectHeuristics
from instructfx.effects.memoryless import Memoryless, per_sound
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings
from instructfx.effects.standalone import Samples
from instructfx.effects.words import EffectWords, Nickname


def widen(samples: Tensor, settings: Settings) -> Tensor:
    """Scales the side signal by `width` (Blumlein 1931), after the right channel is flipped where that is on.

    Mono stays as it is.
    """
    if samples.shape[1] == 1:
        return samples * 1.0
    right = 1 - 2 * per_sound(settings["flip_right"].detach(), samples)
    samples = samples * torch.cat([torch.ones_like(right), right], dim=1)
    mid = samples.mean(dim=1, keepdim=True)
    return mid + per_sound(settings["width"], samples) * (samples - mid)


def apply_stereo_width(samples: Samples, sample_rate: int, *, width: float, flip_right: float) -> Samples:
    """Scales what differs between the sides; flip_right of 1 turns the right one upside down. Mono stays as it is."""
    if len(samples) == 2 and flip_right:
        samples = samples * np.array([[1], [-1]], dtype=np.float32)
    mid = samples.mean(axis=0, keepdims=True)
    return mid + np.float32(width) * (samples - mid)


SIDES, LADOS = ("right", "left"), ("derecho", "izquierdo")
"""Whichever is flipped, they are the same against each other."""

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
        Nickname(
            tuple(
                f"{verb} the {what}"
                for verb in ("flip", "invert", "reverse")
                for what in (
                    "polarity",
                    "phase",
                    *(f"{side} {channel}" for side in SIDES for channel in ("channel", "side")),
                )
            ),
            tuple(
                f"{verb} {what}"
                for verb in ("invierte", "invertir", "voltea")
                for what in (
                    "la fase",
                    "la polaridad",
                    *(f"el {channel} {side}" for side in LADOS for channel in ("canal", "lado")),
                )
            ),
            {"flip_right": True},
        ),
    ),
)


STEREO_WIDTH = Effect(
    name="stereo_width",
    label="Stereo width",
    summary="Wider or narrower, down to mono.",
    params=(
        Param("width", 0, 2, 1, help="0 mono, 1 unchanged, 2 twice the sides", plausible=(0, 1.8)),
        Param.switch("flip_right", False, "turns the right channel upside down: for sides that cancel in mono"),
    ),
    render=Memoryless(widen),
    differentiable=True,
    aliases=("stereo_widener", "widener"),
    neutral={"width": 1, "flip_right": 0},
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
