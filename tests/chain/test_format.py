"""Settings as people read them."""

from __future__ import annotations

import pytest

from instructfx.chain import Chain
from instructfx.chain.format import setting_text, settings_of, value_text
from instructfx.effects import EFFECTS


@pytest.mark.parametrize(
    ("effect", "setting", "value", "expected"),
    [
        ("compressor", "threshold_db", -18, "−18.0 dB"),
        ("compressor", "ratio", 4, "4.0 : 1"),
        ("compressor", "attack_ms", 0.5, "0.5 ms"),
        ("gain", "gain_db", 3, "+3.0 dB"),
        ("gain", "gain_db", -0.01, "+0.0 dB"),
        ("filter", "highpass_hz", 80, "80 Hz"),
        ("filter", "lowpass_hz", 12345, "12.3 kHz"),
        ("filter", "lowpass_hz", 1000, "1.0 kHz"),
        ("delay", "delay_seconds", 0.25, "0.25 s"),
        ("delay", "feedback", 0.3, "30 %"),
        ("panner", "pan", -0.3, "30 % left"),
        ("panner", "pan", 0, "middle"),
        ("panner", "pan", -0.004, "middle"),
        ("panner", "pan", 0.006, "1 % right"),
        ("compressor", "makeup_gain_db", 2, "2.0 dB"),
        ("stereo_width", "width", 1.2, "120 %"),
        ("reverb", "low_decay_ratio", 1.2, "× 1.20"),
        ("limiter", "release_ms", 1000, "1000 ms"),
        ("eq", "low_mid_cutoff_frequency_hz", 999.7, "1000 Hz"),
        ("pitch_shift", "semitones", -2, "−2 semitones"),
    ],
)
def test_values_have_their_units(effect: str, setting: str, value: float, expected: str) -> None:
    assert value_text(EFFECTS[effect].param(setting), value) == expected


@pytest.mark.parametrize("effect", EFFECTS)
def test_every_setting_of_every_effect_is_shown_once(effect: str) -> None:
    slot = Chain().added(effect, {}).slots[0]
    readings = settings_of(slot)
    assert len({reading.label for reading in readings}) == len(readings)
    assert all(reading.text for reading in readings)


def test_a_band_is_one_line_and_idle_while_it_is_flat() -> None:
    lines = settings_of(Chain().added("eq", {"mid_gain_db": -2, "mid_q": 0.9, "treble_gain_db": 0.04}).slots[0])
    assert [line.label for line in lines if not line.idle] == ["Mid"]
    assert "Treble" in [line.label for line in lines if line.idle]
    (mid,) = (line for line in lines if not line.idle)
    assert mid.text == "\N{MINUS SIGN}2.0 dB at 1.0 kHz · Q 0.9"


@pytest.mark.parametrize(
    ("effect", "setting", "expected"),
    [
        ("eq", "low_shelf_gain_db", "Low shelf gain"),
        ("eq", "mid_q", "Mid Q"),
        ("eq", "mid_cutoff_frequency_hz", "Mid frequency"),
        ("compressor", "threshold_db", "Threshold"),
        ("reverb", "pre_delay_ms", "Pre-delay"),
    ],
)
def test_a_setting_is_called_what_engineers_call_it(effect: str, setting: str, expected: str) -> None:
    assert setting_text(EFFECTS[effect], EFFECTS[effect].param(setting)) == expected
