"""Regions of the spectrum that are to stay as they are: what is planned, drawn, found and said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from instructfx.chain import Chain
from instructfx.ears.axes import AXES
from instructfx.ears.goal import Goal, Standing
from instructfx.ears.perceptual import wished_curve
from instructfx.ears.regions import axes_within, free_of
from instructfx.effects import EFFECTS
from instructfx.errors import InstructionError
from instructfx.language.intent_types import Language
from instructfx.planners import Plan, PlanRequest, planner_named
from instructfx.planners.eq_fit import Canvas, centres_hz
from instructfx.planners.plan import Move, Reply
from instructfx.planners.results import told
from instructfx.planners.router import route
from instructfx.planners.standing import BESIDE, HELD, standing
from instructfx.planners.usual import usual

PLANNER = planner_named("builtin")
MIDDLE = {axis: sum(usual(axis)) / 2 for axis in AXES}
LOWS, HIGHS = (20.0, 150.0), (6000.0, 20_000.0)


def planned(words: str, chain: Chain | None = None) -> Plan:
    plan = PLANNER.plan(PlanRequest(words, chain or Chain(), readings=MIDDLE))
    assert isinstance(plan, Plan), plan
    return plan


def curve_db(chain: Chain) -> np.ndarray:
    """The curve of a chain's equaliser, at `centres_hz`."""
    slot = chain.slot("eq")
    return Canvas(slot.effect, slot.settings).stands_db


@pytest.mark.parametrize(
    ("words", "held_hz"),
    [
        ("warmer but don't touch the bass", LOWS),
        ("darker but leave the bass alone", LOWS),
        ("brighter without losing the low end", LOWS),
        ("warmer, but the treble should stay as it is", HIGHS),
        ("warmer, leave everything above 4k alone", (4000.0, 20_000.0)),
        ("brighter, but keep what is between 200 and 800 Hz as it is", (200.0, 800.0)),
        ("más cálido sin tocar los graves", LOWS),
        ("más brillante, deja los graves como están", LOWS),
    ],
)
def test_the_curve_that_is_drawn_leaves_a_held_region_where_it_is(words: str, held_hz: tuple[float, float]) -> None:
    plan = planned(words)
    assert plan.goal.held_hz == (held_hz,)
    assert set(axes_within(plan.goal.held_hz)).isdisjoint(plan.goal.axes)
    curve = curve_db(route(Chain(), plan)[1])
    inside = (centres_hz() > held_hz[0] * 1.1) & (centres_hz() < held_hz[1] / 1.1)
    assert np.abs(curve[inside]).max() < 0.8
    assert np.abs(curve[inside]).mean() < 0.5
    assert np.abs(curve).max() > 0.8  # something is drawn beside it


def test_without_the_exception_the_same_wish_moves_that_region() -> None:
    curve = curve_db(route(Chain(), planned("warmer"))[1])
    assert curve[centres_hz() < LOWS[1]].max() > 1.5


def test_what_is_read_in_a_held_region_is_limited_both_ways() -> None:
    limits = standing((), Goal(axes={"warmth": 1.0, "mud": 0.9}, held_hz=(LOWS,)), MIDDLE).limits
    found = {(each.axis, each.sign): each.least for each in limits}
    assert (found["bass", 1], found["bass", -1]) == (-HELD, -HELD)
    assert (found["nasal", -1], found["mud", -1]) == (-BESIDE, -0.9)  # where else the wish would gather
    assert standing((), Goal(axes={"warmth": 1.0}), MIDDLE).limits == ()


def test_nothing_is_wished_within_a_held_region() -> None:
    points = [40.0, 80.0, 140.0, 300.0, 1000.0]
    curve = wished_curve({"warmth": 1.0}, points, Standing(held_hz=(LOWS,))).tolist()
    assert curve[:3] == [0.0, 0.0, 0.0]
    assert curve[3] > 1.0
    assert free_of((LOWS,), [100.0, 400.0]).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("region", "axes"),
    [(LOWS, {"bass"}), (HIGHS, {"air"}), ((2000.0, 20_000.0), {"presence", "harshness", "brightness", "air"})],
)
def test_an_axis_is_read_where_most_of_its_curve_lies(region: tuple[float, float], axes: set[str]) -> None:
    assert set(axes_within((region,))) <= axes
    assert axes_within((region,)) != ()


@pytest.mark.parametrize("region", [(0.0, 100.0), (200.0, 100.0), (-5.0, 5.0)])
def test_a_region_that_is_none_is_refused(region: tuple[float, float]) -> None:
    with pytest.raises(InstructionError, match="two rising frequencies"):
        Goal(held_hz=(region,))


