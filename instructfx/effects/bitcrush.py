"""Bit crusher on pedalboard."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """Rounds samples to fewer levels."""
    return [pedalboard.Bitcrush(bit_depth=settings["bit_depth"])]


BITCRUSH = Effect(
    name="bitcrush",
    label="Bit crusher",
    summary="Fewer bits: digital grit, old samplers, video games.",
    params=(
        Param("bit_depth", 2, 16, 8, "bit", step=0.1, help="12 hums, 8 hisses, 4 crackles"),
        Param("mix", 0, 1, 1, help="share of the crushed sound"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    aliases=("bitcrusher", "crusher"),
)
