"""An opposite wish takes back what stands against it before anything is added; amounts go along the curve."""

from __future__ import annotations

import numpy as np
import pytest

from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.ears.analysis import band_centres_hz
from instructfx.effects import EFFECTS
from instructfx.language import understand
from instructfx.planners import PastTurn, Plan, PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.drawing import so_much, taken_back
from instructfx.planners.eq_fit import Canvas, centres_hz, drawn
from instructfx.planners.router import route
from instructfx.planners.taking_back import hides, most_db, opened, passed_db

FILTER, EQ = EFFECTS["filter"], EFFECTS["eq"]
WALL = {"highpass_hz": 20.0, "lowpass_hz": 500.0}


def after(words: str, *earlier: PastTurn) -> Chain:
    chain = earlier[-1].chain if earlier else Chain()
    plan = BuiltinPlanner().plan(PlanRequest(words, chain, earlier))
    assert isinstance(plan, Plan)
    return route(chain, plan)[1]


def said(words: str, *earlier: PastTurn) -> PastTurn:
    chain = earlier[-1].chain if earlier else Chain()
    plan = BuiltinPlanner().plan(PlanRequest(words, chain, earlier))
    assert isinstance(plan, Plan)
    return PastTurn(words, route(chain, plan)[1], plan.goal)


def at(hz: float) -> int:
    return int(np.abs(centres_hz() - hz).argmin())


@pytest.mark.parametrize("words", ["make it sound like a telephone", "like an old radio"])
def test_a_device_is_as_narrow_as_the_word_says(words: str) -> None:
    chain = after(words)
    left = passed_db(FILTER, chain.slot("filter").settings)
    inside = left[at(1000)]
    assert left[at(150)] < inside - 10
    assert left[at(6800)] < inside - 8
    if "distortion" in chain.names:  # drive behind the filter would fill what the filter takes
        assert chain.names.index("filter") > chain.names.index("distortion")


@pytest.mark.parametrize("words", ["make it sound like a telephone", "like it's coming from the next room"])
def test_no_equaliser_works_against_the_filter_of_a_word(words: str) -> None:
    assert "eq" not in after(words).names


def test_full_and_hi_fi_opens_a_telephone_and_what_was_there_before_it_stays() -> None:
    warm = said("make it warmer")
    phone = said("make it sound like a telephone", warm)
    assert phone.chain.slot("eq") == warm.chain.slot("eq")
    assert "filter" in phone.chain.names
    assert "filter" not in after("make it full and hi-fi", warm, phone).names
    assert taken_back(phone.chain, [warm, phone], Goal(axes={"fidelity": 1.0})).slot("eq") != Chain().added(
        "eq", {}
    ).slot("eq")


def test_what_a_device_drew_is_taken_back() -> None:
    drawn_thin = drawn(Canvas(EQ, EQ.defaults()), {"bass": -1.5, "nasal": 1.0})
    phone = PastTurn("phone", Chain().added("filter", WALL).added("eq", drawn_thin), Goal(axes={"fidelity": -2.0}))
    chain = taken_back(phone.chain, [phone], Goal(axes={"fidelity": 1.0}))
    assert chain.names == ("eq",)
    assert np.abs(Canvas(EQ, chain.slot("eq").settings).curve_db).max() < 0.5
    assert taken_back(phone.chain, [phone], Goal(axes={"warmth": 1.0})) == phone.chain


def test_a_brighter_wall_is_a_wider_filter_and_no_boost_above_it() -> None:
    wall = PastTurn("next room", Chain().added("filter", WALL), Goal(axes={"brightness": -2.0}))
    chain = after("a bit brighter", wall)
    lowpass_hz = chain.slot("filter").settings["lowpass_hz"]
    assert lowpass_hz > 1.05 * WALL["lowpass_hz"]
    if "eq" in chain.names:
        curve = Canvas(EQ, chain.slot("eq").settings).curve_db
        assert curve[centres_hz() > 4 * lowpass_hz].max() < curve[centres_hz() < lowpass_hz].max() + 1


def test_only_what_stands_against_a_wish_is_opened() -> None:
    assert hides(FILTER, WALL, {"brightness": 1.0}) == ("lowpass_hz",)
    assert hides(FILTER, WALL, {"bass": 1.0}) == ()
    assert hides(FILTER, WALL, {"brightness": -1.0}) == ()
    assert hides(FILTER, {"highpass_hz": 400.0, "lowpass_hz": 20000.0}, {"bass": 1.0}) == ("highpass_hz",)
    assert opened(FILTER, WALL, {"brightness": 1.0})["lowpass_hz"] > WALL["lowpass_hz"]
    assert opened(FILTER, WALL, {"fidelity": 1.0}) == dict(FILTER.rest)


def test_half_of_a_turn_draws_half_of_its_curve_wherever_the_bands_went() -> None:
    warm = Chain().added("eq", drawn(Canvas(EQ, EQ.defaults()), {"warmth": 1.0}))
    more = warm.adjusted("eq", drawn(Canvas(EQ, warm.slot("eq").settings), {"presence": 1.0, "mud": -0.8}))
    half = so_much(warm, more, 0.5)
    curves = [Canvas(EQ, each.slot("eq").settings).curve_db for each in (warm, half, more)]
    off = curves[1] - (curves[0] + curves[2]) / 2
    assert np.sqrt((off**2).mean()) < 0.7
    assert so_much(warm, more, 0) == warm
    assert so_much(warm, more, 1) == more


def test_a_band_behind_a_filter_rises_by_no_more_than_the_filter_opens() -> None:
    phone = {"highpass_hz": 350.0, "lowpass_hz": 2900.0}
    wall, wider = Chain().added("filter", phone), Chain().added("filter", {**phone, "lowpass_hz": 4000.0})
    hertz = band_centres_hz().numpy()
    assert most_db(Chain(), Chain().added("eq", {})) == ()
    put_in, stays, opens = (np.array(most_db(*pair)) for pair in ((Chain(), wall), (wall, wall), (wall, wider)))
    inside = (hertz > 700) & (hertz < 2000)
    assert np.isinf(put_in[inside]).all()
    assert (put_in[hertz > 8000] < -10).all()
    assert (stays[hertz > 8000] == 0).all()
    assert (opens[hertz > 10_000] > 1).all()


def test_a_filter_opens_as_far_as_a_wish_asks_and_no_equaliser_comes_along() -> None:
    phone = said("make it sound like a telephone")
    chain = after("a bit more of the lows", phone)
    assert chain.names == ("filter",)
    before, now = (each.slot("filter").settings["highpass_hz"] for each in (phone.chain, chain))
    assert 0.7 * before < now < before
    assert after("much more of the lows", phone).slot("filter").settings["highpass_hz"] < now


@pytest.mark.parametrize("words", ["an old telephone", "una radio vieja", "a vintage church"])
def test_an_age_says_which_device_or_place_is_meant(words: str) -> None:
    assert len(understand(words).wishes) == 1
