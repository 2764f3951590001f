"""What is to stay, for now or for good, what is to be left alone, and numbers beside comparatives."""

from __future__ import annotations

import pytest

from instructfx.language import Command, understand


def commands(said: str) -> list[tuple[str, str | None]]:
    return [(each.verb, each.effect) for each in understand(said).commands]


def only(said: str) -> Command:
    (found,) = understand(said).commands
    return found


@pytest.mark.parametrize(
    ("said", "verb", "effect"),
    [
        ("don't touch the crunch from now on", "lock", "distortion"),
        ("never touch the compressor again", "lock", "compressor"),
        ("lock the warmth", "lock", "eq"),
        ("ok free the distortion", "unlock", "distortion"),
        ("you can touch the compressor again", "unlock", "compressor"),
        ("libera el compresor", "unlock", "compressor"),
        ("keep the room", "keep", "reverb"),
    ],
)
def test_locks_in_plain_words(said: str, verb: str, effect: str) -> None:
    assert commands(said) == [(verb, effect)]
    assert not understand(said).wishes


@pytest.mark.parametrize(
    "said",
    ["keep only the reverb", "just the reverb, lose the rest", "only the room should stay, drop the rest"],
)
def test_all_but_one_goes(said: str) -> None:
    assert commands(said) == [("keep", "reverb"), ("remove", None)]


def test_what_is_spoken_of_stays() -> None:
    assert understand("unlock it").commands[0].which.kind == "it"
    everything = understand("leave everything as it is but add a bit of room")
    assert [(each.verb, each.which.kind) for each in everything.commands] == [("keep", "every")]
    assert everything.wishes[0].axes["space"] > 0
    assert understand("the dirt is fine as it is").wishes == ()
    assert understand("ok don't do anything").said == ("acknowledgement",)


def test_what_is_to_go_is_not_what_grows() -> None:
    intent = understand("without any reverb, make it feel bigger", ("reverb",))
    assert commands("without any reverb, make it feel bigger") == [("remove", "reverb")]
    assert intent.wishes[0].axes["body"] > 0


@pytest.mark.parametrize(
    ("said", "effect", "setting", "value"),
    [
        ("make the attack faster, 10 ms", "compressor", "attack_ms", 10.0),
        ("slower release, 250 ms", "compressor", "release_ms", 250.0),
        ("more predelay, 40 ms", "reverb", "pre_delay_ms", 40.0),
        ("set a delay of 3/16 at 92 bpm", "delay", "delay_seconds", 4 * 3 / 16 * 60 / 92),
        ("trem too, 8th notes at 100 bpm", "tremolo", "rate_hz", 100 / 60 * 2),
        ("mix of the delay to a third", "delay", "mix", 0.33),
        ("only one repeat", "delay", "feedback", 0.0),
        ("dial the slap down to 15 percent", "delay", "mix", 0.15),
    ],
)
def test_a_number_is_what_the_setting_becomes(said: str, effect: str, setting: str, value: float) -> None:
    found = only(said)
    assert found.effect == effect
    assert found.settings == {setting: pytest.approx(value, abs=1e-4)}
    assert not found.factors
    assert not found.changes


def test_shorter_with_a_number_is_that_number() -> None:
    found = only("shorter, 2 seconds")
    assert (found.settings, found.factors) == ({"delay_seconds": 2.0}, {})


@pytest.mark.parametrize(
    ("said", "times"), [("20% less reverb", 0.8), ("a third less reverb", 0.67), ("a quarter more reverb", 1.25)]
)
def test_a_share_less_is_a_share_of_what_is_there(said: str, times: float) -> None:
    assert only(said).factors == {"mix": times}


@pytest.mark.parametrize(
    ("said", "pan"),
    [
        ("turn down the left", 0.2),
        ("¿se puede bajar el volumen de la izquierda?", 0.2),
        ("turn up the left side 3 dB", -0.2),
    ],
)
def test_one_side_louder_or_softer_is_a_place(said: str, pan: float) -> None:
    assert only(said).changes == {"pan": pytest.approx(pan)}


def test_from_side_to_side_is_a_movement() -> None:
    assert only("can it be like dancing from left to right").settings["phase_degrees"] == 180.0


def test_contraries_in_one_breath_are_one_wish() -> None:
    intent = understand("it's still too far away, bring it closer")
    assert intent.axes["presence"] > 0.5


def test_what_levels_do_is_no_level() -> None:
    assert commands("make the volume more even") == []
    assert understand("make the volume more even").axes["dynamics"] < 0


def test_a_negative_number_is_no_q() -> None:
    (boost,) = only("notch 800 with a tight Q, -6").boosts
    assert boost.gain_db == -6.0
    assert boost.q is None or boost.q > 1


def test_too_much_takes_part_of_it_back() -> None:
    for said in ("too much", "whoa too much", "2 much", "halfway between the two", "a bit of that back"):
        assert [(each.kind, each.amount) for each in understand(said).references] == [("share", 0.5)], said
    assert -0.6 < understand("no not that much shine").axes["brightness"] < 0


def test_faster_is_of_what_moves_and_the_song_keeps_its_time() -> None:
    for said in ("make it faster", "speed it up"):
        (found,) = understand(said, ("tremolo",)).commands
        assert (found.effect, found.factors) == ("tremolo", {"rate_hz": 1.6}), said
        assert [each.key for each in understand(said).beyond] == ["time"], said
    for said in ("make the song faster", "speed it up to 140 bpm"):
        assert understand(said, ("tremolo",)).beyond, said


def test_a_closer_guitar_is_no_duller_guitar() -> None:
    alone, named = (understand(said).axes for said in ("more intimate", "make my guitar more intimate"))
    assert alone == named


@pytest.mark.parametrize(
    ("said", "axis", "sign"),
    [
        ("quedó muy oscura", "brightness", 1),
        ("me quedó demasiado oscura", "brightness", 1),
        ("quedó muy mojado", "space", -1),
        ("se pasó de brillo", "brightness", -1),
    ],
)
def test_how_it_came_out_is_a_complaint(said: str, axis: str, sign: int) -> None:
    intent = understand(said)
    assert intent.axes[axis] * sign > 0.5
    assert "loudness" not in intent.axes


def test_what_is_said_to_be_very_fast_is_too_fast() -> None:
    for said in ("the echo is very fast", "el eco está muy rápido"):
        assert only(said).factors["delay_seconds"] > 1, said
    assert only("make the echo very fast").factors["delay_seconds"] < 1


def test_a_whisper_of_it_is_a_little() -> None:
    assert only("just a whisper of reverb").amount == 0.35


@pytest.mark.parametrize(
    "said",
    ["there's a hum in the background, can you remove it", "a click at the start", "the strings squeak too much"],
)
def test_noise_that_was_recorded_stays(said: str) -> None:
    intent = understand(said)
    assert [each.key for each in intent.beyond] == ["noise"]
    assert not intent.wishes
