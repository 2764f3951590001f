"""Compressor on pedalboard."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """A feed-forward compressor, then its make-up gain."""
    return [
        pedalboard.Compressor(
            threshold_db=settings["threshold_db"],
            ratio=settings["ratio"],
            attack_ms=settings["attack_ms"],
            release_ms=settings["release_ms"],
        ),
        pedalboard.Gain(gain_db=settings["makeup_gain_db"]),
    ]


COMPRESSOR = Effect(
    name="compressor",
    label="Compressor",
    summary="Evens out dynamics: punch, glue, sustain.",
    params=(
        Param("threshold_db", -60, 0, -18, "dB", step=0.5, help="level above which it turns down"),
        Param("ratio", 1, 20, 3, scale="log", step=0.1, help="how firmly: 4 means 4 dB in, 1 dB out"),
        Param("attack_ms", 0.1, 100, 10, "ms", "log", 0.1, "slow lets hits through, fast catches them"),
        Param("release_ms", 10, 1000, 120, "ms", "log", 1, "how soon it lets go", tunable=False),
        Param("makeup_gain_db", 0, 24, 0, "dB", step=0.1, help="gain after compression", tunable=False),
        Param("mix", 0, 1, 1, help="below 1: parallel compression", tunable=False),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    aliases=("comp",),
)
