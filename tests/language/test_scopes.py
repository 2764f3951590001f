"""Where in the spectrum an effect is to be heard."""

from __future__ import annotations

import pytest

from instructfx.language import understand


@pytest.mark.parametrize(
    ("words", "lately", "settings", "factors"),
    [
        ("keep the reverb out of the lows", (), {}, {"low_cut_hz": 4.0}),
        ("keep it out of the low end", ("reverb",), {}, {"low_cut_hz": 4.0}),
        ("no reverb on the bass please", (), {}, {"low_cut_hz": 4.0}),
        ("add some reverb but keep it out of the lows", (), {}, {"low_cut_hz": 4.0}),
        ("roll the highs off the reverb", (), {}, {"high_cut_hz": 0.5}),
        ("high cut the reverb at 5k", (), {"high_cut_hz": 5000.0}, {}),
        ("reverb low cut 250 Hz", (), {"low_cut_hz": 250.0}, {}),
        ("no reverb below 300 Hz", (), {"low_cut_hz": 300.0}, {}),
        ("sin reverb por encima de 5k", (), {"high_cut_hz": 5000.0}, {}),
        ("the reverb shouldn't touch the lows", (), {}, {"low_cut_hz": 4.0}),
        ("que la reverb no tenga graves", (), {}, {"low_cut_hz": 4.0}),
        ("corta los graves del reverb en 200", (), {"low_cut_hz": 200.0}, {}),
        ("a reverb with a 300 Hz low cut", (), {"low_cut_hz": 300.0}, {}),
        ("only reverb on the highs", (), {"low_cut_hz": 800.0, "high_cut_hz": 10000.0}, {}),
        ("no lo pongas en los graves", ("reverb",), {}, {"low_cut_hz": 4.0}),
        ("corta los graves de la reverb en 300", (), {"low_cut_hz": 300.0}, {}),
        ("add reverb only above 500 Hz", (), {"low_cut_hz": 500.0}, {}),
        ("pon reverb solo por debajo de 2k", (), {"high_cut_hz": 2000.0}, {}),
        ("pon reverb solo en los agudos", (), {"low_cut_hz": 800.0, "high_cut_hz": 10000.0}, {}),
    ],
)
def test_a_scope_is_the_cuts_of_the_effect(
    words: str, lately: tuple[str, ...], settings: dict[str, float], factors: dict[str, float]
) -> None:
    intent = understand(words, lately)
    (command,) = intent.commands
    assert (command.effect, command.settings, command.factors) == ("reverb", settings, factors)
    assert (intent.wishes, intent.unknown) == ((), ())


@pytest.mark.parametrize(
    ("words", "lately"),
    [
        ("low cut on the delay at 200", ()),
        ("keep it out of the lows", ("delay",)),
        ("only compress the lows", ()),
        ("darker repeats", ()),
        ("corta los graves del delay en 200", ()),
        ("que el delay no tenga graves", ()),
        ("no delay below 300 Hz", ()),
        ("comprime solo los graves", ()),
        ("compress only below 200 Hz", ()),
        ("distort everything above 2k", ()),
        ("comprime todo por debajo de 200 Hz", ()),
    ],
)
def test_what_has_no_cuts_has_no_scope(words: str, lately: tuple[str, ...]) -> None:
    intent = understand(words, lately)
    assert [each.key for each in intent.beyond] == ["scope"]
    assert (intent.wishes, intent.commands) == ((), ())


@pytest.mark.parametrize("words", ["a delay under 300 ms", "a reverb under 2 seconds"])
def test_a_time_is_no_scope(words: str) -> None:
    intent = understand(words)
    assert intent.beyond == ()
    assert "low_cut_hz" not in intent.commands[0].settings
    assert "high_cut_hz" not in intent.commands[0].settings


@pytest.mark.parametrize(
    ("words", "effect"),
    [("high pass at 80 and add a reverb", {"filter", "reverb"}), ("low cut 100", {"filter"})],
)
def test_a_filter_beside_an_effect_is_a_filter(words: str, effect: set[str]) -> None:
    assert {command.effect for command in understand(words).commands} == effect


def test_a_scope_of_nothing_is_asked_back() -> None:
    intent = understand("keep it out of the lows")
    assert intent.undirected
    assert not intent.understood


@pytest.mark.parametrize("words", ["make it brighter, but not in the lows", "más brillo, pero no en los graves"])
def test_a_wish_with_a_part_of_the_sound_is_no_scope_of_the_last_effect(words: str) -> None:
    assert understand(words, ("reverb",)).commands == ()
