"""The reply after a turn is written from what was measured: no direction that was not reached, none kept quiet."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructfx.chain import Chain
from instructfx.ears.axes import AXES, TONE
from instructfx.ears.goal import Goal
from instructfx.language.intent_types import Language
from instructfx.planners.phrases import Voice
from instructfx.planners.plan import Asked, Move, Plan
from instructfx.planners.results import REACHED, told, truthful
from instructfx.planners.side_effects import OWN, UNASKED, unmoved

DRY = Chain()
WARM = Chain().added("eq", {"low_shelf_gain_db": 3.0})
ZERO = dict.fromkeys(AXES, 0.0)
WARMER = Goal(axes={"warmth": 1.0, "body": 0.4, "brightness": -0.3})
ADDED = Plan(add=(Move("eq"),), goal=WARMER, reply="I added an equaliser: warmer.")
LOCKED = "The equaliser is locked, so it stays."
BY_MODEL = Asked("a-model", "1")


def result(plan: Plan, before: Chain, after: Chain, language: Language = "en", **moved: float) -> str:
    return told(plan, before, after, ZERO, {**ZERO, **moved}, language, before)


def test_what_was_reached_is_told_with_the_size_that_was_measured() -> None:
    assert result(ADDED, DRY, WARM, warmth=1.0, body=0.5) == "I added an equaliser: warmer and a little fuller."
    assert result(ADDED, DRY, WARM, warmth=2.0) == "I added an equaliser: much warmer."
    assert result(ADDED, DRY, WARM, "es", warmth=0.5) == "Añadí un ecualizador: un poco más cálido."


def test_a_direction_that_was_not_reached_is_not_claimed_but_said() -> None:
    assert result(ADDED, DRY, WARM, warmth=0.2) == (
        "I added an equaliser. Not really warmer, though: by measure it hardly moved."
    )
    turned = result(ADDED, DRY, WARM, warmth=-0.45, body=0.5)
    assert turned.startswith("I added an equaliser: a little fuller. Not really warmer, though: by measure it went")
    assert "cálido, " not in result(ADDED, DRY, WARM, "es", warmth=0.1)


def test_a_hint_that_was_asked_for_is_called_one() -> None:
    slightly = replace(ADDED, goal=Goal(axes={"warmth": 0.3}))
    assert result(slightly, DRY, WARM, warmth=0.28).endswith("That is only a hint, hardly to be heard.")


def test_what_moved_unasked_by_more_than_half_a_step_is_always_told() -> None:
    text = result(ADDED, DRY, WARM, warmth=1.0, mud=1.6, width=0.51, air=-0.5, brightness=-0.75)
    assert text.endswith("What else moved: much thicker and a little wider.")
    shifted = Plan(add=(Move("pitch_shift"),), reply="")
    assert ": lower" in result(shifted, DRY, DRY.added("pitch_shift", {"semitones": -2}), pitch=-1.0)
    assert "further back" in result(ADDED, DRY, WARM, warmth=1.0, brightness=0.9, presence=-1.6)
    assert "brighter" in result(ADDED, DRY, WARM, warmth=1.0, brightness=0.9)  # it was to get darker
    assert "much darker" in result(ADDED, DRY, WARM, warmth=1.0, brightness=-2.5)  # but not that much


def test_what_a_wish_on_tone_brings_along_is_no_side_effect() -> None:
    darker = replace(ADDED, goal=Goal(axes={"brightness": -1.7, "warmth": 0.7}))
    along = {"brightness": -1.5, "warmth": 1.4, "bass": 1.5, "body": 1.5, "presence": -1.4, "fidelity": -0.8}
    assert "What else moved" not in result(darker, DRY, WARM, **along)
    assert result(darker, DRY, WARM, **along, air=0.6).endswith("What else moved: a little airier.")
    roomier = replace(ADDED, goal=Goal(axes={"space": 1.0}))
    assert "a little more lo-fi" in result(roomier, DRY, DRY.added("reverb", {}), space=1.0, fidelity=-0.6)


def test_what_only_its_own_effects_can_move_is_told_of_these_alone() -> None:
    smeared = {"space": 1.0, "grit": 1.2, "pitch": -0.9, "movement": -0.7}
    roomier = replace(ADDED, goal=Goal(axes={"space": 1.0}))
    assert "What else moved" not in result(roomier, DRY, DRY.added("reverb", {}), **smeared)
    dirty = DRY.added("distortion", {"drive_db": 9.0})
    assert result(roomier, DRY, dirty, **smeared).endswith("What else moved: grittier.")
    assert unmoved(dirty.added("reverb", {}).slots) == {"pitch", "movement"}


def test_many_changes_are_counted() -> None:
    squashed = Plan(add=(Move("compressor"),), reply="")
    moved = {"dynamics": -3.0, "bass": -2.0, "width": 1.5, "warmth": -1.0, "body": -0.9, "air": 0.8}
    text = result(squashed, DRY, DRY.added("compressor", {}), **moved)
    assert text.endswith("much more even, much less bass, wider, cooler and 2 more (“what changed?” tells).")


def test_an_effect_at_rest_was_not_added() -> None:
    flat = DRY.added("eq", {})
    text = result(ADDED, DRY, flat)
    assert "added" not in text
    assert text.startswith("The equaliser is in the chain but at rest: it does nothing yet.")
    beside = result(ADDED, DRY, WARM.added("gain", {"gain_db": 0.0}), warmth=1.0)
    assert beside.startswith("I added an equaliser: warmer. The gain is in the chain but at rest")


@pytest.mark.parametrize(
    ("plan", "chain", "why"),
    [
        (Plan(adjust=(Move("eq"),), goal=WARMER), WARM, "because no setting that I tried brings it nearer"),
        (Plan(adjust=(Move("eq", {"mid_gain_db": 0.0}, frozenset({"mid_gain_db"})),)), WARM, "like that already"),
        (Plan(goal=WARMER), DRY, "nothing in the chain"),
        (Plan(goal=WARMER, notes=(LOCKED,), reply=LOCKED), WARM, "The equaliser is locked"),
    ],
)
def test_where_nothing_changed_it_says_so_and_why(plan: Plan, chain: Chain, why: str) -> None:
    text = result(plan, chain, chain)
    assert text.startswith("Nothing changed")
    assert why in text
    assert result(replace(plan, notes=()), chain, chain, "es").startswith("No cambió nada, porque")


def test_a_command_tells_its_values_and_what_moved() -> None:
    cut = Plan(adjust=(Move("eq", {"mid_gain_db": -6.0}, frozenset({"mid_gain_db"})),))
    after = WARM.adjusted("eq", {"mid_gain_db": -6.0})
    assert result(cut, WARM, after, nasal=-0.9) == "I adjusted the equaliser (mid gain 0 to -6 dB): less nasal."
    gone = Plan(remove=("eq",))
    assert result(gone, WARM, DRY, warmth=-0.7) == "I removed the equaliser: cooler."


def test_notes_follow_and_a_step_back_keeps_its_words() -> None:
    noted = replace(ADDED, notes=("The track is mono.", "Beside it."), reply="I added one. The track is mono.")
    assert result(noted, DRY, WARM, warmth=1.0).endswith(": warmer. The track is mono.")
    assert result(Plan(undo=1, reply="Back to the dry track."), WARM, DRY, warmth=-1.0) == "Back to the dry track."
    assert told(ADDED, DRY, WARM, {}, {}, "en", DRY) == ADDED.reply  # nothing was read


def test_the_words_of_a_model_come_first_without_what_was_not_reached() -> None:
    plan = replace(ADDED, asked=BY_MODEL, reply="Warmer now. And much brighter! Shall I add air?")
    assert result(plan, DRY, WARM, warmth=1.0) == "Warmer now. Shall I add air? Measured: warmer."
    again = replace(plan, reply=result(plan, DRY, WARM, warmth=1.0, grit=0.8))
    assert result(again, DRY, WARM, warmth=1.0) == "Warmer now. Shall I add air? Measured: warmer."
    cold = result(replace(plan, reply="Warmer now."), DRY, WARM, warmth=0.1)
    assert cold == "I added an equaliser. Not really warmer, though: by measure it hardly moved."
    fell_back = replace(ADDED, asked=replace(BY_MODEL, fell_back="no network"))
    assert result(fell_back, DRY, WARM, warmth=1.0) == "I added an equaliser: warmer."
    idle = Plan(asked=BY_MODEL, reply="It is fine as it is.")
    assert result(idle, WARM, WARM) == "It is fine as it is."
    boast = Plan(asked=BY_MODEL, reply="Much warmer now.")
    assert result(boast, WARM, WARM) == "Nothing changed."


def test_a_model_does_not_add_what_rests() -> None:
    assert truthful("I added a delay. Done.", ZERO, DRY.added("delay", {"mix": 0.0})) == "Done."


READINGS = st.fixed_dictionaries({axis: st.floats(-3, 3) for axis in AXES})
WISHES = st.dictionaries(st.sampled_from(list(AXES)), st.floats(-2, 2), max_size=5)
CHAINS = st.sampled_from([DRY, WARM, DRY.added("eq", {}), WARM.added("reverb", {"mix": 0.3}).bypassed("eq", True)])


@given(WISHES, READINGS, CHAINS, CHAINS, st.sampled_from(["en", "es"]))
def test_whatever_came_of_it_no_direction_is_made_up_and_none_is_hidden(
    wishes: dict[str, float], after: dict[str, float], one: Chain, other: Chain, language: Language
) -> None:
    plan = Plan(adjust=(Move("eq"),), goal=Goal(axes=wishes), reply="Done.")
    text = told(plan, one, other, ZERO, after, language, one)
    assert text.endswith(".")
    assert not {"{", "}"} & set(text)
    voice = Voice(language)
    if one != other:
        toned = any(AXES[wish].family == TONE for wish in wishes)
        astray = [
            voice.compared(axis, change)
            for axis, change in after.items()
            if axis not in OWN and abs(change) > UNASKED and wishes.get(axis, 0.0) * change <= 0
            if not (toned and AXES[axis].family in (TONE, "fidelity"))
        ]
        counted = re.search(r"(\d+) (more \(|más \()", text)
        assert sum(each not in text for each in astray) <= (int(counted.group(1)) if counted else 0)
    claims = text.split(".")[0].partition(":")[2]
    for axis, change in after.items():
        if abs(change) < REACHED:
            assert not any(f" {each}" in claims for each in (voice.axis(axis, "more"), voice.axis(axis, "less")))


def test_what_a_filter_takes_has_not_risen_whatever_its_reading_says() -> None:
    under_water = DRY.added("filter", {"lowpass_hz": 700.0})
    plan = Plan(add=(Move("filter"),), goal=Goal(axes={"air": -2.0, "fidelity": -0.8}))
    text = result(plan, DRY, under_water, air=1.3, fidelity=-1.5)
    assert text == "I added a filter: more lo-fi."
    assert "airier" in result(plan, DRY, DRY.added("filter", {"lowpass_hz": 16_000.0}), air=1.3, fidelity=-1.5)
