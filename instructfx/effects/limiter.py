"""Peak limiter on pedalboard: a fast, hard compressor and a clipper for what slips through.

pedalboard's own Limiter adds up to 14 dB of make-up gain and compresses whatever its threshold is, so this
one is built from parts that do what they say: nothing leaves above the threshold, nothing below it moves.
"""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.heuristics import EffectHeuristics
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect
from instructfx.effects.standalone import Samples, on_board
from instructfx.effects.words import EffectWords, Nickname

RATIO = 100.0
ATTACK_MS = 0.1


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """Compressor at 100:1 with a 0.1 ms attack, then a clipper at the threshold."""
    threshold_db = settings["threshold_db"]
    return [
        pedalboard.Compressor(threshold_db, RATIO, ATTACK_MS, settings["release_ms"]),
        pedalboard.Clipping(threshold_db=threshold_db),
    ]


def apply_limiter(samples: Samples, sample_rate: int, *, threshold_db: float, release_ms: float) -> Samples:
    """A fast, hard compressor, and a clipper for what slips through."""
    plugins = [pedalboard.Compressor(threshold_db, 100.0, 0.1, release_ms), pedalboard.Clipping(threshold_db)]
    return on_board(plugins, samples, sample_rate)


WORDS = EffectWords(
    noun="a limiter",
    nicknames=(
        Nickname(
            (
                "limiter",
                "limit",
                "limiting",
                "brickwall",
                "brick wall",
                "maximizer",
                "maximiser",
                "peak limiter",
                "maximize",
                "maximise",
            ),
            ("limitador", "limitar", "limita", "limítalo", "maximizador"),
        ),
    ),
    numbers={"db": ("threshold_db",), "s": ("release_ms",), "": ("threshold_db",)},
)


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
    ceiling="threshold_db",
    neutral={"threshold_db": 0},
    role="dynamics",
    heuristics=EffectHeuristics(
        reach={"dynamics": -1},
        begin=lambda axes, readings: {"threshold_db": 3 * readings.get("loudness", -6.0) + 6},
        more=lambda amount, values: {"threshold_db": values["threshold_db"] - 3 * amount},
        also_for=("-dynamics",),
    ),
    words=WORDS,
    telling={"threshold_db": -15, "release_ms": 100},
    standalone=apply_limiter,
)
