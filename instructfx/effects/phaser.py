"""Phaser on pedalboard."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard, below_nyquist
from instructfx.effects.heuristics import EffectHeuristics, deeper
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect
from instructfx.effects.standalone import Samples, on_board
from instructfx.effects.words import Colour, EffectWords, Nickname


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


def apply_phaser(
    samples: Samples,
    sample_rate: int,
    *,
    rate_hz: float,
    depth: float,
    centre_frequency_hz: float,
    feedback: float,
    mix: float,
) -> Samples:
    """A chain of moving all-pass filters."""
    centre_hz = min(centre_frequency_hz, 0.49 * 44_100)
    return on_board([pedalboard.Phaser(rate_hz, depth, centre_hz, feedback, 1.0)], samples, sample_rate, mix, 44_100)


WORDS = EffectWords(
    noun="a phaser",
    nicknames=(
        Nickname(
            (
                "phaser",
                "phasing",
                "phase shifter",
                "uni vibe",
                "univibe",
                "small stone",
                "phase 90",
                "rotary",
                "rotary speaker",
            ),
            ("fáser", "faseador", "phaser"),
        ),
    ),
    colours=(
        Colour(("deep", "lush", "swirly"), {"depth": 0.15}, alone=True),
        Colour(("shallow",), {"depth": -0.15}, alone=True),
    ),
)


PHASER = Effect(
    name="phaser",
    label="Phaser",
    summary="Moving notches: swirl, swoosh, psychedelia.",
    params=(
        Param("rate_hz", 0.05, 8, 0.6, "Hz", "log", help="speed of the sweep", tunable=False, title="Speed"),
        Param("depth", 0, 1, 0.5, help="how far it sweeps"),
        Param("centre_frequency_hz", 100, 8000, 1300, "Hz", "log", 1, "where the notches move", False, title="Centre"),
        Param("feedback", 0, 0.95, 0.1, help="how sharp the notches are", tunable=False),
        Param("mix", 0, 1, 0.5, help="0.5 gives the deepest notches"),
    ),
    render=FromPedalboard(build, "rate_hz", at_reference=True),
    straight_through=True,
    role="movement",
    heuristics=EffectHeuristics(
        reach={"movement": 1},
        begin=lambda axes, readings: {"mix": min(0.3 + 0.15 * abs(axes.get("movement", 0.5)), 0.5)},
        more=deeper,
        also_for=("+movement",),
    ),
    words=WORDS,
    telling={"rate_hz": 2, "depth": 0.6, "centre_frequency_hz": 1_000, "feedback": 0.4, "mix": 0.5},
    standalone=apply_phaser,
)
