"""Loudness after BS.1770-4, held against pyloudnorm and the EBU's own cases."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from instructfx.audio import Audio, Samples, load
from instructfx.audio.loudness import ABSOLUTE_GATE_LUFS, LoudnessMeter, loudness_lufs


def reference_lufs(audio: Audio) -> float:
    return float(pyloudnorm.Meter(audio.sample_rate).integrated_loudness(audio.samples.T.astype(float)))


def sine(levels_dbfs: list[tuple[float, float]], sample_rate: int = 48_000) -> Audio:
    """A 1 kHz sine on both channels: (level of its peak in dBFS, seconds) one after the other."""
    steps = [np.full(round(seconds * sample_rate), 10 ** (level / 20)) for level, seconds in levels_dbfs]
    envelope = np.concatenate(steps)
    tone = envelope * np.sin(2 * np.pi * 1000 * np.arange(len(envelope)) / sample_rate)
    return Audio(np.float32(np.stack([tone, tone])), sample_rate)


def white(sample_rate: int, channels: int) -> Audio:
    rng = np.random.default_rng(7)
    swell = np.linspace(0.01, 0.3, 5 * sample_rate)  # so that the relative gate has something to cut
    return Audio(np.float32(swell * rng.standard_normal((channels, 5 * sample_rate))), sample_rate)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("sample_rate", [8_000, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_loudness_equals_pyloudnorm_on_noise(sample_rate: int, channels: int) -> None:
    audio = white(sample_rate, channels)
    assert loudness_lufs(audio) == pytest.approx(reference_lufs(audio), abs=0.01)


def test_loudness_equals_pyloudnorm_on_music(music: Audio) -> None:
    assert loudness_lufs(music) == pytest.approx(reference_lufs(music), abs=0.01)


def test_a_block_that_is_not_full_is_left_out_as_the_standard_has_it() -> None:
    assert loudness_lufs(sine([(-40, 1), (-6, 0.09)])) == pytest.approx(-40, abs=0.1)


@pytest.mark.data
@pytest.mark.parametrize("name", ["piano", "guitar", "drums"])
def test_loudness_equals_pyloudnorm_on_recordings(recordings: Path, name: str) -> None:
    audio = load(recordings / f"{name}.flac")
    assert loudness_lufs(audio) == pytest.approx(reference_lufs(audio), abs=0.01)


EBU_CASES: dict[str, tuple[list[tuple[float, float]], float]] = {
    "1: -23 dBFS": ([(-23, 20)], -23.0),
    "2: -33 dBFS": ([(-33, 20)], -33.0),
    "3: the relative gate": ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
    "4: the absolute gate": ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
    "5: no gate": ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
}


@pytest.mark.parametrize(("levels", "expected"), EBU_CASES.values(), ids=EBU_CASES)
def test_the_cases_of_ebu_tech_3341(levels: list[tuple[float, float]], expected: float) -> None:
    assert loudness_lufs(sine(levels)) == pytest.approx(expected, abs=0.1)  # the tolerance of the EBU


@pytest.mark.parametrize("block", [1, 100, 4_409, 4_410, 4_411, 100_000])
def test_in_blocks_as_whole(mono: Audio, block: int) -> None:
    samples = mono.samples[:, : 20_000 if block == 1 else None]
    whole, blockwise = (LoudnessMeter(mono.sample_rate, 1) for _ in range(2))
    whole.push(samples)
    for start in range(0, samples.shape[1], block):
        blockwise.push(samples[:, start : start + block])
    assert blockwise.integrated_lufs() == pytest.approx(whole.integrated_lufs(), abs=1e-6)


@pytest.mark.parametrize("frames", [44, 100, 4_409, 4_410, 10_000, 17_640])
def test_sounds_shorter_than_a_gating_block_have_a_loudness(frames: int) -> None:
    """A steady square wave has the same loudness however little of it there is, but for the filters' onset."""
    square = np.float32(0.3 * np.sign(np.sin(2 * np.pi * 1000 * (np.arange(frames) + 0.5) / 44_100)))
    assert loudness_lufs(Audio(square[None], 44_100)) == pytest.approx(-9.7, abs=2)


def test_a_pause_does_not_count() -> None:
    tone, pause = sine([(-20, 4)]), np.zeros((2, 4 * 48_000), np.float32)
    with_pause = Audio(np.concatenate([tone.samples, pause], axis=1), 48_000)
    assert loudness_lufs(with_pause) == pytest.approx(loudness_lufs(tone), abs=0.3)  # blocks that straddle the edge


def test_silence_is_at_the_absolute_gate() -> None:
    assert loudness_lufs(Audio(np.zeros((2, 44_100), np.float32), 44_100)) == ABSOLUTE_GATE_LUFS
    assert LoudnessMeter(44_100, 2).integrated_lufs() == ABSOLUTE_GATE_LUFS


@pytest.mark.parametrize(
    ("change", "expected_lu"),
    [(lambda x: 2 * x, 6.02), (lambda x: x / 10, -20.0), (lambda x: x[::-1].copy(), 0.0), (lambda x: -x, 0.0)],
    ids=["doubled", "a tenth", "channels swapped", "inverted"],
)
def test_loudness_follows_level(noise: Audio, change: Callable[[Samples], Samples], expected_lu: float) -> None:
    changed = Audio(change(noise.samples), noise.sample_rate)
    assert loudness_lufs(changed) - loudness_lufs(noise) == pytest.approx(expected_lu, abs=0.01)


RANGE_CASES: dict[str, tuple[list[float], float]] = {
    "1: 10 LU": ([-20, -30], 10.0),
    "2: 5 LU": ([-20, -15], 5.0),
    "3: 20 LU": ([-40, -20], 20.0),
    "4: the relative gate": ([-50, -35, -20, -35, -50], 15.0),
}


@pytest.mark.parametrize("case", RANGE_CASES)
def test_the_loudness_ranges_of_ebu_tech_3342(case: str) -> None:
    levels, expected = RANGE_CASES[case]
    audio = sine([(level, 20) for level in levels])
    meter = LoudnessMeter(audio.sample_rate, audio.channels)
    for start in range(0, audio.frames, 30_000):
        meter.push(audio.samples[:, start : start + 30_000])
    assert meter.loudness_range_lu() == pytest.approx(expected, abs=1.0)


def test_what_is_shorter_than_three_seconds_or_silent_has_no_loudness_range() -> None:
    for audio in (sine([(-20, 1.4), (-40, 1.4)]), sine([(-120, 5)])):
        meter = LoudnessMeter(audio.sample_rate, audio.channels)
        meter.push(audio.samples)
        assert meter.loudness_range_lu() == 0.0
