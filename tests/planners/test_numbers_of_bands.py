"""Numbers that are said of what was just spoken of: a band's gain or frequency, and shares of shares."""

from __future__ import annotations

import pytest

from instructfx.chain import Chain
from instructfx.planners import PastTurn, Plan, PlanRequest, planner_named
from instructfx.planners.plan import Reply
from instructfx.planners.router import route

PLANNER = planner_named("builtin")


def heard(*words: str) -> tuple[Chain, str]:
    """The chain after some words, one turn each and no search, and the last reply."""
    earlier: tuple[PastTurn, ...] = ()
    recent: tuple[str, ...] = ()
    reply = ""
    for said in words:
        chain = earlier[-1].chain if earlier else Chain()
        request = PlanRequest(said, chain, earlier, {"loudness": -5.0}, recent=recent)
        plan: Plan | Reply = PLANNER.plan(request)
        reply = plan.reply if isinstance(plan, Plan) else plan.text
        if isinstance(plan, Plan):
            kept = earlier[: len(earlier) - plan.undo]
            begun = kept[-1].chain if kept else Chain()
            after = route(begun, plan)[1] if plan.changes else begun
            recent = tuple(dict.fromkeys((*reversed(plan.chosen), *recent)))
            earlier = (*earlier, PastTurn(said, after, plan.goal, pinned=plan.pinned))
    return earlier[-1].chain if earlier else Chain(), reply


def gains(chain: Chain) -> dict[float, float]:
    """Frequency in Hz -> gain in dB of the bands of all equalisers that do something."""
    return {
        round(slot.settings[name.replace("_gain_db", "_cutoff_frequency_hz")]): round(value, 2)
        for slot in chain.of_effect("eq")
        for name, value in slot.settings.items()
        if name.endswith("_gain_db") and abs(value) > 0.05
    }


@pytest.mark.parametrize(
    ("words", "bands"),
    [
        (("-3 dB at 400 Hz", "+2 at 10k shelf", "make the cut 5 dB"), {400: -5, 10_000: 2}),
        (("-3 dB at 400 Hz", "+2 at 10k shelf", "make the boost 4 dB"), {400: -3, 10_000: 4}),
        (("cut 3 dB at 400 Hz", "boost 2 dB at 3k", "halve the cut"), {400: -1.5, 3000: 2}),
        (("cut 4 dB at 400 Hz", "make the cut 6 dB", "half of that cut"), {400: -3}),
        (("cut 4 dB at 400 Hz", "move the cut to 350 Hz"), {350: -4}),
        (("cut 4 dB at 400 Hz", "make the cut 2 dB", "move it to 350 Hz"), {350: -2}),
        (("cut 4 dB at 400 Hz", "make the cut 8 dB", "half of that"), {400: -4}),
        (("+2 dB at 3k", "double the boost"), {3000: 4}),
        (("cut 3 dB above 5k", "make it 4 dB", "half that again"), {5000: -2}),
        (("cut 3 dB above 5k", "move it to 8 kHz"), {8000: -3}),
        (("-3 dB at 400 Hz", "now 5 dB"), {400: -5}),
        (("-3 dB at 400 Hz", "another dB"), {400: -4}),
        (("cut 3 dB at 350", "cut 350 another dB"), {350: -4}),
        (("corta 3 dB en 400", "ahora 5 dB"), {400: -5}),
        (("corta 4 dB en 400", "baja eso a la mitad"), {400: -2}),
        (("corta 3 dB en 400", "pon ese corte en 6 dB"), {400: -6}),
        (("corta 4 dB en 400", "muévelo a 350 Hz", "la mitad de ese corte"), {350: -2}),
        (("sube 2 dB en 3k", "corta 3 dB en 400", "el doble de ese realce"), {3000: 4, 400: -3}),
    ],
)
def test_a_number_is_one_of_the_band_that_is_spoken_of(words: tuple[str, ...], bands: dict[float, float]) -> None:
    chain, _ = heard(*words)
    assert gains(chain) == bands
    assert set(chain.names) == {"eq"}


@pytest.mark.parametrize(
    ("words", "gain_db"),
    [
        (("+6 dB", "half of that"), 3),
        (("+6 dB", "half of that", "twice that"), 6),
        (("+6 dB", "half of that", "half of that"), 1.5),
        (("+6 dB", "half of that", "twice that", "a third of that"), 2),
        (("sube 6 dB", "la mitad", "el doble de eso"), 6),
    ],
)
def test_a_share_of_a_share_is_one_of_what_is_left(words: tuple[str, ...], gain_db: float) -> None:
    chain, _ = heard(*words)
    assert chain.slot("gain").settings["gain_db"] == pytest.approx(gain_db, abs=0.01)


@pytest.mark.parametrize("words", ["turn down the reverb by 3 dB", "3 dB less reverb"])
def test_an_effect_that_is_not_there_cannot_be_turned_down(words: str) -> None:
    chain, reply = heard(words)
    assert chain.slots == ()
    assert "There is no reverb in the chain" in reply


def test_an_effect_that_is_there_is_turned_down_by_its_mix() -> None:
    (chain, _), (before, _) = heard("add reverb", "turn down the reverb by 6 dB"), heard("add reverb")
    assert chain.names == ("reverb",)
    mixes = [each.slot("reverb").settings["mix"] for each in (chain, before)]
    assert mixes[0] == pytest.approx(0.501 * mixes[1], abs=0.002)
