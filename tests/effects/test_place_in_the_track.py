"""A part of a track through an effect that swings with time sounds as the same part of the whole does."""

from __future__ import annotations

import pytest
import torch

from instructfx.effects import EFFECTS
from instructfx.effects.memoryless import as_tensors

RATE = 44_100


@pytest.mark.parametrize("rate_hz", [0.13, 0.7, 3.0])
@pytest.mark.parametrize("name", ["chorus", "phaser", "tremolo"])
def test_the_swing_of_a_part_is_that_of_the_whole(name: str, rate_hz: float) -> None:
    effect = EFFECTS[name]
    settings = as_tensors(effect.complete({"depth": 0.8, "rate_hz": rate_hz}))
    seconds = torch.arange(6 * RATE, dtype=torch.float64) / RATE
    chord = sum(torch.sin(2 * torch.pi * hz * seconds) for hz in (110, 277, 415))  # low: a delay is heard by its sweep
    sound = (0.1 * torch.as_tensor(chord)).float().expand(1, 2, -1)
    first, settled = 4 * RATE + 321, RATE // 5
    whole = effect.render(sound, RATE, settings)[..., first + settled :]

    def difference_db(first_frame: int) -> float:
        part = effect.render(sound[..., first:], RATE, settings, first_frame)[..., settled:]
        return float(10 * torch.log10(((part - whole).square().mean() + 1e-12) / whole.square().mean()))

    assert difference_db(first) < -24  # JUCE adds up its phase in single precision
    assert difference_db(first + round(0.3 * RATE / rate_hz)) > -10
