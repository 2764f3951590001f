"""The built-in planner: which effects, which order, which settings, what is left alone, and what is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instructfx.chain import Chain
from instructfx.ears import AXES
from instructfx.effects import EFFECTS
from instructfx.planners import PastTurn, Plan, PlanRequest, planner_named
from instructfx.planners.plan import Reply
from instructfx.planners.router import route

PLANNER = planner_named("builtin")
DRY = Chain()
RACK = (
    Chain()
    .added("eq", {"mid_gain_db": 2.0})
    .added("distortion", {"drive_db": 14.0})
    .added("delay", {"mix": 0.3})
    .added("reverb", {"mix": 0.4})
)


def said(words: str, chain: Chain = DRY, *earlier: str, channels: int = 2) -> Plan | Reply:
    return PLANNER.plan(PlanRequest(words, chain, tuple(map(PastTurn, earlier)), {"loudness": -5.0}, channels))


def planned(words: str, chain: Chain = DRY, *earlier: str, channels: int = 2) -> Plan:
    plan = said(words, chain, *earlier, channels=channels)
    assert isinstance(plan, Plan)
    return plan


def after(words: str, chain: Chain = DRY, *earlier: str) -> Chain:
    return route(chain, planned(words, chain, *earlier))[1]


def test_the_tables_speak_of_every_effect_and_axis() -> None:
    assert {axis for effect in EFFECTS.values() for axis in effect.heuristics.reach} == set(AXES)
    assert all(effect.heuristics.reach for effect in EFFECTS.values())


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("make it warmer", ("eq",)),
        ("much brighter please", ("eq",)),
        ("add some grit", ("distortion",)),
        ("put it in a small church", ("reverb",)),
        ("wider", ("stereo_width",)),
        ("punchier", ("compressor",)),
        ("louder", ("gain",)),
        ("slapback", ("delay",)),
        ("underwater", ("filter", "chorus", "reverb")),
        ("like a telephone", ("filter",)),
        ("warmer and a bit wider", ("eq", "stereo_width")),
        ("gritty and in a huge hall", ("distortion", "reverb")),
        ("more echo and warmer", ("eq", "delay")),
        ("up two semitones", ("pitch_shift",)),
        ("más cálido", ("eq",)),
        ("mete un poco de reverb", ("reverb",)),
    ],
)
def test_what_is_chosen_and_in_the_order_in_which_engineers_chain(words: str, names: tuple[str, ...]) -> None:
    assert after(words).names == names


@pytest.mark.parametrize(
    ("words", "effect", "setting", "low", "high"),
    [
        ("too harsh, soften it", "distortion", "drive_db", 0, 11),
        ("less grit", "distortion", "drive_db", 0, 11),
        ("a bit less distortion", "distortion", "drive_db", 8, 13.9),
        ("more distortion", "distortion", "drive_db", 15, 40),
        ("drier", "reverb", "mix", 0, 0.3),
        ("less reverb", "reverb", "mix", 0.1, 0.35),
        ("much less reverb", "reverb", "mix", 0, 0.2),
        ("more reverb", "reverb", "mix", 0.45, 0.9),
        ("20 % wet", "reverb", "mix", 0.2, 0.2),
        ("decay to 4 seconds", "reverb", "decay_seconds", 4, 4),
        ("3 dB more drive", "distortion", "drive_db", 17, 17),
        ("drive at 20 dB", "distortion", "drive_db", 20, 20),
        ("set the delay to 250 ms", "delay", "delay_seconds", 0.25, 0.25),
        ("menos reverb", "reverb", "mix", 0.1, 0.35),
        ("in a cathedral", "reverb", "decay_seconds", 4, 10),
    ],
)
def test_what_is_there_is_turned(words: str, effect: str, setting: str, low: float, high: float) -> None:
    chain = after(words, RACK)
    assert chain.names == RACK.names
    assert low <= chain.slot(effect).settings[setting] <= high


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("drop the reverb", ("eq", "distortion", "delay")),
        ("no delay and no reverb", ("eq", "distortion")),
        ("remove everything", ()),
        ("quita el reverb", ("eq", "distortion", "delay")),
        ("replace the reverb with a chorus", ("eq", "distortion", "chorus", "delay")),
    ],
)
def test_what_is_removed_is_gone_and_the_rest_as_it_was(words: str, names: tuple[str, ...]) -> None:
    chain = after(words, RACK)
    assert chain.names == names
    for slot in chain.slots:
        if slot.effect.name in RACK.names:
            assert slot == RACK.slot(slot.effect.name)


def test_a_command_wishes_nothing_so_that_no_search_moves_the_rest() -> None:
    for words in ("drop the reverb", "less reverb", "cut 3 dB at 400 Hz", "bypass the delay", "3 dB louder"):
        assert planned(words, RACK).goal.axes == {}


def test_bypass_and_back() -> None:
    off = after("bypass the reverb", RACK)
    assert off.slot("reverb").bypassed
    assert not after("turn the reverb back on", off).slot("reverb").bypassed


def test_keep_is_obeyed() -> None:
    plan = planned("warmer and a bit wider, but keep the reverb", RACK)
    assert plan.keep == ("reverb",)
    assert "reverb" not in plan.chosen
    assert "eq" in plan.chosen
    refused = planned("warmer, but leave the EQ alone", RACK)
    assert refused.chosen == ()
    assert "stay" in refused.reply


@pytest.mark.parametrize(
    ("words", "band", "gain_db", "cutoff_hz"),
    [
        ("cut 3 dB at 400 Hz", "low_mid", -3, 400),
        ("boost 2.5 dB around 3k", "high_mid", 2.5, 3000),
        ("+4 dB at 10 kHz", "treble", 4, 10000),
        ("boost 4 dB at 45 Hz", "low_shelf", 4, 45),
        ("cut 5 dB at 17.5 kHz", "high_shelf", -5, 17500),
    ],
)
def test_a_boost_lands_on_a_band_that_reaches_it_and_is_pinned(
    words: str, band: str, gain_db: float, cutoff_hz: float
) -> None:
    plan = planned(words)
    settings = after(words).slot("eq").settings
    assert settings[f"{band}_gain_db"] == pytest.approx(gain_db)
    assert settings[f"{band}_cutoff_frequency_hz"] == pytest.approx(cutoff_hz)
    assert ("eq", f"{band}_gain_db") in plan.pinned


def test_two_boosts_take_two_bands_and_a_repeated_one_adds_up() -> None:
    chain = after("cut 3 dB at 400 Hz and boost 2 dB at 500 Hz")
    gains = [value for name, value in chain.slot("eq").settings.items() if name.endswith("_gain_db") and value]
    assert sorted(gains) == [-3, 2]
    again = after("cut 2 dB at 400 Hz", after("cut 3 dB at 400 Hz"))
    assert again.slot("eq").settings["low_mid_gain_db"] == pytest.approx(-5)


def test_a_bit_less_said_alone_speaks_of_what_was_asked_before() -> None:
    plan = planned("a bit less", RACK, "make it warmer")
    assert plan.goal.axes["warmth"] == pytest.approx(-0.33)
    assert plan.chosen == ("eq",)
    more = planned("a bit more", RACK, "add some reverb", "a bit more")
    assert more.chosen == ("reverb",)
    assert after("a bit more", RACK, "add some reverb").slot("reverb").settings["mix"] > 0.4


@pytest.mark.parametrize(
    ("earlier", "steps", "reply"),
    [
        (("warmer",), 1, "dry track"),
        (("warmer", "add grit"), 1, 'after "warmer"'),
    ],
)
def test_undo(earlier: tuple[str, ...], steps: int, reply: str) -> None:
    plan = planned("go back", RACK if earlier else DRY, *earlier)
    assert plan.undo == steps
    assert reply in plan.reply


def test_with_nothing_to_undo_it_says_so() -> None:
    reply = said("go back")
    assert isinstance(reply, Reply)
    assert "nothing to undo" in reply.text


def test_where_nothing_is_understood_nothing_changes_and_it_says_what_it_can_do() -> None:
    reply = said("xyzzy plugh", RACK)
    assert isinstance(reply, Reply)
    assert reply.act == "unclear"
    assert "warmer" in reply.text


def test_what_was_not_understood_is_said_beside_what_was() -> None:
    assert "xyzzy" in planned("warmer and more xyzzy").reply


@pytest.mark.parametrize(
    ("words", "chain", "channels", "says"),
    [
        ("wider", DRY, 1, "mono"),
        ("drier", DRY, 2, "cannot be taken out"),
        ("less reverb", DRY, 2, "no reverb"),
        ("drop the chorus", RACK, 2, "no chorus"),
        ("up five octaves", DRY, 2, "12"),
    ],
)
def test_what_cannot_be_done_is_said(words: str, chain: Chain, channels: int, says: str) -> None:
    assert says in planned(words, chain, channels=channels).reply


def test_the_goal_asks_only_what_the_chosen_effects_can_reach() -> None:
    for words in ("underwater", "lo-fi", "huge hall", "aggressive", "dreamy", "punchier", "80s"):
        plan = planned(words, RACK)
        reach = {axis for effect in plan.chosen for axis in EFFECTS[effect].heuristics.reach}
        assert set(plan.goal.axes) <= reach, words


def test_amounts_follow_the_degree() -> None:
    wishes = [planned(f"{degree} warmer").goal.axes["warmth"] for degree in ("slightly", "a bit", "", "much")]
    assert wishes == sorted(wishes)
    assert wishes[0] < 0.5 < wishes[2] < wishes[3]


def test_the_four_thoughts_and_the_reply_are_plain() -> None:
    plan = planned("too harsh, soften it", RACK)
    thoughts = plan.thoughts
    assert all((thoughts.asked, thoughts.effects, thoughts.order, thoughts.settings))
    assert plan.reply.startswith("I adjusted the equaliser and distortion: ")
    assert "less harsh" in plan.reply
    assert plan.reply.count(".") <= 4
    assert plan.raw == "too harsh, soften it"


@given(st.text(max_size=200))
def test_any_text_gives_a_plan_that_routes(words: str) -> None:
    for chain in (DRY, RACK):
        plan = said(words, chain)
        if isinstance(plan, Reply):
            assert plan.text
        else:
            route(chain, plan)
            assert plan.reply


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("less reverb", "reverb (mix 0.4 to 0.2"),
        ("3 dB more drive", "distortion (drive 14 to 17 dB)"),
        ("high-pass at 80 Hz", "a filter (highpass 80 Hz)"),
        ("drop the delay", "I removed the delay."),
    ],
)
def test_the_reply_names_the_values_that_will_stand(words: str, says: str) -> None:
    assert says in planned(words, RACK).reply


def test_what_was_commanded_beside_a_wish_is_not_for_the_ear_to_move_again() -> None:
    plan = planned("warmer and less reverb", RACK)
    assert {name for effect, name in plan.pinned if effect == "reverb"} == set(RACK.slot("reverb").settings)
    assert not any(effect == "eq" for effect, _ in plan.pinned)


TRADE = (
    "less", "more", "the reverb", "eq", "warm", "no", "3 dB", "and", "at 400 Hz", "too", "keep", "drop", "a bit",
    "delay", "twice", "harsh", "not", "wider", "50 %", "filter", "back", "10 s",
)  # fmt: skip


@given(st.lists(st.sampled_from(TRADE), max_size=8))
def test_any_words_of_the_trade_give_a_plan_that_routes(words: list[str]) -> None:
    for chain in (DRY, RACK):
        plan = said(" ".join(words), chain, "make it warmer")
        if isinstance(plan, Reply):
            continue
        _, start = route(chain, plan)
        assert set(plan.goal.axes) <= set(AXES)
        assert all(slot_id in start.ids for slot_id in plan.chosen if slot_id not in plan.remove)


@pytest.mark.parametrize(
    ("words", "unwanted"),
    [
        ("more space, but no reverb", "reverb"),
        ("make it underwater without any chorus", "chorus"),
        ("more impact, but don't use a compressor", "compressor"),
        ("más espacio, pero nada de reverb", "reverb"),
    ],
)
def test_an_effect_that_is_not_wanted_is_not_put_in(words: str, unwanted: str) -> None:
    plan = planned(words)
    assert plan.add
    assert unwanted not in after(words).names
    assert "There is no" not in plan.reply


def test_a_fault_laid_to_an_effect_is_less_of_that_effect() -> None:
    chain = after("the delay is annoying", RACK)
    assert chain.slot("delay").settings["mix"] < RACK.slot("delay").settings["mix"]
    assert [slot for slot in chain.slots if slot.effect.name != "delay"] == [
        slot for slot in RACK.slots if slot.effect.name != "delay"
    ]


def test_a_noise_at_a_frequency_is_cut_there() -> None:
    settings = after("there's a hum at 120 Hz").slot("eq").settings
    assert settings["low_mid_cutoff_frequency_hz"] == pytest.approx(120)
    assert settings["low_mid_gain_db"] == -3


def test_what_is_the_same_left_and_right_is_widened_by_a_short_room() -> None:
    narrow = PLANNER.plan(PlanRequest("wider", DRY, (), {"loudness": -5.0, "width": 0.0}))
    assert [move.effect for move in narrow.add] == ["reverb"]
    assert narrow.add[0].settings["decay_seconds"] < 0.3
    assert narrow.goal.axes["width"] == 1.0
    wide = PLANNER.plan(PlanRequest("wider", DRY, (), {"loudness": -5.0, "width": 2.0}))
    assert [move.effect for move in wide.add] == ["stereo_width"]
