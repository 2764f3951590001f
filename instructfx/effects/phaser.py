"""Phaser on pedalboard."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard, below_nyquist
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """The all-pass chain alone: with half of the dry sound it makes moving notches."""
    return [
        pedalboard.Phaser(
            rate_hz=settings["rate_hz"],
            depth=settings["depth"],
            centre_frequency_hz=below_nyquist(settings["centre_frequency_hz"], sample_rate),
            feedback=settings["feedback"],
            mix=1.0,
        )
    ]


PHASER = Effect(
    name="phaser",
    label="Phaser",
    summary="Moving notches: swirl, swoosh, psychedelia.",
    params=(
        Param("rate_hz", 0.05, 8, 0.6, "Hz", "log", help="speed of the sweep", tunable=False),
        Param("depth", 0, 1, 0.5, help="how far it sweeps"),
        Param("centre_frequency_hz", 100, 8000, 1300, "Hz", "log", 1, "where the notches move", tunable=False),
        Param("feedback", 0, 0.95, 0.1, help="how sharp the notches are", tunable=False),
        Param("mix", 0, 1, 0.5, help="0.5 gives the deepest notches"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
)
