"""Compressor on pedalboard."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.heuristics import Axes, EffectHeuristics, Values
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect
from instructfx.effects.standalone import Samples, on_board
from instructfx.effects.words import Colour, EffectWords, Nickname, SettingName


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


def begin(axes: Axes, readings: Axes) -> Values:
    """Threshold near the track's own level; slow attacks where hits should get through."""
    evenness = max(-axes.get("dynamics", 0.0), 0.0)
    punch = axes.get("punch", 0.0)
    loudness_lufs = 3 * readings.get("loudness", -6.0)
    return {
        "threshold_db": loudness_lufs - 4 * evenness + 2 * punch,
        "ratio": 2 + 1.5 * evenness + abs(punch),
        "attack_ms": 40.0 if punch > 0 else 2.0 if punch < 0 else 10.0,
        "release_ms": 80.0 if punch > 0 else 150.0,
    }


def more(amount: float, values: Values) -> Values:
    """A lower threshold and a firmer ratio."""
    return {"threshold_db": values["threshold_db"] - 4 * amount, "ratio": 1 + (values["ratio"] - 1) * 1.4**amount}


def apply_compressor(
    samples: Samples,
    sample_rate: int,
    *,
    threshold_db: float,
    ratio: float,
    attack_ms: float,
    release_ms: float,
    makeup_gain_db: float,
    mix: float,
) -> Samples:
    """A feed-forward compressor, then its make-up gain; a mix below 1 is parallel compression."""
    plugins = [pedalboard.Compressor(threshold_db, ratio, attack_ms, release_ms), pedalboard.Gain(makeup_gain_db)]
    return on_board(plugins, samples, sample_rate, mix)


WORDS = EffectWords(
    noun="a compressor",
    nicknames=(
        Nickname(
            ("compressor", "compression", "compress", "comp", "leveler", "leveller", "sustainer", "gain reduction"),
            ("compresor", "compresión", "comprimir", "reducción de ganancia"),
        ),
        Nickname(
            (
                "bus compressor",
                "bus compression",
                "glue compressor",
                "glue compression",
                "gentle compression",
                "light compression",
            ),
            ("compresión suave", "compresor de bus", "compresión ligera"),
            {"threshold_db": -20.0, "ratio": 2.0, "attack_ms": 30.0, "release_ms": 200.0},
        ),
        Nickname(
            ("1176", "1176 all buttons", "all buttons in", "fet compressor", "urei", "distressor", "dbx 160", "dbx"),
            ("compresor fet",),
            {"threshold_db": -30.0, "ratio": 12.0, "attack_ms": 0.8, "release_ms": 60.0},
        ),
        Nickname(
            (
                "la-2a",
                "la 2a",
                "la2a",
                "la-3a",
                "la3a",
                "opto",
                "opto compressor",
                "optical compressor",
                "leveling amp",
                "leveling",
                "levelling",
                "leveler",
                "leveller",
                "vocal leveler",
            ),
            ("compresor óptico", "nivelador"),
            {"threshold_db": -24.0, "ratio": 3.0, "attack_ms": 10.0, "release_ms": 500.0},
        ),
        Nickname(
            ("fairchild", "fairchild 670", "vari-mu", "vari mu", "varimu", "manley", "tube compressor"),
            ("compresor a válvulas",),
            {"threshold_db": -22.0, "ratio": 2.5, "attack_ms": 20.0, "release_ms": 600.0},
        ),
        Nickname(
            ("ssl compressor", "ssl bus compressor", "ssl bus", "g bus", "bus glue", "mix bus compressor", "ssl glue"),
            (),
            {"threshold_db": -20.0, "ratio": 4.0, "attack_ms": 30.0, "release_ms": 150.0},
        ),
        Nickname(
            ("parallel compression", "new york compression", "ny compression"),
            ("compresión paralela", "compresión en paralelo"),
            {"threshold_db": -35.0, "ratio": 8.0, "attack_ms": 3.0, "release_ms": 100.0, "mix": 0.4},
        ),
        Nickname(
            ("heavy compression", "squash", "smash", "hard compression"),
            ("compresión fuerte", "aplastar"),
            {"threshold_db": -34.0, "ratio": 10.0, "attack_ms": 2.0, "release_ms": 90.0},
        ),
    ),
    settings=(
        SettingName("ratio", ("ratio", "compression ratio"), ("ratio", "relación", "relación de compresión")),
        SettingName("attack_ms", ("attack", "attack time"), ("ataque", "tiempo de ataque")),
        SettingName(
            "makeup_gain_db",
            ("makeup", "make-up", "makeup gain", "make-up gain"),
            ("ganancia de compensación", "compensación"),
        ),
    ),
    colours=(
        Colour(("soft", "smooth", "dynamic"), {"threshold_db": 4.0, "ratio": -0.7}),
        Colour(("light",), {"threshold_db": 4.0, "ratio": -0.7}, alone=True),
        Colour(("heavy",), {"threshold_db": -4.0, "ratio": 1.5}, alone=True),
        Colour(("aggressive", "tight", "squashed", "punchy"), {"threshold_db": -4.0, "ratio": 1.5}),
    ),
    numbers={"db": ("threshold_db",), "ratio": ("ratio",), "s": ("attack_ms", "release_ms"), "": ("threshold_db",)},
)


COMPRESSOR = Effect(
    name="compressor",
    label="Compressor",
    summary="Evens out dynamics: punch, glue, sustain.",
    params=(
        Param("threshold_db", -60, 0, -18, "dB", step=0.5, help="level above which it turns down"),
        Param(
            "ratio", 1, 20, 3, scale="log", step=0.1, help="how firmly: 4 means 4 dB in, 1 dB out", plausible=(1.2, 6.0)
        ),
        Param("attack_ms", 0.1, 100, 10, "ms", "log", 0.1, "slow lets hits through, fast catches them"),
        Param("release_ms", 10, 1000, 120, "ms", "log", 1, "how soon it lets go", tunable=False),
        Param(
            "makeup_gain_db", 0, 24, 0, "dB", step=0.1, help="gain after compression", tunable=False, title="Make-up"
        ),
        Param("mix", 0, 1, 1, help="below 1: parallel compression", tunable=False),
    ),
    render=FromPedalboard(build),
    straight_through=True,
    aliases=("comp",),
    role="dynamics",
    heuristics=EffectHeuristics(
        reach={"dynamics": -1, "punch": 1},
        held=frozenset({"attack_ms"}),
        begin=begin,
        more=more,
        first_for=("-dynamics", "+punch", "-punch"),
    ),
    words=WORDS,
    telling={"threshold_db": -35, "ratio": 6, "attack_ms": 5, "release_ms": 60, "makeup_gain_db": 6, "mix": 0.8},
    standalone=apply_compressor,
    card=("threshold_db", "ratio", "attack_ms"),
)
