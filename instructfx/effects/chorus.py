"""Chorus on pedalboard."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.heuristics import EffectHeuristics, deeper
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect
from instructfx.effects.standalone import Samples, on_board
from instructfx.effects.words import Colour, EffectWords, Nickname


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


def apply_chorus(
    samples: Samples,
    sample_rate: int,
    *,
    rate_hz: float,
    depth: float,
    centre_delay_ms: float,
    feedback: float,
    mix: float,
) -> Samples:
    """A modulated delay."""
    return on_board(
        [pedalboard.Chorus(rate_hz, depth, centre_delay_ms, feedback, 1.0)], samples, sample_rate, mix, 44_100
    )


WORDS = EffectWords(
    nicknames=(
        Nickname(
            (
                "chorus effect",
                "ensemble",
                "dimension",
                "dimension d",
                "juno chorus",
                "ce-1",
                "ce-2",
                "chorus pedal",
                "choruses",
            ),
            ("coro", "chorus"),
        ),
        Nickname(
            ("flanger", "flange", "flanging"),
            ("flanger",),
            {"rate_hz": 0.25, "depth": 0.6, "centre_delay_ms": 2.0, "feedback": 0.7, "mix": 0.5},
        ),
    ),
    colours=(
        Colour(("deep", "wide", "lush", "wobbly", "thick"), {"depth": 0.15}, alone=True),
        Colour(("shallow",), {"depth": -0.15}, alone=True),
    ),
)


CHORUS = Effect(
    name="chorus",
    label="Chorus",
    summary="Several voices from one: shimmer, thickness; short and fed back it flanges.",
    params=(
        Param("rate_hz", 0.05, 8, 1, "Hz", "log", help="speed of the movement", tunable=False, title="Speed"),
        Param("depth", 0, 1, 0.25, help="how far it moves"),
        Param("centre_delay_ms", 1, 50, 7, "ms", "log", 0.1, "2 flanges, 7 to 15 thickens", False, title="Delay"),
        Param("feedback", 0, 0.95, 0, help="how metallic", tunable=False),
        Param("mix", 0, 1, 0.5, help="share of the moving voice"),
    ),
    render=FromPedalboard(build, "rate_hz", at_reference=True),
    straight_through=True,
    role="movement",
    heuristics=EffectHeuristics(
        reach={"movement": 1, "width": 1},
        begin=lambda axes, readings: {"mix": min(0.3 + 0.15 * abs(axes.get("movement", 0.5)), 0.6)},
        more=deeper,
        first_for=("+movement",),
        also_for=("+width",),
    ),
    words=WORDS,
    telling={"rate_hz": 2, "depth": 0.6, "centre_delay_ms": 10, "feedback": 0.4, "mix": 0.5},
    standalone=apply_chorus,
)
