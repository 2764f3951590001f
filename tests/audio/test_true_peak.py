"""True peaks after BS.1770-4, and the limiter that is built on them."""

from __future__ import annotations

import numpy as np
import pytest

from instructfx.audio import Audio, Samples
from instructfx.audio.true_peak import TruePeakMeter, intersample_peaks, limiting_gain, true_peak_dbtp

RATE = 48_000


def sine(frequency_hz: float, phase: float = 0.0, level: float = 0.5, seconds: float = 0.5) -> Audio:
    """A tone that fades in and out over 5 ms: an abrupt edge has true peaks of its own."""
    time = np.arange(round(seconds * RATE)) / RATE
    fade = np.clip(np.minimum(time, time[::-1]) / 0.005, 0, 1)
    return Audio(np.float32(level * fade * np.sin(2 * np.pi * frequency_hz * time + phase))[None], RATE)


def test_a_quarter_rate_sine_at_45_degrees_peaks_3_db_between_its_samples() -> None:
    tone = sine(RATE / 4, np.pi / 4)
    sample_peak_db = 20 * np.log10(np.abs(tone.samples).max())
    assert true_peak_dbtp(tone) - sample_peak_db == pytest.approx(3.01, abs=0.3)


@pytest.mark.parametrize("phase", np.linspace(0, np.pi / 2, 5))
@pytest.mark.parametrize("frequency_hz", [20, 997, 6_000, 12_000, 16_000])
def test_a_sine_reads_its_amplitude(frequency_hz: float, phase: float) -> None:
    assert true_peak_dbtp(sine(frequency_hz, phase)) == pytest.approx(-6.02, abs=0.3)


@pytest.mark.parametrize("block", [1, 7, 24, 1_000, 4_096, 4_097])
@pytest.mark.parametrize("frequency_hz", [30, 997, 11_000], ids=["bass", "mid", "treble"])
def test_in_blocks_as_whole(frequency_hz: float, block: int) -> None:
    """Loud bass is the hard case: cut between two blocks it has an edge, and an edge overshoots."""
    samples = sine(frequency_hz, seconds=0.1 if block < 10 else 0.5).samples
    whole, blockwise = TruePeakMeter(1), TruePeakMeter(1)
    whole.push(samples)
    for start in range(0, samples.shape[1], block):
        blockwise.push(samples[:, start : start + block])
    assert blockwise.true_peak_dbtp() == pytest.approx(whole.true_peak_dbtp(), abs=1e-4)
    assert whole.true_peak_dbtp() == pytest.approx(-6.02, abs=0.1)


def test_a_peak_in_the_last_frame_counts() -> None:
    samples = np.zeros((2, 5_000), np.float32)
    samples[1, -1] = 0.7
    assert true_peak_dbtp(Audio(samples, RATE)) == pytest.approx(20 * np.log10(0.7), abs=0.1)


def test_asking_twice_gives_the_same() -> None:
    meter = TruePeakMeter(1)
    meter.push(sine(997).samples)
    assert meter.true_peak_dbtp() == meter.true_peak_dbtp()


def test_silence_has_a_number() -> None:
    assert true_peak_dbtp(Audio(np.zeros((1, 100), np.float32), RATE)) == -120
    assert TruePeakMeter(2).true_peak_dbtp() == -120


def spiky(seed: int) -> Samples:
    rng = np.random.default_rng(seed)
    samples = np.float32(0.2 * rng.standard_normal((2, RATE)))
    samples[:, rng.integers(0, RATE, 50)] *= 8
    return samples


@pytest.mark.parametrize("ceiling_dbtp", [-1.0, -6.0, -12.0])
def test_limited_sound_stays_under_the_ceiling(ceiling_dbtp: float) -> None:
    samples = spiky(1)
    limited = samples * limiting_gain(samples, 10 ** (ceiling_dbtp / 20), RATE)
    assert true_peak_dbtp(Audio(limited, RATE)) <= ceiling_dbtp + 0.1  # the gain itself moves between samples


def test_limiting_leaves_what_is_far_from_a_peak_alone() -> None:
    samples = np.full((1, RATE), 0.1, np.float32)
    samples[0, RATE // 2] = 1.0
    gain = limiting_gain(samples, 0.5, RATE)
    assert gain.min() == pytest.approx(0.5, rel=0.1)
    reach = round(0.012 * RATE)  # twice the look-ahead, and the interpolator
    assert (gain[: RATE // 2 - reach] == 1).all()
    assert (gain[RATE // 2 + reach :] == 1).all()


def test_limiting_gain_has_no_steps() -> None:
    gain = limiting_gain(spiky(2), 0.3, RATE)
    assert np.abs(np.diff(gain)).max() < 0.01  # 5 ms on either side are 480 frames


def test_intersample_peaks_are_never_below_the_samples() -> None:
    samples = spiky(3)
    assert (intersample_peaks(samples) >= np.abs(samples).max(axis=0)).all()
