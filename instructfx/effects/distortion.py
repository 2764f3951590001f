"""Distortion on pedalboard: a hyperbolic tangent."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """tanh of the amplified input: odd harmonics that grow with drive and level."""
    return [pedalboard.Distortion(drive_db=settings["drive_db"])]


DISTORTION = Effect(
    name="distortion",
    label="Distortion",
    summary="Saturation and overdrive: grit, edge, thickness, aggression.",
    params=(
        Param("drive_db", 0, 40, 12, "dB", step=0.1, help="gain into the curve: 6 warms, 15 bites, 30 fuzzes"),
        Param("mix", 0, 1, 1, help="share of the distorted sound"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    aliases=("dist", "overdrive", "saturation"),
)
