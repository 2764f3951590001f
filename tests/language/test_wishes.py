"""Qualities: how much, which way, complaints, bans and statements, in English and Spanish."""

from __future__ import annotations

import pytest

from instructfx.language import understand

BITS = [
    # instruction, axis, amount
    ("make it warmer", "warmth", 1.0),
    ("warm", "warmth", 1.0),
    ("warmth", "warmth", 1.0),
    ("brighter", "brightness", 1.0),
    ("brightness", "brightness", 1.0),
    ("brighten it", "brightness", 1.0),
    ("brightening", "brightness", 1.0),
    ("brightest", "brightness", 2.0),
    ("brightish", "brightness", 0.5),
    ("darken it", "brightness", -1.0),
    ("darker", "brightness", -1.0),
    ("wider", "width", 1.0),
    ("widen the stereo image", "width", 1.0),
    ("more width", "width", 1.0),
    ("muddier", "mud", 1.0),
    ("less mud", "mud", -1.0),
    ("less boomy", "bass", -1.0),
    ("not so boomy", "bass", -1.0),
    ("soften it", "harshness", -0.5),
    ("smoother highs", "harshness", -0.9),
    ("smooth out the top end", "harshness", -0.9),
    ("take the edge off the highs", "harshness", -0.9),
    ("quita filo a los agudos", "harshness", -0.9),
    ("take the boom out of the lows", "bass", -1.7),
    ("get the harshness out of the vocals", "harshness", -1.7),
    ("push the vocal back", "presence", -1.0),
    ("carve some space for the voice", "presence", 0.7),
    ("haz hueco para la voz", "presence", 0.7),
    ("vocals are drowning", "presence", 1.0),
    ("Vocal Air", "air", 1.0),
    ("Snare Body", "body", 1.0),
    ("Podcast Voice", "presence", 0.7),
    ("Voz de Podcast", "dynamics", -1.0),
    ("dry it up", "space", -1.0),
    ("de-ess", "harshness", -0.8),
    ("tame the highs", "brightness", -1.0),
    ("tame it", "harshness", -0.5),
    ("roll off the lows", "bass", -1.0),
    ("boost the bass", "bass", 1.0),
    ("scoop the mids", "nasal", -1.0),
    ("turn up the bass", "bass", 1.0),
    ("bass louder", "bass", 1.0),
    ("the highs are too loud", "brightness", -1.0),
    ("too much bass", "bass", -1.0),
    ("not enough bass", "bass", 1.0),
    ("lacks bass", "bass", 1.0),
    ("could use some air", "air", 1.0),
    ("needs more warmth", "warmth", 1.0),
    ("isn't warm enough", "warmth", 1.0),
    ("it isn't bright", "brightness", 1.0),
    ("slightly brighter", "brightness", 0.35),
    ("a touch brighter", "brightness", 0.35),
    ("a hair brighter", "brightness", 0.35),
    ("a tad brighter", "brightness", 0.35),
    ("a bit brighter", "brightness", 0.5),
    ("a little brighter", "brightness", 0.5),
    ("somewhat brighter", "brightness", 0.5),
    ("very bright", "brightness", 1.3),
    ("really bright", "brightness", 1.3),
    ("even brighter", "brightness", 1.3),
    ("much brighter", "brightness", 1.7),
    ("a lot brighter", "brightness", 1.7),
    ("way brighter", "brightness", 1.7),
    ("extremely bright", "brightness", 2.2),
    ("super bright", "brightness", 2.2),
    ("completely dry", "space", -2.5),
    ("as dry as possible", "space", -2.5),
    ("the warmest possible", "warmth", 2.5),
    ("twice as bright", "brightness", 2.0),
    ("half as bright", "brightness", -0.5),
    ("less bright", "brightness", -1.0),
    ("not bright", "brightness", -0.5),
    ("not too bright", "brightness", -0.25),
    ("remove the harshness", "harshness", -1.7),
    ("clean up the mud", "mud", -1.0),
    ("without losing the punch", "punch", 0.25),
    ("too dark", "brightness", 1.0),
    ("a bit too dark", "brightness", 0.5),
    ("way too dark", "brightness", 1.7),
    ("it's muddy", "mud", -1.0),
    ("it sounds thin", "body", 1.0),
    ("it's a bit dark", "brightness", 0.5),
    ("the bass is too boomy", "bass", -1.0),
    ("louder", "loudness", 1.0),
    ("it's too quiet", "loudness", 1.0),
    ("brighter, but only a bit", "brightness", 0.5),
    ("warmer, slightly", "warmth", 0.35),
    ("WARMER!!!", "warmth", 1.0),
    ("warmrr", "warmth", 1.0),
    ("brigther", "brightness", 1.0),
    ("warmmmmer", "warmth", 1.0),
    ("deeper voice", "pitch", -2.0),
    ("like a chipmunk", "pitch", 2.5),
    ("más cálido", "warmth", 1.0),
    ("mas calido", "warmth", 1.0),
    ("cálida", "warmth", 1.0),
    ("calidísimo", "warmth", 2.0),
    ("menos brillante", "brightness", -1.0),
    ("brillantes", "brightness", 1.0),
    ("demasiado oscuro", "brightness", 1.0),
    ("un poco más ancho", "width", 0.5),
    ("ligeramente más cálido", "warmth", 0.35),
    ("mucho más brillante", "brightness", 1.7),
    ("lo más seco posible", "space", -2.5),
    ("el doble de brillante", "brightness", 2.0),
    ("suavízalo", "harshness", -0.5),
    ("suavemente", "harshness", -0.5),
    ("oscurécelo", "brightness", -1.0),
    ("ensancha el sonido", "width", 1.0),
    ("calienta la mezcla", "warmth", 1.0),
    ("abrillántalo", "brightness", 1.0),
    ("le falta cuerpo", "body", 1.0),
    ("le sobran graves", "bass", -1.0),
    ("necesita más aire", "air", 1.0),
    ("suena muy apagado", "brightness", 1.3),
    ("no tan retumbante", "bass", -1.0),
    ("no quiero que suene metálico", "presence", -0.175),
    ("más profundidad", "bass", 1.0),
    ("más claridad", "presence", 0.7),
    ("make it bigger", "body", 0.5),
    ("the highs hurt my ears", "harshness", -1.0),
    ("it hurts a bit", "harshness", -0.5),
    ("it doesn't hurt", "harshness", -0.25),
    ("I can't make out the words", "presence", 0.9),
    ("no se entiende", "presence", 0.9),
    ("it jumps in volume all the time", "dynamics", -1.0),
    ("even out the levels", "dynamics", -1.0),
    ("calm it down", "punch", -0.6),
    ("calm down", "punch", -0.6),
    ("warmth down", "warmth", -1.0),
    ("everything is stuck in the middle", "width", 1.0),
    ("it's squashed", "dynamics", 1.5),
    ("it doesn't sound warm", "warmth", 1.0),
    ("no suena cálido", "warmth", 1.0),
]


