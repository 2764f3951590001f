"""Regions of the spectrum that frequencies name: which they are, and what is asked of them."""

from __future__ import annotations

import pytest

from instructfx.language import understand
from instructfx.language.intent_types import Boost, Region
from instructfx.language.normal_form import normal_form
from instructfx.language.regions import around, boost_of, regions_in


def regions(words: str) -> list[Region]:
    return [region for region, _ in regions_in(normal_form(words)).values()]


@pytest.mark.parametrize(
    ("words", "low_hz", "high_hz"),
    [
        ("above 8 kHz", 8000, 20_000),
        ("everything over 5k", 5000, 20_000),
        ("whatever is beyond 10 kHz", 10_000, 20_000),
        ("from 8k up", 8000, 20_000),
        ("10k and above", 10_000, 20_000),
        ("below 80", 20, 80),
        ("all the stuff under about 120 Hz", 20, 120),
        ("60 Hz and below", 20, 60),
        ("between 2 and 5k", 2000, 5000),
        ("between 200 and 400 Hz", 200, 400),
        ("todo por debajo de los 80 Hz", 20, 80),
        ("lo que está por encima de 10k", 10_000, 20_000),
        ("de 6k para arriba", 6000, 20_000),
        ("entre 200 y 500 Hz", 200, 500),
    ],
)
def test_a_region_is_read(words: str, low_hz: float, high_hz: float) -> None:
    assert regions(f"boost {words} please") == [Region(low_hz, high_hz)]


@pytest.mark.parametrize(
    "words",
    [
        "a delay over 300 ms",
        "threshold below -18 dB",
        "between 2 and 4 seconds",
        "from 200 up to 400 Hz",
        "cut 400 Hz and up 3 dB at 5k",
        "cut 3 dB at 400 Hz",
        "below the vocals",
    ],
)
def test_what_is_no_region(words: str) -> None:
    assert regions(words) == []


def test_a_region_is_a_shelf_or_a_band_as_wide_as_it_is() -> None:
    assert boost_of(Region(8000), 2.0) == Boost(8000, 2.0, None, "high shelf")
    assert boost_of(Region(high_hz=100), -2.0) == Boost(100, -2.0, None, "low shelf")
    assert boost_of(Region(200, 800), 3.0) == Boost(400, 3.0, pytest.approx(2 / 3))
    assert boost_of(around(1000), 3.0).frequency_hz == 1000


@pytest.mark.parametrize(
    ("words", "hertz", "gain_db", "shape"),
    [
        ("boost only above 8 kHz", 8000, 3, "high shelf"),
        ("a bit more from 10k up", 10_000, 1.5, "high shelf"),
        ("add some air above 12k", 12_000, 3, "high shelf"),
        ("reduce everything above 8 kHz a little", 8000, -1.5, "high shelf"),
        ("cut 3 dB above 5 kHz", 5000, -3, "high shelf"),
        ("the highs above 8k are too much", 8000, -3, "high shelf"),
        ("turn everything over 6k down a bit", 6000, -1.5, "high shelf"),
        ("more bass below 100 Hz", 100, 3, "low shelf"),
        ("boost 3 dB below 80 Hz", 80, 3, "low shelf"),
        ("less below 60 Hz", 60, -3, "low shelf"),
        ("boost between 2 and 4k", 2828.43, 3, "peak"),
        ("cut 2 dB between 200 and 800 Hz", 400, -2, "peak"),
        ("más graves por debajo de 100 Hz", 100, 3, "low shelf"),
        ("sube un poco todo lo que está por encima de 5k", 5000, 1.5, "high shelf"),
        ("baja 4 dB por debajo de 90 Hz", 90, -4, "low shelf"),
        ("un poco menos por encima de 9 kHz", 9000, -1.5, "high shelf"),
    ],
)
def test_more_or_less_of_a_region_goes_the_way_that_is_asked(
    words: str, hertz: float, gain_db: float, shape: str
) -> None:
    (command,) = understand(words).commands
    (boost,) = command.boosts
    assert command.effect == "eq"
    assert (boost.frequency_hz, boost.gain_db, boost.shape) == (pytest.approx(hertz), gain_db, shape)


def test_each_region_has_its_own_gain_and_one_verb_is_said_of_all() -> None:
    (command,) = understand("+2 dB from 8k up and -3 dB below 80").commands
    assert [(each.frequency_hz, each.gain_db) for each in command.boosts] == [(8000, 2), (80, -3)]
    (command,) = understand("boost below 80 and above 8k").commands
    assert [(each.shape, each.gain_db) for each in command.boosts] == [("low shelf", 3), ("high shelf", 3)]


