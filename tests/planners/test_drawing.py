"""Wishes on tone become settings of the equaliser: the whole curve, beside what is there, and other takes of it."""

from __future__ import annotations

import numpy as np
import pytest

from instructfx.chain import Chain
from instructfx.chain.format import bands_of
from instructfx.ears import Goal
from instructfx.ears.axes import TONE_CURVES
from instructfx.ears.perceptual import wished_curve
from instructfx.effects import EFFECTS
from instructfx.effects.eq import magnitude
from instructfx.language import lexicon, understand
from instructfx.language.wishes import DOUBT
from instructfx.planners import PastTurn, Plan, PlanRequest
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.eq_fit import SAMPLE_RATE, SHARE, UNDONE, Canvas, centres_hz, drawn, fitting, turning
from instructfx.planners.router import route
from instructfx.planners.takes import STEPS, another

EQ = EFFECTS.usual("tone")
FLAT = EQ.defaults()
WARM = {"warmth": 1.0, "body": 0.4, "brightness": -0.3}
BRIGHT = {"brightness": 1.0, "presence": 0.3, "warmth": -0.4}


def response_db(settings: dict[str, float]) -> np.ndarray:
    import torch

    tensors = {name: torch.tensor([value], dtype=torch.float64) for name, value in {**FLAT, **settings}.items()}
    levels = 20 * torch.log10(magnitude(tensors, SAMPLE_RATE, torch.from_numpy(centres_hz())))[0].numpy()
    return np.asarray(levels - levels.mean())


def curve(axes: dict[str, float]) -> np.ndarray:
    wished = wished_curve(axes, centres_hz().tolist()).double().numpy()
    return np.asarray(wished - wished.mean())


@pytest.mark.parametrize("axes", [WARM, BRIGHT, {"harshness": -1.0}, {"nasal": -1.0, "mud": -0.6, "air": 0.5}])
def test_six_bands_come_within_half_a_decibel_of_a_wish(axes: dict[str, float]) -> None:
    off = response_db(drawn(Canvas(EQ, FLAT), axes)) - SHARE * curve(axes)
    assert np.sqrt((off**2).mean()) < 0.5


@pytest.mark.parametrize("wish", [1.0, -1.0])
@pytest.mark.parametrize("axis", TONE_CURVES)
def test_a_first_move_draws_most_of_a_wish_and_leaves_the_rest_to_the_ear(axis: str, wish: float) -> None:
    wished = curve({axis: wish})
    share = float(response_db(drawn(Canvas(EQ, FLAT), {axis: wish})) @ wished / (wished @ wished))
    assert 0.7 < share < 0.9


def test_a_wish_is_drawn_beside_what_is_there_and_named_settings_stay() -> None:
    there = {**FLAT, "mid_gain_db": -6.0, "mid_cutoff_frequency_hz": 400.0}
    fixed = {"mid_gain_db", "mid_cutoff_frequency_hz", "mid_q"}
    moved = drawn(Canvas(EQ, there, frozenset(fixed)), BRIGHT)
    assert not fixed & set(moved)
    off = response_db({**there, **moved}) - response_db(there) - SHARE * curve(BRIGHT)
    assert np.sqrt((off**2).mean()) < 0.6


def _set(axes: dict[str, float]) -> Canvas:
    """An equaliser on which a wish was drawn."""
    return Canvas(EQ, {**FLAT, **drawn(Canvas(EQ, FLAT), axes)})


def test_wish_after_wish_is_drawn_from_rest_within_what_an_engineer_would_sign() -> None:
    there, wanted = FLAT, np.zeros(len(centres_hz()))
    for axes in ({"warmth": 1.0}, {"air": 0.5}, {"presence": 0.9}, {"mud": -0.6}, {"bass": 1.0}, {"nasal": -1.0}):
        there = {**there, **drawn(Canvas(EQ, there), axes)}
        wanted = wanted + SHARE * curve(axes)
    assert np.sqrt(((response_db(there) - wanted) ** 2).mean()) < 1.2
    assert max(abs(value) for name, value in there.items() if name.endswith("_gain_db")) <= 9
    assert all(0.3 - 1e-9 <= value <= 4 for name, value in there.items() if name.endswith("_q"))