@pytest.mark.parametrize(("instruction", "axis", "amount"), BITS, ids=[case[0] for case in BITS])
def test_one_wish(instruction: str, axis: str, amount: float) -> None:
    intent = understand(instruction)
    assert intent.axes[axis] == pytest.approx(amount, abs=1e-3)
    assert intent.understood
    assert intent.unknown == ()


SEVERAL = [
    ("warmer and a bit wider, but keep the reverb", {"warmth": 1.0, "width": 0.5}),
    ("a bit warmer and wider", {"warmth": 0.5, "width": 0.5}),
    ("warmer and wider and brighter", {"warmth": 0.6, "width": 1.0}),
    ("too dark, a bit brighter", {"brightness": 0.5}),
    ("too boomy, muddy and harsh", {"bass": -0.5, "mud": -1.0, "harshness": -1.0}),
    ("less boomy and muddy", {"bass": -1.0, "mud": -1.0}),
    ("less boomy and brighter", {"bass": -1.0, "brightness": 1.0}),
    ("more bass and treble", {"bass": 1.0, "brightness": 1.0}),
    ("cut the mids and boost the highs", {"nasal": -1.0, "brightness": 1.0}),
    ("more warmth, less mud", {"warmth": 1.0, "mud": -1.0}),
    ("warmer without getting muddy", {"warmth": 1.0, "mud": -0.25}),
    ("remove the mud but keep the warmth", {"mud": -1.7, "warmth": 0.25}),
    ("brighter but less harsh", {"brightness": 1.0, "harshness": -1.0}),
    ("dark and moody", {"brightness": -1.0, "punch": -0.4}),
    ("a touch more air and a hair less harshness", {"air": 0.35, "harshness": -0.35}),
    ("más cálido y un poco más ancho", {"warmth": 1.0, "width": 0.5}),
    ("más graves y menos agudos", {"bass": 1.0, "brightness": -1.0}),
    ("más agresivo sin que suene áspero", {"grit": 0.725, "harshness": 0.25}),
    ("too harsh, soften it", {"harshness": -1.0, "grit": -0.6}),
]


