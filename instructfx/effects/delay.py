"""Feedback delay on pedalboard."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect

MAX_TAIL_SECONDS = 12.0


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """The repeats alone: the dry sound comes from the mix."""
    return [pedalboard.Delay(settings["delay_seconds"], settings["feedback"], mix=1.0)]


def tail_seconds(settings: Mapping[str, float]) -> float:
    """Until the repeats have fallen by 60 dB, at most twelve seconds."""
    if settings["mix"] == 0:
        return 0.0
    feedback = settings["feedback"]
    repeats = 1 if feedback < 1e-3 else 1 + math.ceil(-3 / math.log10(feedback))
    return min(repeats * settings["delay_seconds"], MAX_TAIL_SECONDS)


DELAY = Effect(
    name="delay",
    label="Delay",
    summary="Echoes: slapback, rhythm, depth.",
    params=(
        Param("delay_seconds", 0.01, 2, 0.35, "s", "log", help="time between repeats", tunable=False),
        Param("feedback", 0, 0.95, 0.3, help="how much of each repeat returns"),
        Param("mix", 0, 1, 0.25, help="share of the repeats in the sound"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    tail_seconds=tail_seconds,
    aliases=("echo",),
)
