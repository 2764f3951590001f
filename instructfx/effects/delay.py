"""Feedback delay on pedalboard."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.heuristics import EffectHeuristics, wetter
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect
from instructfx.effects.standalone import Samples, on_board
from instructfx.effects.words import EffectWords, Nickname, SettingName

MAX_TAIL_SECONDS = 12.0


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """The repeats alone: the dry sound comes from the mix."""
    return [pedalboard.Delay(at_every_rate(settings["delay_seconds"], sample_rate), settings["feedback"], mix=1.0)]


def tail_seconds(settings: Mapping[str, float]) -> float:
    """Until the repeats have fallen by 60 dB, at most twelve seconds."""
    if settings["mix"] == 0:
        return 0.0
    feedback = settings["feedback"]
    repeats = 1 if feedback < 1e-3 else 1 + math.ceil(-3 / math.log10(feedback))
    return min(repeats * settings["delay_seconds"], MAX_TAIL_SECONDS)


def apply_delay(samples: Samples, sample_rate: int, *, delay_seconds: float, feedback: float, mix: float) -> Samples:
    """Echoes."""
    echoes = pedalboard.Delay(at_every_rate(delay_seconds, sample_rate), feedback, 1.0)
    return on_board([echoes], samples, sample_rate, mix)


def at_every_rate(delay_seconds: float, sample_rate: int) -> float:
    """The delay that comes nearest to what it is at 44.1 kHz, where pedalboard cuts fractions of a frame off."""
    frames = int(float(np.float32(delay_seconds)) * 44_100)
    return (round(frames / 44_100 * sample_rate) + 0.5) / sample_rate  # half a frame more is cut off again


WORDS = EffectWords(
    noun="a delay",
    nicknames=(
        Nickname(
            (
                "delay",
                "delays",
                "repeats",
                "repeat",
                "echoes",
                "echo",
                "tap delay",
                "digital delay",
                "echo box",
                "echo effect",
            ),
            ("retardo", "eco", "ecos", "repeticiones", "delay"),
        ),
        Nickname(
            (
                "slapback",
                "slap-back",
                "slap",
                "slap back",
                "slap delay",
                "slapback delay",
                "slapback echo",
                "slap echo",
                "rockabilly echo",
            ),
            ("slapback", "eco corto"),
            {"delay_seconds": 0.1, "feedback": 0.05, "mix": 0.3},
        ),
        Nickname(
            ("doubler", "doubling", "double tracking", "adt"),
            ("doblaje", "doblador"),
            {"delay_seconds": 0.03, "feedback": 0.0, "mix": 0.35},
        ),
        Nickname(
            (
                "tape delay",
                "tape echo",
                "echoplex",
                "roland space echo",
                "re-201",
                "space echo",
                "dub delay",
                "dub echo",
                "long delay",
                "long echo",
            ),
            ("eco de cinta", "eco largo", "delay largo"),
            {"delay_seconds": 0.5, "feedback": 0.5, "mix": 0.3},
        ),
        Nickname(("short delay", "short echo"), ("delay corto",), {"delay_seconds": 0.12}),
        Nickname(
            ("one repeat", "single repeat", "one echo", "single echo", "one repetition"),
            ("un solo eco", "una sola repetición", "una repetición"),
            {"feedback": 0.0},
        ),
    ),
    settings=(
        SettingName(
            "delay_seconds", ("delay time", "echo time", "time"), ("tiempo de delay", "tiempo de retardo", "tiempo")
        ),
    ),
    numbers={"s": ("delay_seconds",)},
)


DELAY = Effect(
    name="delay",
    label="Delay",
    summary="Echoes: slapback, rhythm, depth.",
    params=(
        Param("delay_seconds", 0.01, 2, 0.35, "s", "log", help="time between repeats", tunable=False, title="Time"),
        Param("feedback", 0, 0.95, 0.3, help="how much of each repeat returns"),
        Param("mix", 0, 1, 0.25, help="share of the repeats in the sound"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    tail_seconds=tail_seconds,
    aliases=("echo",),
    role="echo",
    heuristics=EffectHeuristics(
        reach={"echo": 1},
        begin=lambda axes, readings: {"mix": min(0.12 + 0.1 * max(axes.get("echo", 1.0), 0.2), 0.5)},
        more=lambda amount, values: wetter(amount, values, "feedback"),
        held=frozenset({"feedback"}),
        first_for=("+echo",),
    ),
    words=WORDS,
    telling={"delay_seconds": 0.1, "feedback": 0.5, "mix": 0.4},
    standalone=apply_delay,
)
