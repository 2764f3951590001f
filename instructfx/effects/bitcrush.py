"""Bit crusher on pedalboard."""

from __future__ import annotations

from collections.abc import Mapping

import pedalboard

from instructfx.effects.from_pedalboard import FromPedalboard
from instructfx.effects.heuristics import EffectHeuristics
from instructfx.effects.param import Param
from instructfx.effects.spec import Effect
from instructfx.effects.standalone import Samples, on_board
from instructfx.effects.words import EffectWords, Nickname, SettingName


def build(settings: Mapping[str, float], sample_rate: int) -> list[pedalboard.Plugin]:
    """Rounds samples to fewer levels."""
    return [pedalboard.Bitcrush(bit_depth=settings["bit_depth"])]


def apply_bitcrush(samples: Samples, sample_rate: int, *, bit_depth: float, mix: float) -> Samples:
    """Samples rounded to fewer levels."""
    return on_board([pedalboard.Bitcrush(bit_depth)], samples, sample_rate, mix)


WORDS = EffectWords(
    noun="bit crushing",
    nicknames=(
        Nickname(
            (
                "bitcrush",
                "bitcrusher",
                "bit crusher",
                "bit crush",
                "bit-crush",
                "bit reduction",
                "crush",
                "crusher",
                "downsample",
                "decimator",
            ),
            ("bitcrusher", "reducción de bits", "triturador de bits"),
        ),
    ),
    settings=(SettingName("bit_depth", ("bit depth", "bitdepth"), ("profundidad de bits", "resolución")),),
    numbers={"bits": ("bit_depth",)},
)


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
    role="grit",
    heuristics=EffectHeuristics(
        reach={"grit": 1, "fidelity": -1},
        begin=lambda axes, readings: {"bit_depth": 11 - 3 * max(axes.get("grit", 0.0), 0.3)},
        more=lambda amount, values: {"bit_depth": values["bit_depth"] - 2 * amount},
        held=frozenset({"mix"}),
        also_for=("+grit", "-fidelity"),
    ),
    words=WORDS,
    telling={"bit_depth": 5, "mix": 0.7},
    standalone=apply_bitcrush,
)
