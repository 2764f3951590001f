"""Chorus on pedalboard."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """The modulated delay alone: the dry sound comes from the mix."""
    return [
        pedalboard.Chorus(
            rate_hz=settings["rate_hz"],
            depth=settings["depth"],
            centre_delay_ms=settings["centre_delay_ms"],
            feedback=settings["feedback"],
            mix=1.0,
        )
    ]


CHORUS = Effect(
    name="chorus",
    label="Chorus",
    summary="Several voices from one: shimmer, thickness; short and fed back it flanges.",
    params=(
        Param("rate_hz", 0.05, 8, 1, "Hz", "log", help="speed of the movement", tunable=False),
        Param("depth", 0, 1, 0.25, help="how far it moves"),
        Param("centre_delay_ms", 1, 50, 7, "ms", "log", 0.1, "2 flanges, 7 to 15 thickens", tunable=False),
        Param("feedback", 0, 0.95, 0, help="how metallic", tunable=False),
        Param("mix", 0, 1, 0.5, help="share of the moving voice"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
)