@pytest.mark.parametrize(
    ("words", "gain_db", "shelf_db"),
    [
        ("everything louder except the highs", 3, -3),
        ("todo más fuerte menos los agudos", 3, -3),
        ("quieter, but not the highs", -3, 3),
    ],
)
def test_a_level_that_leaves_out_a_region_is_taken_back_there(words: str, gain_db: float, shelf_db: float) -> None:
    chain = route(Chain(), planned(words))[1]
    assert chain.slot("gain").settings["gain_db"] == gain_db
    assert chain.slot("eq").settings["high_shelf_gain_db"] == shelf_db


@pytest.mark.parametrize(
    ("words", "setting", "gain_db"),
    [
        ("brighten above 8 kHz only", "high_shelf_gain_db", 3),
        ("it's too bright above 10k", "high_shelf_gain_db", -3),
        ("a bit darker above 6k", "high_shelf_gain_db", -1.5),
        ("make everything below 200 Hz warmer", "low_shelf_gain_db", 3),
        ("louder below 100 Hz", "low_shelf_gain_db", 3),
        ("más brillante por encima de 6k", "high_shelf_gain_db", 3),
    ],
)
def test_a_quality_of_a_region_is_a_shelf_that_goes_its_way(words: str, setting: str, gain_db: float) -> None:
    plan = planned(words)
    assert plan.goal.axes == {}
    (move,) = plan.add
    assert {name: value for name, value in move.settings.items() if name.endswith("_gain_db")} == {setting: gain_db}


@pytest.mark.parametrize(
    ("words", "inside_hz", "outside_hz"),
    [
        ("boost everything below 800 Hz", 500.0, 2000.0),
        ("boost everything above 1k", 1800.0, 400.0),
        ("sube todo por debajo de 1 kHz", 600.0, 3000.0),
    ],
)
def test_a_corner_that_no_shelf_reaches_is_drawn_by_a_shelf_and_a_band(
    words: str, inside_hz: float, outside_hz: float
) -> None:
    curve = curve_db(route(Chain(), planned(words))[1])
    inside, outside = np.interp([inside_hz, outside_hz], centres_hz(), curve)
    assert inside > 1.8
    assert outside < 0.8


@pytest.mark.parametrize("words", ["wider above 2k", "más ancho por encima de 2k"])
def test_what_no_equaliser_does_is_not_done_in_a_region(words: str) -> None:
    reply = PLANNER.plan(PlanRequest(words, readings=MIDDLE))
    assert isinstance(reply, Reply)
    assert "part of the spectrum" in reply.text or "parte del espectro" in reply.text


def test_a_wish_for_just_what_is_held_is_refused_in_words() -> None:
    reply = PLANNER.plan(PlanRequest("more bass but leave the lows alone", readings=MIDDLE))
    assert isinstance(reply, Reply)
    assert "is to stay as it is" in reply.text


ADDED = Plan(add=(Move("eq"),), goal=Goal(axes={"warmth": 1.0}, held_hz=(LOWS,)), reply="I added an equaliser: warmer.")


def result(chain: Chain, plan: Plan = ADDED, language: Language = "en", **moved: float) -> str:
    before = dict.fromkeys(AXES, 0.0)
    return told(plan, Chain(), chain, before, {**before, **moved}, language, Chain())


def test_what_could_not_be_held_is_said_and_is_no_side_effect() -> None:
    lifted = Chain().added("eq", {"low_shelf_gain_db": 4.0})
    said = result(lifted, warmth=1.0, bass=0.8)
    assert "I could not keep what lies below 150 Hz as it was: more bass." in said
    assert "What else moved" not in said
    assert "No pude dejar lo que está por debajo de 150 Hz como estaba" in result(
        lifted, ADDED, "es", warmth=1.0, bass=0.8
    )
    driven = Chain().added("distortion", {"drive_db": 12.0})
    grit = replace(ADDED, add=(Move("distortion"),))
    assert "I could not keep" in result(driven, grit, warmth=1.0, bass=-0.5)


def test_a_region_that_no_curve_touches_was_held_whatever_is_read_beside_it() -> None:
    beside = Chain().added("eq", {"high_mid_gain_db": -4.0})
    assert "could not" not in result(beside, warmth=1.0, bass=0.4)


def test_every_equaliser_can_be_held() -> None:
    assert all(effect.response for effect in EFFECTS.of_role("tone"))
