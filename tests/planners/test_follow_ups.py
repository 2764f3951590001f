"""What is said of the turn before: its band, its numbers, its direction, and the slots that it put in."""

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
        (("cut 3 dB at 400 Hz", "a bit lower in frequency"), {318: -3}),
        (("cut 3 dB at 400 Hz", "move it up"), {632: -3}),
        (("corta 3 dB en 400", "más abajo en frecuencia"), {253: -3}),
        (("cut 3 dB at 400 Hz", "same thing at 600"), {400: -3, 600: -3}),
        (("cut 3 dB at 400 Hz", "boost 2 dB at 3k", "undo the cut at 400"), {3000: 2}),
        (("corta 3 dB en 200", "deshaz el corte en 200"), {}),
        (("cut 3 dB at 400 Hz", "the other way"), {400: 3}),
        (("boost 3 dB at 3k", "down instead"), {3000: -3}),
        (("cut 6 dB at 400 Hz", "half of that"), {400: -3}),
        (("cut 6 dB at 400 Hz", "a little less of that"), {400: -4.02}),
        (("cut 3 dB at 400 Hz", "twice that"), {400: -6}),
        (("cut 4 dB at 250", "make the cut deeper"), {250: -6}),
        (("cut 3 dB at 400", "actually boost it"), {400: 3}),
        (("corta 3 dB en 400", "un corte menos profundo"), {400: -2.01}),
        (("boost 2 dB at 3 kHz", "a bit lower in frequency", "the same again at 800"), {800: 2, 2387: 2}),
        (("boost 2 dB at 3 kHz", "narrower", "move it up to 5k"), {5000: 2}),
        (("boost 2 dB at 3 kHz", "narrower", "another dB"), {3000: 3}),
        (("boost 2 dB at 3 kHz", "narrower", "down instead"), {3000: -2}),
        (("boost 6 dB at 3 kHz", "back off 1 dB"), {3000: 5}),
        (("corta 3 dB en 400", "1 dB menos"), {400: -2}),
        (("cut 3 dB at 400 Hz", "undo the cut at 400", "half of that"), {}),
    ],
)
def test_a_follow_up_is_about_the_band_just_spoken_of(words: tuple[str, ...], bands: dict[float, float]) -> None:
    assert gains(heard(*words)[0]) == bands


@pytest.mark.parametrize(
    ("words", "slot", "setting", "value"),
    [
        (("cut 3 dB at 400 Hz", "make it narrower"), "eq", "low_mid_q", 2.21),
        (("corta 3 dB en 400", "más estrecho"), "eq", "low_mid_q", 2.21),
        (("cut 3 dB at 400 Hz", "wider Q"), "eq", "low_mid_q", 0.886),
        (("high pass at 80", "a bit higher"), "filter", "highpass_hz", 100.6),
        (("add a reverb with 2 s decay", "half of that"), "reverb", "decay_seconds", 1.0),
        (("high pass at 80", "raise it to 120"), "filter", "highpass_hz", 120),
        (("pasa altos a 80", "súbelo a 120"), "filter", "highpass_hz", 120),
        (("add a 300 ms delay", "el doble"), "delay", "delay_seconds", 0.6),
        (("up two semitones", "a bit higher"), "pitch_shift", "semitones", 3),
        (("pitch it up 5 semitones", "one less"), "pitch_shift", "semitones", 4),
        (("turn it up 3 dB", "same amount once more"), "gain", "gain_db", 6),
        (("add a limiter at -1 dB", "-2 actually"), "limiter", "threshold_db", -2),
        (("add distortion with 12 dB of drive", "back it off to 7"), "distortion", "drive_db", 7),
        (("pan it left", "wrong side"), "panner", "pan", 0.5),
        (("low pass at 6 kHz", "make it 8"), "filter", "lowpass_hz", 8000),
        (("high pass at 160 Hz", "cutoff down please"), "filter", "highpass_hz", 100),
        (("a delay of 100 ms", "a little shorter"), "delay", "delay_seconds", 0.079),
        (("a reverb with 2 s decay", "too big"), "reverb", "decay_seconds", 1.25),
        (("a reverb with 2 s decay", "too small"), "reverb", "decay_seconds", 3.2),
        (("a delay of 100 ms", "longer", "again"), "delay", "delay_seconds", 0.256),
        (("a delay of 100 ms", "longer", "half of that"), "delay", "delay_seconds", 0.126),
    ],
)
def test_a_follow_up_is_about_the_setting_just_spoken_of(
    words: tuple[str, ...], slot: str, setting: str, value: float
) -> None:
    chain = heard(*words)[0]
    assert len(chain.slots) == 1
    assert chain.slot(slot).settings[setting] == pytest.approx(value, rel=0.01)


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (("cut 3 dB at 400 Hz", "a bit higher"), "in frequency"),
        (("corta 3 dB en 400", "un poco más abajo"), "en frecuencia"),
        (("cut 3 dB at 400 Hz", "undo the cut at 2k"), "no filter at 2000 Hz"),
        (("make it brighter", "down instead"), "I am not sure"),
        (("make it brighter", "darker", "undo the first thing"), "cannot be taken out by itself"),
    ],
)
def test_what_may_be_either_is_asked_back(words: tuple[str, ...], asked: str) -> None:
    chain, reply = heard(*words)
    assert chain == heard(*words[:-1])[0]
    assert asked in reply


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("turn it up 30 dB",), "goes no further"),
        (("turn it up 20 dB", "turn it up 20 dB"), "goes no further"),
        (("boost 30 dB at 100 Hz",), "30 dB is outside -20 to 20 dB; used 20"),
        (("sube 2 dB en 50 kHz",), "50000 Hz está fuera de 20 a 20000 Hz; se usó 20000"),
        (("no reverb below 300 Hz",), "There is no reverb in the chain."),
        (("don't add reverb",), "There is no reverb in the chain."),
        (("add a delay and reverb", "put the delay before the reverb"), "The delay stands there already."),
    ],
)
def test_the_reply_says_what_could_not_be(words: tuple[str, ...], said: str) -> None:
    assert said in heard(*words)[1]


