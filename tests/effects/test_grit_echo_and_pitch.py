"""Distortion, bit crusher, delay, chorus, phaser and pitch shift: what a listener would measure."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch import Tensor

from instructfx.effects import EFFECTS
from instructfx.effects.memoryless import as_tensors

RATE = 44_100


def through(name: str, dry: Tensor, sample_rate: int = RATE, **settings: float) -> Tensor:
    effect = EFFECTS[name]
    return effect.render(dry, sample_rate, as_tensors(effect.complete(settings)))


def tone(frequency_hz: float, level: float = 0.25, seconds: float = 1.0, sample_rate: int = RATE) -> Tensor:
    time = np.arange(round(seconds * sample_rate)) / sample_rate
    return torch.from_numpy(np.float32(level * np.sin(2 * np.pi * frequency_hz * time)))[None, None]


def spectrum_db(samples: Tensor, sample_rate: int = RATE) -> npt.NDArray[np.float64]:
    """Level at each whole Hz, of one second."""
    return 20 * np.log10(np.abs(np.fft.rfft(samples[0, 0, :sample_rate].double().numpy())) / sample_rate * 2 + 1e-12)


# Distortion


def test_distortion_makes_odd_harmonics_that_rise_with_drive() -> None:
    thirds_db = []
    for drive_db in (6, 12, 20, 30):
        levels = spectrum_db(through("distortion", tone(441), drive_db=drive_db))
        assert levels[3 * 441] > levels[2 * 441] + 60  # a symmetric curve has no even harmonics
        assert levels[5 * 441] > levels[4 * 441] + 40
        thirds_db.append(levels[3 * 441] - levels[441])
    assert all(later > earlier + 3 for earlier, later in itertools.pairwise(thirds_db))


@pytest.mark.parametrize("drive_db", [0, 12, 40])
def test_distortion_is_tanh_of_the_driven_sound(drive_db: float) -> None:
    dry = tone(441)
    expected = torch.tanh(10 ** (drive_db / 20) * dry)
    torch.testing.assert_close(through("distortion", dry, drive_db=drive_db), expected, atol=2e-3, rtol=0)


# Bit crusher


@pytest.mark.parametrize("bit_depth", [2, 3, 4, 8])
def test_crushing_leaves_as_many_levels_as_the_bits_say(bit_depth: float) -> None:
    """Steps of 2^-bits over -1..1, so at most 2^(bits + 1) + 1 levels."""
    ramp = torch.linspace(-1, 1, 100_001)[None, None]
    levels = through("bitcrush", ramp, bit_depth=bit_depth).unique()
    assert len(levels) <= 2 ** (bit_depth + 1) + 1
    assert len(levels) >= 2**bit_depth
    steps = levels.diff()
    torch.testing.assert_close(steps, torch.full_like(steps, float(steps[0])), atol=1e-5, rtol=0)


def test_each_bit_less_is_6_db_more_noise() -> None:
    rng = np.random.default_rng(12)
    dry = torch.from_numpy(np.float32(rng.uniform(-0.9, 0.9, (1, 1, RATE))))
    noise_db = [
        float(10 * torch.log10((through("bitcrush", dry, bit_depth=bits) - dry).square().mean()))
        for bits in (12, 11, 10, 9, 8)
    ]
    assert np.diff(noise_db) == pytest.approx(np.full(4, 6.02), abs=0.5)


# Delay


@pytest.mark.parametrize("sample_rate", [8_000, 44_100, 96_000])
@pytest.mark.parametrize("delay_seconds", [0.05, 0.25])
def test_repeats_come_at_their_times_and_levels(delay_seconds: float, sample_rate: int) -> None:
    click = torch.zeros(1, 1, sample_rate)
    click[..., 0] = 1
    out = through("delay", click, sample_rate, delay_seconds=delay_seconds, feedback=0.5, mix=0.4)[0, 0]
    gap = round(delay_seconds * sample_rate)
    assert out[0].item() == pytest.approx(0.6)  # the dry share
    for repeat in range(1, 4):
        around = slice(repeat * gap - repeat - 1, repeat * gap + repeat + 2)  # to a frame for each repeat
        level = out[around].sum().item()
        assert level == pytest.approx(0.4 * 0.5 ** (repeat - 1), rel=0.02)
        between = out[(repeat - 1) * gap + 10 : repeat * gap - 10]
        assert between.abs().max() < 1e-4


def test_without_feedback_there_is_one_repeat() -> None:
    click = torch.zeros(1, 2, RATE)
    click[..., 0] = 1
    out = through("delay", click, delay_seconds=0.1, feedback=0, mix=1)
    assert int((out.abs() > 1e-3).any(dim=1).sum()) <= 2
    assert EFFECTS["delay"].tail_seconds({"delay_seconds": 0.1, "feedback": 0, "mix": 1}) == pytest.approx(0.1)


@pytest.mark.parametrize("feedback", [0.2, 0.5, 0.8])
def test_the_tail_ends_when_repeats_are_60_db_down(feedback: float) -> None:
    tail = EFFECTS["delay"].tail_seconds({"delay_seconds": 0.1, "feedback": feedback, "mix": 0.5})
    last = round(tail / 0.1)
    assert feedback ** (last - 1) <= 1e-3 < feedback ** (last - 3)


def test_a_delay_of_nothing_has_no_tail() -> None:
    assert EFFECTS["delay"].tail_seconds({"delay_seconds": 1, "feedback": 0.9, "mix": 0}) == 0


# Chorus and phaser


@pytest.mark.parametrize("name", ["chorus", "phaser"])
def test_movement_spreads_a_tone_into_sidebands(name: str) -> None:
    """A steady tone leaves as one that moves: energy beside its line, within the reach of the movement."""
    levels = settled_spectrum_db(through(name, tone(1_000, seconds=2), rate_hz=3, depth=0.8, mix=0.5))
    beside = np.r_[levels[950:999], levels[1002:1050]].max()
    assert beside > levels[1_000] - 30
    assert levels[2_000:].max() < levels[1_000] - 40


def settled_spectrum_db(samples: Tensor) -> npt.NDArray[np.float64]:
    """Of the last second, without the onset."""
    return spectrum_db(samples[..., -RATE:])


def test_without_depth_a_chorus_stands_still() -> None:
    levels = settled_spectrum_db(through("chorus", tone(1_000, seconds=2), rate_hz=3, depth=0, mix=0.5))
    assert np.r_[levels[980:999], levels[1002:1020]].max() < levels[1_000] - 60


def test_a_chorus_voice_comes_after_its_delay() -> None:
    click = torch.zeros(1, 1, RATE // 2)
    click[..., 0] = 1
    out = through("chorus", click, depth=0, centre_delay_ms=20, feedback=0, mix=1)[0, 0]
    assert 1000 * int(out.abs().argmax()) / RATE == pytest.approx(20, abs=0.1)


# Pitch shift


def strongest_hz(samples: Tensor, sample_rate: int = RATE) -> float:
    wave = samples[0, 0, sample_rate // 4 : -sample_rate // 4].double().numpy()
    levels = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 16 * len(wave)))
    return float(levels.argmax()) * sample_rate / (16 * len(wave))


@pytest.mark.parametrize("tone_hz", [55, 440, 1760])
@pytest.mark.parametrize("semitones", [-12, -5, 0, 2, 7, 12])
def test_semitones_are_semitones(tone_hz: float, semitones: float) -> None:
    """In tune within three cents, low strings included, and as loud as before."""
    dry = tone(tone_hz, seconds=2)
    shifted = through("pitch_shift", dry, semitones=semitones)
    cents = 1200 * np.log2(strongest_hz(shifted) / tone_hz) - 100 * semitones
    assert abs(cents) < 3
    assert shifted.shape == dry.shape
    middle = shifted[..., RATE // 2 : -RATE // 2]
    assert float(middle.std() / dry.std()) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("sample_rate", [8_000, 96_000])
def test_an_octave_at_other_rates(sample_rate: int) -> None:
    shifted = through("pitch_shift", tone(440, seconds=2, sample_rate=sample_rate), sample_rate, semitones=12)
    assert strongest_hz(shifted, sample_rate) == pytest.approx(880, rel=0.002)


@pytest.mark.parametrize("semitones", [-12, -7, 3, 12])
def test_a_click_stays_where_it_was(semitones: float) -> None:
    """Within eight milliseconds, so that a shifted take still sits on the beat."""
    clicks = torch.zeros(1, 1, 2 * RATE)
    starts = range(RATE // 4, 2 * RATE - RATE // 4, RATE // 5)
    for start in starts:
        clicks[..., start : start + 40] = torch.hann_window(40) / 2
    shifted = through("pitch_shift", clicks, semitones=semitones)[0, 0].abs()
    late = [int(shifted[start - 2000 : start + 2000].argmax()) - 2000 for start in starts]
    assert max(map(abs, late)) / RATE < 0.009


@pytest.mark.parametrize("semitones", [-7, 3, 12])
def test_seams_between_segments_are_not_heard(semitones: float) -> None:
    """45 seconds are cut at 20 and 40: no step there that is larger than elsewhere, and no hole."""
    sample_rate = 8_000
    shifted = through("pitch_shift", tone(220, seconds=45, sample_rate=sample_rate), sample_rate, semitones=semitones)
    wave = shifted[0, 0].double().numpy()
    steps = np.abs(np.diff(wave))
    usual = steps[5 * sample_rate : 15 * sample_rate].max()
    levels = np.sqrt(np.square(wave[: 44 * sample_rate]).reshape(-1, sample_rate // 50).mean(axis=1))
    for seam in (20, 40):
        around = slice(round((seam - 0.1) * sample_rate), round((seam + 0.2) * sample_rate))
        assert steps[around].max() < 1.3 * usual
        at_seam = levels[50 * seam - 5 : 50 * seam + 10]
        assert at_seam.min() > 0.3 * np.median(levels)  # two copies cross-fade, not always in phase
        assert at_seam.max() < 1.5 * np.median(levels)
