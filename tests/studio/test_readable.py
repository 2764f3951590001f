from instructfx.chain import Chain
from instructfx.errors import AudioError
from instructfx.planners.phrases import Voice
from instructfx.studio.page.html import chips
from instructfx.studio.visits.phrases import Change, changes, clock, sentence, spoken, unbroken


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


def test_no_line_ends_between_a_number_and_its_unit() -> None:
    assert unbroken("peaks to −1.4 dBTP") == "peaks to −1.4\xa0dBTP"
    assert unbroken("0:13 · mono · 44.1 kHz") == "0:13 · mono · 44.1\xa0kHz"


def test_an_error_is_a_sentence_and_a_file_keeps_its_name() -> None:
    said = [sentence(AudioError(text)) for text in ("no room", "take.wav is empty", "Stopped.")]
    assert said == ["No room.", "take.wav is empty.", "Stopped."]


def test_what_a_turn_did_is_shown_in_the_language_of_its_words() -> None:
    before = Chain().added("eq", {}).added("delay", {"mix": 0.2})
    after = before.without("delay").adjusted("eq", {"low_shelf_gain_db": 3.0}).added("reverb", {})
    done = changes(before, after, Voice(spoken("más cálido y en una iglesia, sin delay")))
    assert [(change.effect, change.label, change.before) for change in done] == [
        ("Delay", "", ""),
        ("Ecualizador", "Shelf de graves", "plano"),
        ("Reverb", "", ""),
    ]
    assert done[1].after == "+3.0 dB en 120 Hz"
    assert "<b>sale</b>" in chips(done, Voice("es"))
    assert "<b>removed</b>" in chips(done)