def test_a_bit_more_of_a_gain_that_is_not_there_yet_is_up() -> None:
    assert heard("turn it up a bit")[0].slot("gain").settings["gain_db"] > 0


BOTH = "add a delay and reverb"


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ((BOTH, "kill both"), ()),
        ((BOTH, "get rid of them"), ()),
        ((BOTH, "quita los dos"), ()),
        ((BOTH, "quítalos"), ()),
        ((BOTH, "swap them"), ("reverb", "delay")),
        ((BOTH, "swap the reverb and the delay"), ("reverb", "delay")),
        ((BOTH, "intercámbialos"), ("reverb", "delay")),
        ((BOTH, "remove the second one"), ("delay",)),
        ((BOTH, "quita la otra"), ("reverb",)),
        ((BOTH, "swap those two around"), ("reverb", "delay")),
        ((BOTH, "first the reverb, then the delay"), ("reverb", "delay")),
        ((BOTH, "the delay should come last"), ("reverb", "delay")),
        ((BOTH, "mueve la reverb al principio"), ("reverb", "delay")),
        (("add reverb", "add chorus", "undo the first thing"), ("chorus",)),
        (("add reverb", "add chorus", "undo the second thing"), ("reverb",)),
        (("make it brighter", "add delay", "undo the brightening but keep the delay"), ("delay",)),
        (("add a delay", "and some reverb too"), ("delay", "reverb")),
        (("add bitcrush", "swap that for a normal overdrive"), ("distortion",)),
        (("add reverb", "add delay", "ditch the echo, the reverb can stay"), ("reverb",)),
    ],
)
def test_pronouns_stand_for_the_slots_of_the_turn_before(words: tuple[str, ...], names: tuple[str, ...]) -> None:
    assert heard(*words)[0].names == names


def test_all_are_turned_down_and_the_numbered_one_alone() -> None:
    before = heard(BOTH)[0]
    for words in ("turn them all down a bit", "baja un poco todos"):
        chain = heard(BOTH, words)[0]
        assert chain.names == before.names
        assert all(chain.slot(each).settings["mix"] < before.slot(each).settings["mix"] for each in chain.ids)
    chain = heard(BOTH, "the first one louder")[0]
    assert chain.slot("delay").settings["mix"] > before.slot("delay").settings["mix"]
    assert chain.slot("reverb") == before.slot("reverb")


@pytest.mark.parametrize(
    "words",
    [
        ("add reverb and chorus", "a bit less of the first one"),  # said in another order than they stand in
        ("add a delay", "add chorus", "add reverb", "kill both"),
        ("add a delay", "add chorus", "turn them off"),
    ],
)
def test_a_pronoun_that_may_be_either_is_asked_back(words: tuple[str, ...]) -> None:
    chain, reply = heard(*words)
    assert "Which do you mean" in reply
    assert chain == heard(*words[:-1])[0]


def test_them_may_be_instruments() -> None:
    chain, _ = heard(BOTH, "the guitars are dull, make them brighter")
    assert chain.slot("delay") == heard(BOTH)[0].slot("delay")
    assert chain.find("eq")


def test_what_changes_nothing_is_not_said_to_be_adjusted() -> None:
    assert "adjusted" not in heard("add reverb", "25 % wet")[1]
