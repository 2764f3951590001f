"""Distortion on pedalboard: a hyperbolic tangent."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.heuristics import EffectHeuristics, Values
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect
from instructfx.effects.standalone import Samples, on_board
from instructfx.effects.words import Colour, EffectWords, Nickname, SettingName


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """tanh of the amplified input: odd harmonics that grow with drive and level."""
    return [pedalboard.Distortion(drive_db=settings["drive_db"])]


def more(amount: float, values: Values) -> Values:
    """More drive; less is a share of it, so that a little drive is not all taken at once."""
    return {"drive_db": values["drive_db"] + 8 * amount if amount > 0 else values["drive_db"] * 2.8**amount}


def apply_distortion(samples: Samples, sample_rate: int, *, drive_db: float, mix: float) -> Samples:
    """A hyperbolic tangent."""
    return on_board([pedalboard.Distortion(drive_db)], samples, sample_rate, mix)


WORDS = EffectWords(
    nicknames=(
        Nickname(
            ("distortion", "distort", "distorted", "dist", "waveshaper", "clipping", "drive"),
            ("distorsión", "distorsionar", "distorsionado"),
        ),
        Nickname(
            ("overdrive", "overdriven", "od", "tube screamer", "tubescreamer", "ts9", "ts808", "klon", "blues driver"),
            ("overdrive", "saturación fuerte"),
            {"drive_db": 15.0},
        ),
        Nickname(
            (
                "saturation",
                "saturate",
                "saturator",
                "tape saturator",
                "exciter",
                "harmonic exciter",
                "saturn",
                "decapitator",
                "tape machine",
                "studer",
                "ampex",
                "culture vulture",
                "preamp drive",
                "tube preamp",
                "console drive",
            ),
            ("saturación", "saturar", "saturador", "excitador"),
            {"drive_db": 8.0},
        ),
        Nickname(
            ("fuzz", "fuzzbox", "big muff", "fuzz pedal", "fuzz face", "rat pedal", "muff"),
            ("fuzz",),
            {"drive_db": 30.0},
        ),
    ),
    settings=(SettingName("drive_db", ("drive", "drive amount"), ("drive",)),),
    colours=(
        Colour(("soft", "smooth", "warm", "clean", "mellow"), {"drive_db": -4.0}),
        Colour(("harsh", "aggressive", "gritty", "hard", "heavy", "rough", "crunchy", "fuzzy"), {"drive_db": 4.0}),
    ),
    numbers={"db": ("drive_db",), "": ("drive_db",)},
)


DISTORTION = Effect(
    name="distortion",
    label="Distortion",
    summary="Saturation and overdrive: grit, edge, thickness, aggression.",
    params=(
        Param(
            "drive_db",
            0,
            40,
            12,
            "dB",
            step=0.1,
            help="gain into the curve: 6 warms, 15 bites, 30 fuzzes",
            plausible=(0, 30),
        ),
        Param("mix", 0, 1, 1, help="share of the distorted sound"),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    aliases=("dist", "overdrive", "saturation"),
    role="grit",
    heuristics=EffectHeuristics(
        reach={"grit": 1, "harshness": 1},
        begin=lambda axes, readings: {"drive_db": 6 + 8 * max(axes.get("grit", 0.0), 0.2)},
        more=more,
        held=frozenset({"mix"}),
        first_for=("+grit",),
    ),
    words=WORDS,
    telling={"drive_db": 15, "mix": 0.7},
    standalone=apply_distortion,
)
