"""What changed between two chains, in words."""

from __future__ import annotations

import pytest

from instructfx.chain import Chain
from instructfx.chain.diff import to_text
from instructfx.effects import EFFECTS

RACK = Chain().added("eq", {"low_shelf_gain_db": 2}).added("reverb", {"mix": 0.25}).added("compressor", {})
EVERY = {name: [param.name for param in effect.params] for name, effect in EFFECTS.items()}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (RACK, RACK, ""),
        (Chain(), RACK, "equaliser added; reverb added; compressor added"),
        (RACK, Chain(), "equaliser removed; reverb removed; compressor removed"),
        (RACK, RACK.adjusted("eq", {"low_shelf_gain_db": 3.5}), "equaliser, low shelf gain 2.0 to 3.5 dB"),
        (RACK, RACK.adjusted("reverb", {"mix": 0.251}), "reverb, mix 0.25 to 0.251"),
        (RACK, RACK.adjusted("compressor", {"ratio": 4}), "compressor, ratio 3.0 to 4.0"),
        (RACK, RACK.bypassed("reverb", True), "reverb bypassed"),
        (RACK.bypassed("reverb", True), RACK, "reverb heard again"),
        (RACK, RACK.bypassed("reverb", True).adjusted("reverb", {"mix": 0.5}), "reverb, mix 0.25 to 0.50, bypassed"),
        (RACK, RACK.locked("reverb", EVERY["reverb"]), "reverb locked"),
        (RACK.locked("reverb", EVERY["reverb"]), RACK, "reverb unlocked"),
        (RACK, RACK.locked("eq", ["mid_gain_db", "mid_q"]), "equaliser mid gain and mid q locked"),
        (
            RACK,
            RACK.locked("eq", EVERY["eq"][:3]),
            "equaliser low shelf gain and low shelf cutoff frequency and low shelf q locked",
        ),
        (RACK, RACK.locked("eq", EVERY["eq"][:4]), "equaliser 4 settings locked"),
        (RACK, Chain(RACK.slots[::-1]), "order compressor, reverb, equaliser"),
        (RACK, RACK.without("eq"), "equaliser removed"),
        (
            Chain().added("pitch_shift", {}),
            Chain().added("pitch_shift", {"semitones": 2}),
            "pitch shift, semitones 0 to 2",
        ),
    ],
)
def test_every_change_has_its_words(before: Chain, after: Chain, words: str) -> None:
    assert to_text(before, after) == words


def moved(count: int) -> str:
    names = [param.name for param in EFFECTS["eq"].params if param.name.endswith("_gain_db")][1 : count + 1]
    return to_text(RACK, RACK.adjusted("eq", dict.fromkeys(names, 1.0)))


def test_three_or_four_moved_settings_are_told_and_of_five_the_first_three() -> None:
    assert [moved(count).count(" to ") for count in (1, 3, 4, 5)] == [1, 3, 4, 3]
    assert "more" not in moved(4)
    assert moved(5).endswith("2 more settings")
