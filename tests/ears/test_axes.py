"""Each axis against known processing: it hears what it is for, and is deaf to the rest."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from instructfx.chain import Chain
from instructfx.ears import AXES
from instructfx.ears.axes import STEP_DB, TONE_CURVES
from instructfx.ears.perceptual import PerceptualEar, tone_curves, tone_readings, wished_curve
from instructfx.rendering.excerpt import Excerpt

EAR = PerceptualEar()
RATE = EAR.sample_rate
DEAF = 0.25  # steps: less than this is nothing


def changes(sound: Tensor, effect: str, **settings: float) -> dict[str, float]:
    excerpt = Excerpt(sound, RATE)
    before = EAR.describe(excerpt.heard(Chain()))
    after = EAR.describe(excerpt.heard(Chain().added(effect, settings)))
    return {axis: after[axis] - before[axis] for axis in before}


@pytest.mark.parametrize("axis", list(TONE_CURVES))
def test_an_axis_of_tone_rises_by_one_when_its_own_curve_is_drawn_with_a_step_at_its_peak(axis: str) -> None:
    curve = tone_curves()[list(TONE_CURVES).index(axis)]
    drawn = STEP_DB * curve / curve.abs().max()
    reading = tone_readings(drawn[None])[0, list(TONE_CURVES).index(axis)]
    assert float(reading) == pytest.approx(1.0, abs=1e-5)


def test_louder_alone_changes_no_tone() -> None:
    assert tone_readings(torch.full((1, 32), 6.0)).abs().max() < 1e-5


def test_a_high_shelf_of_6_db_is_half_a_step_of_brightness_or_more_and_no_grit_or_space(music: Tensor) -> None:
    heard = changes(music, "eq", high_shelf_gain_db=6, high_shelf_cutoff_frequency_hz=3000)
    assert 0.4 < heard["brightness"] < 1.2
    assert heard["warmth"] < -0.2
    for axis in ("grit", "space", "echo", "width", "balance", "punch", "loudness"):
        assert abs(heard[axis]) < DEAF, axis


@pytest.mark.parametrize(
    ("axis", "effect", "settings", "least", "most"),
    [
        ("bass", "eq", {"low_shelf_gain_db": 6, "low_shelf_cutoff_frequency_hz": 120}, 0.6, 2.0),
        ("bass", "filter", {"highpass_hz": 200}, -6.0, -1.0),
        ("body", "eq", {"low_mid_gain_db": 6, "low_mid_cutoff_frequency_hz": 190}, 0.6, 2.0),
        ("mud", "eq", {"low_mid_gain_db": 6, "low_mid_cutoff_frequency_hz": 320}, 0.6, 2.0),
        ("nasal", "eq", {"mid_gain_db": 6, "mid_cutoff_frequency_hz": 1000}, 0.6, 2.0),
        ("presence", "eq", {"high_mid_gain_db": 6, "high_mid_cutoff_frequency_hz": 3500}, 0.6, 2.0),
        ("harshness", "eq", {"high_mid_gain_db": 6, "high_mid_cutoff_frequency_hz": 3800}, 0.6, 2.0),
        ("air", "eq", {"high_shelf_gain_db": 6, "high_shelf_cutoff_frequency_hz": 11000}, 0.3, 2.0),
        ("loudness", "gain", {"gain_db": 6}, 1.99, 2.01),
        ("dynamics", "compressor", {"threshold_db": -35, "ratio": 8, "attack_ms": 1}, -6.0, -0.5),
        ("grit", "distortion", {"drive_db": 20}, 0.5, 8.0),
        ("space", "reverb", {"decay_seconds": 3, "mix": 0.45}, 0.5, 6.0),
        ("echo", "delay", {"delay_seconds": 0.3, "feedback": 0.3, "mix": 0.25}, 1.5, 6.0),
        ("width", "stereo_width", {"width": 1.5}, 0.3, 5.0),
        ("balance", "panner", {"pan": 0.5}, 1.5, 4.0),
        ("movement", "chorus", {"rate_hz": 2, "depth": 0.5}, 0.2, 6.0),
        ("fidelity", "filter", {"highpass_hz": 400, "lowpass_hz": 2500}, -8.0, -0.4),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_axis_hears_what_it_is_for(
    music: Tensor, axis: str, effect: str, settings: dict[str, float], least: float, most: float
) -> None:
    assert least <= changes(music, effect, **settings)[axis] <= most


@pytest.mark.parametrize(
    ("axis", "effect", "name", "values"),
    [
        ("grit", "distortion", "drive_db", (5, 12, 20, 30)),
        ("space", "reverb", "mix", (0.1, 0.25, 0.4, 0.6)),
        ("echo", "delay", "mix", (0.05, 0.15, 0.3, 0.5)),
        ("width", "stereo_width", "width", (0, 0.5, 1, 1.5, 2)),
        ("balance", "panner", "pan", (-0.8, -0.3, 0, 0.4, 0.9)),
        ("loudness", "gain", "gain_db", (-12, -3, 0, 3, 12)),
    ],
)
def test_a_reading_rises_with_its_knob(
    music: Tensor, axis: str, effect: str, name: str, values: tuple[float, ...]
) -> None:
    readings = [changes(music, effect, **{name: value})[axis] for value in values]
    assert readings == sorted(readings)
    assert readings[-1] - readings[0] > 0.5


@pytest.mark.parametrize("semitones", [-5, -2, 2, 4])
def test_pitch_moves_by_a_step_for_two_semitones(music: Tensor, semitones: int) -> None:
    heard = changes(music, "pitch_shift", semitones=semitones)["pitch"]
    assert heard == pytest.approx(semitones / 2, rel=0.55)


def test_everything_but_loudness_is_deaf_to_level(music: Tensor) -> None:
    quiet, loud = EAR.describe(0.1 * music), EAR.describe(music)
    for axis in AXES:
        if axis != "loudness":
            assert quiet[axis] == pytest.approx(loud[axis], abs=0.05), axis
    assert loud["loudness"] - quiet["loudness"] == pytest.approx(20 / 3, abs=0.01)


@pytest.mark.parametrize("frames", [1, 100, 2048, 5000, 44100])
def test_short_sounds_have_finite_readings(music: Tensor, frames: int) -> None:
    readings = EAR.describe(music[..., :frames])
    assert list(readings) == list(AXES)
    assert all(value == value and abs(value) < 1e6 for value in readings.values())


def test_mono_and_silence_have_finite_readings(music: Tensor) -> None:
    for sound in (music[:, :1], torch.zeros(1, 2, 44100)):
        assert all(abs(value) < 1e6 for value in EAR.describe(sound).values())


def test_the_wished_curve_meets_a_single_wish_and_is_flat_without_one() -> None:
    curve = wished_curve({"brightness": 1.0})
    assert float(tone_readings(curve[None])[0, list(TONE_CURVES).index("brightness")]) == pytest.approx(1.0, abs=0.12)
    assert wished_curve({"grit": 1.0}).abs().max() == 0
    assert torch.allclose(wished_curve({"brightness": -1.0}), -curve)


def test_the_same_sound_has_the_same_readings(music: Tensor) -> None:
    assert EAR.describe(music) == EAR.describe(music.clone())