def test_the_same_wish_again_and_again_is_given_less_and_then_nothing() -> None:
    there, shares = FLAT, []
    for _ in range(6):
        canvas = Canvas(EQ, there)
        shares.append(fitting(canvas, WARM))
        there = {**there, **drawn(canvas, {axis: shares[-1] * value for axis, value in WARM.items()})}
    assert shares[0] == 1
    assert shares[-1] < 0.3
    assert fitting(Canvas(EQ, there), BRIGHT) == 1
    assert fitting(Canvas(EQ, there), {"space": 1.0}) == 1


def test_nothing_is_boosted_where_a_filter_takes_it_away() -> None:
    passed = np.where(centres_hz() > 1000, -30.0, 0.0)
    free, behind = (response_db(drawn(Canvas(EQ, FLAT, passed_db=each), BRIGHT)) for each in (None, passed))
    low, high = centres_hz() < 200, centres_hz() > 2000
    assert free[high].mean() - free[low].mean() > 3
    assert behind[high].max() - behind[~high].max() < 1


def test_nothing_wished_of_tone_moves_nothing() -> None:
    assert drawn(Canvas(EQ, FLAT), {"space": 1.0}) == {}


def test_what_was_done_against_the_words_is_undone_and_the_rest_stays() -> None:
    assert turning(_set(BRIGHT), BRIGHT) == 0
    opposite = {axis: -value for axis, value in BRIGHT.items()}
    assert turning(_set(opposite), BRIGHT) == pytest.approx(UNDONE * SHARE, abs=0.1)


def test_bright_after_warm_is_brighter_than_dry_but_a_bit_brighter_is_not() -> None:
    warm = route(Chain(), BuiltinPlanner().plan(PlanRequest("make it warm")))[1]
    assert float(np.corrcoef(_heard(warm), curve(WARM))[0, 1]) > 0.9
    bright = route(warm, BuiltinPlanner().plan(PlanRequest("make it bright", warm)))[1]
    assert float(np.corrcoef(_heard(bright), curve(BRIGHT))[0, 1]) > 0.8
    plan = BuiltinPlanner().plan(PlanRequest("a bit brighter", warm))
    assert plan.goal.axes["brightness"] == pytest.approx(0.5)


def _heard(chain: Chain) -> np.ndarray:
    return response_db(dict(chain.slot("eq").settings))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("take", [1, 2])
def test_a_take_means_the_same_word_as_another_person_would(take: int, seed: int) -> None:
    other = another({**WARM, "punch": 0.4}, take, seed)
    assert other == another({**WARM, "punch": 0.4}, take, seed)
    assert 0.6 < np.corrcoef(curve(other), curve(WARM))[0, 1] < 0.8
    assert other["punch"] == pytest.approx(STEPS[take] * 0.4)
    assert max(abs(other[axis]) for axis in TONE_CURVES) == pytest.approx(STEPS[take], abs=1e-3)


def test_takes_differ_and_the_first_is_the_words() -> None:
    first, second, third = (another(WARM, take, 0) for take in range(3))
    assert first == WARM
    assert np.corrcoef(curve(second), curve(third))[0, 1] < 0.3
    assert another(WARM, 0, 0, more=1.0)["warmth"] == 2
    assert another({"space": 1.0}, 2, 0) == {"space": 1.5}


def wish_of(words: str) -> np.ndarray:
    return curve(dict(understand(words).axes))


