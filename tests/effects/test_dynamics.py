"""Compressor and limiter on steady tones, bursts and quiet sound."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from instructfx.audio import Audio
from instructfx.effects import EFFECTS
from instructfx.effects.memoryless import as_tensors

COMPRESSOR, LIMITER = EFFECTS["compressor"], EFFECTS["limiter"]
RATE = 44_100


def tone(level_db: float, seconds: float = 1.0, sample_rate: int = RATE) -> Tensor:
    """A 1 kHz tone whose peak is at that level."""
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    return torch.from_numpy(np.float32(10 ** (level_db / 20) * np.sin(2 * np.pi * 1000 * time)))[None, None]


def peak_db(samples: Tensor) -> float:
    return float(20 * torch.log10(samples.abs().max()))


def compressed(dry: Tensor, sample_rate: int = RATE, **settings: float) -> Tensor:
    return COMPRESSOR.render(dry, sample_rate, as_tensors(COMPRESSOR.complete(settings)))


@pytest.mark.parametrize("sample_rate", [8_000, 44_100, 96_000])
@pytest.mark.parametrize("ratio", [1, 2, 4, 10])
@pytest.mark.parametrize("level_db", [-24, -12, -6])
def test_a_steady_tone_comes_down_by_the_ratio(level_db: float, ratio: float, sample_rate: int) -> None:
    """threshold + (level - threshold) / ratio, within 1 dB: the detector follows the tone's own wave a little."""
    out = compressed(
        tone(level_db, sample_rate=sample_rate), sample_rate, threshold_db=-24, ratio=ratio, attack_ms=1, release_ms=500
    )
    settled = out[..., out.shape[-1] // 2 :]
    assert peak_db(settled) == pytest.approx(-24 + (level_db + 24) / ratio, abs=1)


def test_what_is_below_the_threshold_is_left_alone() -> None:
    dry = tone(-30)
    torch.testing.assert_close(compressed(dry, threshold_db=-20, ratio=10), dry)


@pytest.mark.parametrize("makeup_gain_db", [0, 6, 24])
def test_make_up_gain_is_gain(makeup_gain_db: float) -> None:
    out = compressed(tone(-40), threshold_db=-10, makeup_gain_db=makeup_gain_db)
    assert peak_db(out) == pytest.approx(-40 + makeup_gain_db, abs=0.05)


def test_a_slow_attack_lets_the_hit_through() -> None:
    dry = tone(-6)
    onset = slice(0, RATE // 100)
    levels = [peak_db(compressed(dry, threshold_db=-30, ratio=8, attack_ms=ms)[..., onset]) for ms in (0.1, 10, 100)]
    assert levels[0] < levels[1] - 1
    assert levels[1] < levels[2]


def test_a_long_release_keeps_holding_down() -> None:
    """A loud half second, then a quiet one below the threshold: how soon is it back?"""
    dry = torch.cat([tone(-6, 0.5), tone(-36, 0.5)], dim=-1)
    just_after = slice(RATE // 2 + RATE // 20, RATE // 2 + RATE // 10)
    short, long = (
        peak_db(compressed(dry, threshold_db=-30, ratio=8, attack_ms=1, release_ms=ms)[..., just_after])
        for ms in (10, 1_000)
    )
    assert short == pytest.approx(-36, abs=1)
    assert long < -45


def test_compression_evens_out_dynamics(music: Audio) -> None:
    """The spread between loud and quiet moments shrinks."""

    def spread_db(samples: np.ndarray) -> float:
        moments = np.square(samples[:, : 9 * RATE]).reshape(2, -1, RATE // 10).mean(axis=(0, 2))
        return float(np.ptp(10 * np.log10(np.percentile(moments, [10, 90]))))

    dry = torch.from_numpy(music.samples)[None]
    out = compressed(dry, threshold_db=-40, ratio=6, attack_ms=2)[0].numpy()
    assert spread_db(out) < 0.7 * spread_db(music.samples)


# Limiter


def limited(dry: Tensor, sample_rate: int = RATE, **settings: float) -> Tensor:
    return LIMITER.render(dry, sample_rate, as_tensors(LIMITER.complete(settings)))


@pytest.mark.parametrize("sample_rate", [8_000, 44_100, 192_000])
@pytest.mark.parametrize("threshold_db", [-30, -12, -3, 0])
def test_nothing_leaves_above_the_threshold(threshold_db: float, sample_rate: int) -> None:
    rng = np.random.default_rng(11)
    dry = torch.from_numpy(np.float32(rng.standard_normal((1, 2, sample_rate))))  # peaks at +13 dBFS
    dry[..., sample_rate // 2] = 10.0
    assert peak_db(limited(dry, sample_rate, threshold_db=threshold_db)) <= threshold_db + 1e-4


@pytest.mark.parametrize("release_ms", [10, 100, 1000])
def test_quiet_sound_is_left_alone(release_ms: float) -> None:
    dry = tone(-7)
    torch.testing.assert_close(limited(dry, threshold_db=-6, release_ms=release_ms), dry)


def test_limiting_a_steady_tone_brings_it_to_the_threshold() -> None:
    """And not further down: no make-up gain, no hidden second threshold."""
    out = limited(tone(0), threshold_db=-12, release_ms=100)[..., RATE // 2 :]
    assert peak_db(out) == pytest.approx(-12, abs=0.5)


def test_after_a_peak_the_limiter_lets_go() -> None:
    dry = torch.cat([tone(0, 0.2), tone(-20, 0.8)], dim=-1)
    soon, late = (limited(dry, threshold_db=-15, release_ms=ms) for ms in (10, 1_000))
    window = slice(round(0.25 * RATE), round(0.3 * RATE))
    assert peak_db(soon[..., window]) == pytest.approx(-20, abs=0.5)
    assert peak_db(late[..., window]) < -25
