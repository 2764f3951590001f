"""What a compressor or limiter takes off is measured on what goes in and what comes out."""

from __future__ import annotations

import math

import pytest
import torch

from instructfx.chain import Chain
from instructfx.rendering.excerpt import Excerpt
from instructfx.rendering.gain_reduction import gain_reduction

RATE = 44100


def tone(level_db: float, seconds: float = 1.0) -> Excerpt:
    time = torch.arange(round(RATE * seconds)) / RATE
    return Excerpt((10 ** (level_db / 20) * torch.sin(2 * math.pi * 997 * time))[None, None], RATE)


def test_a_limiter_takes_what_sticks_out() -> None:
    taken = gain_reduction(tone(-3.0), Chain().added("limiter", {"threshold_db": -9.0}), "limiter")
    assert taken.mean_db == pytest.approx(6.0, abs=0.5)
    assert taken.most_db >= taken.mean_db


def test_below_its_threshold_it_takes_nothing() -> None:
    taken = gain_reduction(tone(-20.0), Chain().added("limiter", {"threshold_db": -9.0}), "limiter")
    assert taken.most_db == pytest.approx(0.0, abs=0.05)


def test_make_up_gain_is_left_out_and_what_stands_before_it_counts() -> None:
    settings = {"threshold_db": -20.0, "ratio": 4.0, "attack_ms": 1.0, "release_ms": 50.0}
    plain = gain_reduction(tone(-10.0), Chain().added("compressor", settings), "compressor")
    made_up = gain_reduction(
        tone(-10.0), Chain().added("compressor", {**settings, "makeup_gain_db": 6.0}), "compressor"
    )
    assert made_up == plain
    assert plain.mean_db > 3.0
    pushed = Chain().added("distortion", {"drive_db": 0.0}).added("compressor", settings)
    assert gain_reduction(tone(-10.0), pushed, "compressor").mean_db > 3.0


def test_silence_and_a_bypassed_slot_take_nothing() -> None:
    chain = Chain().added("limiter", {"threshold_db": -9.0})
    assert gain_reduction(Excerpt(torch.zeros(1, 2, RATE), RATE), chain, "limiter").most_db == 0.0
    assert gain_reduction(tone(-3.0), chain.bypassed("limiter", True), "limiter").most_db == pytest.approx(0, abs=1e-6)
