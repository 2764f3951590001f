"""Tremolo in torch: the level swings with time, out of step between left and right where one wants it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from instructfx.effects.device import brought
from instructfx.effects.heuristics import EffectHeuristics, Values
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect, Settings
from instructfx.effects.standalone import Samples
from instructfx.effects.timed import Place, Timed
from instructfx.effects.words import Colour, EffectWords, Nickname, SettingName

EDGE_SECONDS = 0.004  # from loud to soft in a square: quicker, it clicks


def swing(samples: Tensor, settings: Settings, place: Place) -> Tensor:
    """samples times a gain between 1 and 1 - depth, at its loudest where the track begins.

    The second channel of two is `phase_degrees` ahead of the first.
    """
    channels, frames = samples.shape[1:]
    rate_hz, depth, shape, phase_degrees = (
        settings[name][:, None, None] for name in ("rate_hz", "depth", "shape", "phase_degrees")
    )
    ahead = torch.arange(channels)[:, None] * phase_degrees / 360
    turns = rate_hz * place.seconds(frames) + ahead
    triangle = 4 * (turns - turns.floor() - 0.5).abs() - 1
    square = (triangle * (0.5 / (rate_hz * EDGE_SECONDS)).clamp(min=1)).clamp(-1, 1)
    wave = torch.where(shape == 0, torch.cos(2 * torch.pi * turns), torch.where(shape == 1, triangle, square))
    return samples * brought(1 - depth * (1 - wave) / 2, samples)


def more(amount: float, values: Values) -> Values:
    """Deeper by half for each plain "more", and halved for "less"."""
    return {"depth": min(values["depth"] * (1.5**amount if amount > 0 else 2.0**amount), 1.0)}


def apply_tremolo(
    samples: Samples, sample_rate: int, *, rate_hz: float, depth: float, shape: float, phase_degrees: float
) -> Samples:
    """A level that swings; shape 0 is a sine, 1 a triangle, 2 a square with edges of 4 ms."""
    ahead = np.arange(len(samples))[:, None] * phase_degrees / 360
    turns = rate_hz * np.arange(samples.shape[1]) / sample_rate + ahead
    triangle = 4 * np.abs(turns % 1 - 0.5) - 1
    square = np.clip(triangle * max(0.5 / (rate_hz * 0.004), 1), -1, 1)
    wave = (np.cos(2 * np.pi * turns), triangle, square)[round(shape)]
    return samples * (1 - depth * (1 - wave) / 2).astype(np.float32)


_SWINGING = ("dance", "dancing", "move", "moving", "swing", "swinging", "bounce", "bouncing", "go", "going")
_WAYS = ("from left to right", "from side to side", "side to side")
WORDS = EffectWords(
    noun="a tremolo",
    nicknames=(
        Nickname(
            ("tremolo", "tremolos", "trem", "tremolo effect", "amplitude modulation", "pulsing", "pulse", "throbbing"),
            ("trémolo", "trémolos", "efecto trémolo", "palpitante", "pulsante"),
        ),
        Nickname(
            ("helicopter", "chopper", "choppy tremolo", "square tremolo", "hard tremolo"),
            ("helicóptero", "trémolo cuadrado", "entrecortado"),
            {"rate_hz": 9.0, "depth": 0.9, "shape": "square"},
        ),
        Nickname(("slow tremolo",), ("trémolo lento",), {"rate_hz": 2.5}),
        Nickname(("fast tremolo",), ("trémolo rápido",), {"rate_hz": 9.0}),
        Nickname(
            (
                "stereo tremolo",
                "auto pan",
                "autopan",
                "auto panner",
                "ping pong tremolo",
                *(f"{verb} {way}" for verb in _SWINGING for way in _WAYS),
            ),
            ("trémolo estéreo", "autopaneo", "que vaya de lado a lado", "de un lado al otro"),
            {"phase_degrees": 180.0, "depth": 0.7},
        ),
    ),
    settings=(
        SettingName("phase_degrees", ("stereo phase", "lfo phase"), ("fase estéreo", "desfase")),
        SettingName("shape", ("tremolo shape", "lfo shape", "waveform"), ("forma de onda",)),
    ),
    colours=(
        Colour(("deep", "lush", "wobbly", "swirly"), {"depth": 0.2}, alone=True),
        Colour(("shallow",), {"depth": -0.15}, alone=True),
        Colour(("soft", "smooth"), {"depth": -0.2}),
    ),
)


TREMOLO = Effect(
    name="tremolo",
    label="Tremolo",
    summary="The level swings: pulse, throb, helicopter, auto-pan.",
    params=(
        Param("rate_hz", 0.1, 20, 5, "Hz", "log", help="2 sways, 6 shimmers", tunable=False, title="Speed"),
        Param("depth", 0, 1, 0.5, help="1 falls to silence"),
        Param.choice("shape", ("sine", "triangle", "square"), "sine", "square chops"),
        Param("phase_degrees", 0, 180, 0, "degrees", step=1, help="180: right loud when left soft", tunable=False),
    ),
    render=Timed(swing),
    differentiable=True,
    aliases=("trem",),
    neutral={"depth": 0},
    role="movement",
    heuristics=EffectHeuristics(
        reach={"movement": 1},
        begin=lambda axes, readings: {"depth": min(0.35 + 0.2 * abs(axes.get("movement", 0.5)), 0.8)},
        more=more,
        also_for=("+movement",),
    ),
    words=WORDS,
    telling={"rate_hz": 6, "depth": 0.6, "phase_degrees": 70},
    standalone=apply_tremolo,
)