@pytest.mark.parametrize(
    ("words", "settings"),
    [
        ("remove everything below 80 Hz", {"highpass_hz": 80}),
        ("roll off below 80", {"highpass_hz": 80}),
        ("chop everything above 3 kilohertz", {"lowpass_hz": 3000}),
        ("I want nothing above 8k", {"lowpass_hz": 8000}),
        ("get rid of everything over 12 kHz", {"lowpass_hz": 12_000}),
        ("keep only what is above 300 Hz", {"highpass_hz": 300}),
        ("keep only 200 Hz to 4 kHz", {"highpass_hz": 200, "lowpass_hz": 4000}),
        ("a high pass for everything below 90 Hz", {"highpass_hz": 90}),
        ("remove everything except between 300 and 3000 Hz", {"highpass_hz": 300, "lowpass_hz": 3000}),
        ("quita todo por debajo de 80 Hz", {"highpass_hz": 80}),
        ("quita todo por encima de 10 kHz", {"lowpass_hz": 10_000}),
        ("corta todo lo que hay por debajo de 60 Hz", {"highpass_hz": 60}),
        ("nada por encima de 8k", {"lowpass_hz": 8000}),
    ],
)
def test_only_what_is_to_go_altogether_is_filtered_out(words: str, settings: dict[str, float]) -> None:
    (command,) = understand(words).commands
    assert (command.effect, command.settings, command.boosts) == ("filter", settings, ())


@pytest.mark.parametrize("words", ["above 8k", "everything below 100 Hz", "tilt everything above 1k"])
def test_a_region_without_a_direction_is_asked_about(words: str) -> None:
    intent = understand(words)
    assert intent.commands == ()
    assert intent.undirected != ()


@pytest.mark.parametrize(
    ("words", "family", "region"),
    [
        ("brighten above 8 kHz only", "bright", Region(8000)),
        ("it's too bright above 10k", "bright", Region(10_000)),
        ("warm it up around 200 Hz", "warm", Region(125, 320)),
        ("make everything below 300 Hz warmer", "warm", Region(high_hz=300)),
        ("más brillante por encima de 6k", "bright", Region(6000)),
        ("louder above 8k", "loud", Region(8000)),
    ],
)
def test_a_quality_beside_a_region_is_wished_there(words: str, family: str, region: Region) -> None:
    intent = understand(words)
    assert [(wish.families, wish.region) for wish in intent.wishes] == [((family,), region)]
    assert intent.commands == ()


LOWS, HIGHS = Region(high_hz=150), Region(6000)


@pytest.mark.parametrize(
    ("words", "region"),
    [
        ("warmer but don't touch the bass", LOWS),
        ("darker but leave the bass alone", LOWS),
        ("brighter, but don't change the low end", LOWS),
        ("warmer without more bass", LOWS),
        ("warmer, but the treble should stay as it is", HIGHS),
        ("warmer but not the bass", LOWS),
        ("brighter without losing bass", LOWS),
        ("warmer but don't boost the lows", LOWS),
        ("a bit brighter, keep the lows", LOWS),
        ("everything louder except the highs", HIGHS),
        ("keep everything above 2 kHz as it is, but warmer", Region(2000)),
        ("warmer, don't touch 1 kHz", Region(625, 1600)),
        ("leave everything between 300 and 3000 Hz alone, brighter", Region(300, 3000)),
        ("más cálido sin tocar los graves", LOWS),
        ("más cálido pero no los graves", LOWS),
        ("más brillante sin subir los agudos", HIGHS),
        ("todo más fuerte menos los agudos", HIGHS),
        ("más oscuro, pero deja los graves como están", LOWS),
        ("más cálido pero no toques nada por encima de 5k", Region(5000)),
    ],
)
def test_a_region_that_is_left_alone_is_held_and_not_wished(words: str, region: Region) -> None:
    intent = understand(words)
    assert [hold.region for hold in intent.holds] == [region]
    assert len(intent.wishes) == 1
    assert intent.commands == ()


def test_a_command_stands_beside_what_is_left_alone() -> None:
    intent = understand("leave everything above 2k alone and cut the lows by 2 dB")
    assert [hold.region for hold in intent.holds] == [Region(2000)]
    assert [command.boosts for command in intent.commands] == [(Boost(150, -2, None, "low shelf"),)]


@pytest.mark.parametrize("words", ["leave the bass alone", "don't touch anything above 5k", "no toques los agudos"])
def test_to_leave_a_region_alone_asks_for_nothing(words: str) -> None:
    intent = understand(words)
    assert intent.said == ("acknowledgement",)
    assert not intent.understood


@pytest.mark.parametrize("words", ["not enough bass", "no bass", "warmer, no bass", "too much bass", "less treble"])
def test_what_asks_for_more_or_less_of_a_part_holds_nothing(words: str) -> None:
    intent = understand(words)
    assert intent.holds == ()
    assert intent.wishes != ()


@pytest.mark.parametrize(
    ("words", "factor"),
    [
        ("turn down the reverb by 3 dB", 10 ** (-3 / 20)),
        ("3 dB less delay", 10 ** (-3 / 20)),
        ("baja la reverb 6 dB", 10 ** (-6 / 20)),
        ("raise the chorus by 2 dB", 10 ** (2 / 20)),
    ],
)
def test_decibels_of_an_effect_are_of_its_mix(words: str, factor: float) -> None:
    (command,) = understand(words).commands
    assert command.effect != "gain"
    assert command.factors == {"mix": pytest.approx(factor)}
