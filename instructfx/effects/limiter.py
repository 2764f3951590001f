"""Peak limiter on pedalboard: a fast, hard compressor and a clipper for what slips through.

pedalboard's own Limiter adds up to 14 dB of make-up gain and compresses whatever its threshold is, so this
one is built from parts that do what they say: nothing leaves above the threshold, nothing below it moves.
"""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect

RATIO = 100.0
ATTACK_MS = 0.1


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """Compressor at 100:1 with a 0.1 ms attack, then a clipper at the threshold."""
    threshold_db = settings["threshold_db"]
    return [
        pedalboard.Compressor(threshold_db, RATIO, ATTACK_MS, settings["release_ms"]),
        pedalboard.Clipping(threshold_db=threshold_db),
    ]


LIMITER = Effect(
    name="limiter",
    label="Limiter",
    summary="Holds peaks under a ceiling: louder masters, no overs.",
    params=(
        Param("threshold_db", -30, 0, -3, "dB", step=0.1, help="the ceiling for peaks"),
        Param("release_ms", 10, 1000, 100, "ms", "log", 1, "how soon it lets go"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    neutral={"threshold_db": 0},
)