ALIKE = [
    ("make it tense", "hazlo tenso"),
    ("make it nervous", "que suene crispado"),
    ("make it thin", "hazlo flojo"),
    ("make it dark", "hazlo opaco"),
    ("make it sharp", "hazlo agudo"),
    ("make it deep", "hazlo grave"),
    ("make it lively", "hazlo vivo"),
    ("make it cool", "hazlo fresco"),
    ("make it muffled", "hazlo sordo"),
    ("make it bassier", "make it danceable"),
    ("make it soft", "make it romantic"),
    ("make it rough", "make it harsh"),
]
OPPOSED = [
    ("hazlo apagado", "hazlo brillante"),
    ("hazlo sordo", "make it bright"),
    ("hazlo grave", "hazlo agudo"),
    ("make it danceable", "make it thin"),
    ("make it sad", "make it happy"),
    ("make it tense", "make it calm"),
    ("make it aggressive", "make it romantic"),
    ("make it rough", "make it smooth"),
    ("make it mysterious", "make it bright"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_words_that_mean_the_same_draw_the_same(one: str, other: str) -> None:
    assert np.corrcoef(wish_of(one), wish_of(other))[0, 1] > 0.5


@pytest.mark.parametrize(("one", "other"), OPPOSED)
def test_words_that_mean_the_opposite_draw_the_opposite(one: str, other: str) -> None:
    assert np.corrcoef(wish_of(one), wish_of(other))[0, 1] < -0.3


@pytest.mark.parametrize("words", ["make it harsh", "it should sound shrill", "hazlo hueco"])
def test_where_people_differ_little_is_drawn_and_takes_go_opposite_ways(words: str) -> None:
    (wish,) = understand(words).wishes
    family = lexicon().families[wish.families[0]]
    assert {axis: wish.axes[axis] / value for axis, value in family.axes.items()} == pytest.approx(
        dict.fromkeys(family.axes, DOUBT), rel=0.01
    )
    drawn_by_takes = [curve(another(wish.axes, take, seed=0)) / STEPS[take] for take in range(3)]
    there, back = drawn_by_takes[1] - drawn_by_takes[0], drawn_by_takes[2] - drawn_by_takes[0]
    assert np.corrcoef(there, back)[0, 1] < -0.6


def test_it_is_said_in_the_language_of_the_instruction_that_people_differ() -> None:
    def reply(words: str) -> str:
        return BuiltinPlanner().plan(PlanRequest(words)).reply

    assert "People differ on what “harsh” sounds like" in reply("make it harsh")
    assert "No todos entienden lo mismo por “áspero”" in reply("hazlo más áspero")
    for agreed in ("make it warm", "less harsh", "it's too harsh", "brighter but not harsh", "más cálido"):
        assert "differ" not in reply(agreed)
        assert "No todos" not in reply(agreed)


def test_a_cut_in_numbers_leaves_what_wishes_drew() -> None:
    warm = drawn(Canvas(EQ, EQ.defaults()), {"warmth": 1.0, "air": 1.0})
    chain = Chain().added("eq", warm)
    turn = PastTurn("warm and airy", chain, Goal(axes={"warmth": 1.0, "air": 1.0}))
    for words, hertz, gain_db in (("cut 3 dB at 700 Hz", 700, -3), ("boost 3 dB at 1.5 kHz", 1500, 3)):
        plan = BuiltinPlanner().plan(PlanRequest(words, turn.chain, (turn,)))
        assert isinstance(plan, Plan)
        after = route(turn.chain, plan)[1].slot("eq").settings
        bell = {"mid_gain_db": float(gain_db), "mid_cutoff_frequency_hz": float(hertz), "mid_q": 1.4}
        wanted = Canvas(EQ, turn.chain.slot("eq").settings).curve_db + Canvas(EQ, {**FLAT, **bell}).curve_db
        off = Canvas(EQ, after).curve_db - wanted
        assert np.sqrt((off**2).mean()) < 0.5
        assert len(plan.pinned) == 3


def test_bands_that_were_named_stay_and_a_full_equaliser_gets_a_second_beside_it() -> None:
    turns: list[PastTurn] = []
    chain = Chain()
    for words in ("boost 3 dB at 1 kHz", "cut 2 dB at 200 Hz", "cut 3 dB at 400 Hz", "boost 1 dB at 300 Hz"):
        plan = BuiltinPlanner().plan(PlanRequest(words, chain, tuple(turns)))
        assert isinstance(plan, Plan)
        chain = route(chain, plan)[1]
        turns.append(PastTurn(words, chain, pinned=plan.pinned))
    gains = {
        slot.settings[frequency.name]: slot.settings[gain.name]
        for slot in chain.slots
        for _, (gain, frequency, _) in bands_of(slot.effect)
        if slot.settings[gain.name]
    }
    assert chain.names == ("eq", "eq")
    assert gains == {1000: 3, 200: -2, 400: -3, 300: 1}