@pytest.mark.parametrize(("instruction", "axes"), SEVERAL, ids=[case[0] for case in SEVERAL])
def test_several_wishes(instruction: str, axes: dict[str, float]) -> None:
    found = understand(instruction).axes
    for axis, amount in axes.items():
        assert found[axis] == pytest.approx(amount, abs=1e-3), axis


def test_a_ban_is_small_and_opposes_a_wish() -> None:
    cooler = understand("cooler").axes
    guarded = understand("cooler but not harsh")
    assert guarded.axes["harshness"] == pytest.approx(-0.25)
    assert guarded.axes["air"] == cooler["air"]
    assert [wish.complaint for wish in guarded.wishes] == [False, False]


def test_a_complaint_names_what_is_wrong() -> None:
    (wish,) = understand("too harsh").wishes
    assert wish.complaint
    assert wish.families == ("harsh",)
    assert wish.axes["harshness"] < 0


@pytest.mark.parametrize(
    ("instruction", "language"),
    [("make it warmer", "en"), ("más cálido", "es"), ("menos reverb", "es"), ("reverb", "en"), ("", "en")],
)
def test_language(instruction: str, language: str) -> None:
    assert understand(instruction).language == language


def test_places_scale_with_their_size() -> None:
    def decay(instruction: str) -> float:
        (wish,) = understand(instruction).wishes
        assert wish.effects[0] == "reverb"
        return wish.settings["reverb"]["decay_seconds"]

    assert decay("small church") == pytest.approx(0.6 * decay("church"))
    assert decay("put it in a huge church") == pytest.approx(1.5 * decay("church"))
    assert decay("iglesia pequeña") == decay("small church")
    assert understand("small church").axes["space"] == pytest.approx(0.75 * understand("church").axes["space"])


def test_devices_come_with_settings() -> None:
    (wish,) = understand("make it sound like a telephone").wishes
    assert wish.settings["filter"] == {"highpass_hz": 350.0, "lowpass_hz": 2900.0}
    assert understand("less like a telephone").wishes[0].settings == {}


def test_an_instrument_that_is_to_be_louder_is_the_part_of_the_spectrum_where_it_lives() -> None:
    assert understand("make the vocals louder").axes["presence"] > 0
    assert understand("bring the kick down").axes["bass"] < 0
    assert "loudness" not in understand("make the vocals louder").axes


def test_stems_that_are_not_split_are_noted() -> None:
    intent = understand("make the vocals warmer")
    assert intent.axes["warmth"] == 1.0
    assert intent.unknown == ()
    assert intent.notes == ("the whole track is processed, not only the vocals",)
