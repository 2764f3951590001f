"""What is said in the place of what the last turn did: "no, quieter", "sorry, I meant warmer", "no, 2"."""

from __future__ import annotations

import pytest
from planned_turns import planned, settings

from instructfx.planners import PastExchange, Plan
from instructfx.planners.plan import Reply


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("pan it left", "no, right"), {"pan": 0.5}),
        (("pan it left", "oops, to the right"), {"pan": 0.5}),
        (("panea a la izquierda", "no, a la derecha"), {"pan": 0.5}),
        (("+3 dB", "sorry, I meant quieter"), {"gain_db": -3}),
        (("+3 dB", "sorry, I meant quieter", "no, 6 dB"), {"gain_db": -6}),
        (("+3 dB", "make it 2 instead", "no, 4"), {"gain_db": 4}),
        (("-6 dB", "no, 2"), {"gain_db": -2}),
        (("louder", "no, quieter"), {"gain_db": -3}),
        (("más fuerte", "no, más bajito"), {"gain_db": -3}),
        (("wider", "no, narrower"), {"width": 0.65}),
        (("más ancho", "no, más estrecho"), {"width": 0.65}),
    ],
)
def test_the_like_of_what_was_said_takes_its_place(words: tuple[str, ...], expected: dict[str, float]) -> None:
    plan, chain = planned(*words)
    assert isinstance(plan, Plan)
    assert (plan.undo, settings(chain)) == (1, expected)


@pytest.mark.parametrize(
    ("words", "frequency_hz", "gain_db"),
    [
        (("cut 3 dB at 350 Hz", "no I said 250"), 250, -3),
        (("cut 3 dB at 350 Hz", "no, 600 Hz", "oops, 2 dB"), 600, -2),
        (("corta 3 dB en 400", "no, 500 Hz", "no, 4 dB"), 500, -4),
        (("cut 3 dB at 400 Hz", "no, boost"), 400, 3),
    ],
)
def test_a_chain_of_corrections_is_one_band(words: tuple[str, ...], frequency_hz: float, gain_db: float) -> None:
    _, chain = planned(*words)
    values = chain.slots[0].settings
    bands = {
        round(values[name.replace("_gain_db", "_cutoff_frequency_hz")]): round(value, 2)
        for name, value in values.items()
        if name.endswith("_gain_db") and value
    }
    assert (len(chain.slots), bands) == (1, {frequency_hz: gain_db})


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("like a telephone", "no, better like an old radio"), ("distortion", "filter")),
        (("like a telephone", "no, mejor como una radio vieja"), ("distortion", "filter")),
        (("like a telephone", "no, rather like a megaphone"), ("distortion", "filter")),
        (("make it brighter", "sorry, I meant warmer", "oops, not warmer, I meant wider"), ("stereo_width",)),
        (("más brillante", "no, no más brillante, sino más ancho"), ("stereo_width",)),
        (("add reverb", "no, delay"), ("delay",)),
        (("add a phaser", "no, try a chorus"), ("chorus",)),
        (("warmer", "no. Add reverb."), ("reverb",)),
        (("add reverb", "mejor más ancho"), ("stereo_width",)),
        (("brighten the reverb", "no, I meant the whole sound"), ("eq",)),
    ],
)
def test_whole_wishes_take_the_place_of_whole_wishes(words: tuple[str, ...], names: tuple[str, ...]) -> None:
    plan, chain = planned(*words)
    assert isinstance(plan, Plan)
    assert plan.undo == 1
    assert set(names) <= set(chain.names) <= {*names, "reverb"}


def test_only_the_like_is_replaced_of_several_wishes() -> None:
    plan, chain = planned("add reverb and make it warmer", "sorry, I meant brighter")
    assert isinstance(plan, Plan)
    assert (plan.undo, chain.names, plan.goal.axes["brightness"]) == (1, ("eq", "reverb"), 1.0)
    plan, _ = planned("warmer and wider", "no, narrower")
    assert isinstance(plan, Plan)
    assert (plan.undo, plan.goal.axes["warmth"], plan.goal.axes["width"]) == (1, 1.0, -1.0)


@pytest.mark.parametrize("words", ["no, I meant the warmth", "perdón, me refería a la calidez"])
def test_half_of_another_thing_is_half_of_that(words: str) -> None:
    half = "half the reverb" if "meant" in words else "la mitad de la reverb"
    plan, _ = planned("warmer", "add reverb", half, words)
    assert isinstance(plan, Plan)
    assert (plan.undo, plan.goal.axes["warmth"]) == (1, -0.5)


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ("warmer", "no, too dark now"),
        ("warmer", "no, even warmer"),
        ("warmer", "no, much warmer"),
        ("brighter", "no, less bright"),
        ("brighter", "no, it's too harsh"),
        ("add reverb", "no, longer"),
        ("louder", "no, a bit quieter"),
        ("add reverb", "no, less reverb"),
        ("add reverb", "no, 2 s decay"),
        ("add reverb", "no, remove it"),
        ("add reverb", "no reverb"),
        ("warmer", "wait, add reverb first"),
        ("warmer", "sorry, can you make it wider?"),
        ("cut 3 dB at 400", "no, narrower"),
    ],
)
def test_what_speaks_of_the_sound_as_it_is_takes_nothing_back(before: str, words: str) -> None:
    plan, _ = planned(before, words)
    assert isinstance(plan, Plan)
    assert plan.undo == 0
    assert plan.changes


@pytest.mark.parametrize(
    ("before", "words", "axis", "sign"),
    [
        ("less bass", "no, more", "bass", 1),
        ("menos graves", "no, más", "bass", 1),
        ("less bass", "no, less treble", "brightness", -1),
        ("darker", "oops, brighter", "brightness", 1),
    ],
)
def test_another_direction_or_part_takes_the_place(before: str, words: str, axis: str, sign: int) -> None:
    plan, _ = planned(before, words)
    assert isinstance(plan, Plan)
    assert (plan.undo, plan.goal.axes[axis]) == (1, sign)


def test_no_more_of_what_was_asked_more_of_goes_further() -> None:
    plan, chain = planned("add reverb", "more reverb", "no, more")
    assert isinstance(plan, Plan)
    assert plan.undo == 0
    assert chain.slots[0].settings["mix"] > 0.4


@pytest.mark.parametrize("words", ["no, thanks", "no, that's good", "no, right", "no, gracias"])
def test_praise_behind_a_no_changes_nothing(words: str) -> None:
    plan, _ = planned("warmer", words)
    assert isinstance(plan, Reply)
    assert plan.act == "acknowledgement"


def test_an_answer_to_a_question_back_takes_nothing_back() -> None:
    asked = PastExchange("hmm", "unclear", "Which way?")
    plan, _ = planned("warmer", "no, brighter", since=(asked,))
    assert isinstance(plan, Plan)
    assert plan.undo == 0
    plan, _ = planned("warmer", "no, brighter", stepped="undo")
    assert isinstance(plan, Plan)
    assert plan.undo == 0
