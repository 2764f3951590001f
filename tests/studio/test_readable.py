import pytest

from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.errors import AudioError
from instructfx.studio.readable import Change, changes, clock, file_name, sentence, settings_of, slug, value_text


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


def test_names_of_downloads_say_the_track_and_what_was_asked() -> None:
    said = ["make it warmer", "put it in a small church"]
    assert file_name("My Song (demo).wav", said, "flac") == "My Song (demo)-warmer-small-church.flac"
    assert file_name("../../etc/passwd", [], "wav") == "passwd.wav"
    assert file_name('a"b<c>:\n.mp3', ["más cálido"], "json") == "a_b_c-mas-calido.json"
    assert file_name("", ["!!!"], "wav") == "track.wav"
    assert len(slug(["word " * 100])) <= 48


def test_clock() -> None:
    assert [clock(seconds) for seconds in (0, 13.9, 187)] == ["0:00", "0:13", "3:07"]


def test_an_error_is_a_sentence_and_a_file_keeps_its_name() -> None:
    said = [sentence(AudioError(text)) for text in ("no room", "take.wav is empty", "Stopped.")]
    assert said == ["No room.", "take.wav is empty.", "Stopped."]
