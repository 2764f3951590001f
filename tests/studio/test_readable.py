import pytest

from instructfx.chain import Chain
from instructfx.chain.format import settings_of, value_text
from instructfx.effects import EFFECTS
from instructfx.errors import AudioError
from instructfx.studio.visits.phrases import Change, changes, clock, sentence


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
        ("delay", "delay_seconds", 0.25, "0.25 s"),
        ("delay", "feedback", 0.3, "30 %"),
        ("panner", "pan", -0.3, "30 % left"),
        ("panner", "pan", 0, "middle"),
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


def test_changes_name_what_was_added_removed_bypassed_and_moved() -> None:
    before = Chain().added("eq", {"mid_gain_db": 2}).added("delay", {}).added("chorus", {})
    after = (
        before.without("delay")
        .adjusted("eq", {"mid_gain_db": 0, "treble_gain_db": -3})
        .bypassed("chorus", True)
        .added("reverb", {})
    )
    assert changes(before, after) == [
        Change("removed", "Delay"),
        Change("changed", "Equaliser", "Mid", "+2.0 dB at 1.0 kHz", "flat"),
        Change("changed", "Equaliser", "Treble", "flat", "−3.0 dB at 6.0 kHz"),
        Change("bypassed", "Chorus"),
        Change("added", "Reverb"),
    ]
    assert changes(after, after) == []


def test_clock() -> None:
    assert [clock(seconds) for seconds in (0, 13.9, 187)] == ["0:00", "0:13", "3:07"]


def test_an_error_is_a_sentence_and_a_file_keeps_its_name() -> None:
    said = [sentence(AudioError(text)) for text in ("no room", "take.wav is empty", "Stopped.")]
    assert said == ["No room.", "take.wav is empty.", "Stopped."]
