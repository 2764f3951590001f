"""More of it, less of it, the opposite of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.chain import Chain
from instructfx.engine.amounts import amount_of, scaled
from instructfx.engine.live import LiveSession, open_session
from instructfx.engine.turn import begin, by_hand, finish
from instructfx.errors import InstructionError
from instructfx.planners.drawing import so_much
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions.runs import steps_of

QUICK = RefineOptions(GradientOptions(spectral_steps=9, waveform_steps=3), BayesOptions(evaluations=3, first_points=2))
ROOM = Chain().added("reverb", {"mix": 0.4, "decay_seconds": 2})


@pytest.fixture
def live(mono: Audio, tmp_path: Path) -> LiveSession:
    save(mono, tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    return live


def test_half_of_a_turn_is_a_turn(live: LiveSession) -> None:
    first = live.say("boost 4 dB at 1 kHz")
    second = live.say("much more bass")
    assert amount_of(live.session) == (second, 1.0)
    half = live.amount(0.5)
    assert (half.kind, half.parent_id, half.share, half.planned_by) == ("edited", second.id, 0.5, "hand")
    assert half.instruction == '50% of "much more bass"'
    assert half.reply.startswith("By hand: equaliser, low shelf gain")
    assert half.chain == so_much(first.chain, second.chain, 0.5)
    assert half.readings_before == second.readings_after
    assert first.readings_after["bass"] < half.readings_after["bass"] < second.readings_after["bass"]


def test_amounts_are_of_the_turn_and_not_of_each_other(live: LiveSession) -> None:
    first, second = live.say("boost 4 dB at 1 kHz"), live.say("much more bass")
    live.amount(0.5)
    more = live.amount(1.25)
    assert (more.parent_id, more.chain) == (second.id, so_much(first.chain, second.chain, 1.25))
    assert amount_of(live.session) == (second, 1.25)
    assert [turn.id for turn in live.session.path] == [first.id, second.id, more.id]
    assert live.amount(1).chain == second.chain
    assert live.amount(0).chain == first.chain
    opposite = live.amount(-1)
    assert opposite.readings_after["bass"] < first.readings_after["bass"]
    assert steps_of(live.session).undo == second.id
    live.go_to(second.id)
    assert amount_of(live.session) == (second, 1.0)
    live.go_to(more.id)
    assert amount_of(live.session) == (second, 1.25)


def test_amounts_are_of_what_was_said_and_leave_what_hands_did_since(live: LiveSession) -> None:
    said = live.say("boost 4 dB at 1 kHz")
    tuned = said.chain.adjusted("eq", {"high_shelf_gain_db": -3})
    edited = live.edit(Chain((*ROOM.slots, *tuned.slots)).locked("reverb", ["mix"]))

    def so_far(share: float, high_shelf_gain_db: float) -> Chain:
        of_it = so_much(Chain(), said.chain, share).slot("eq").settings
        return edited.chain.adjusted("eq", {**of_it, "high_shelf_gain_db": high_shelf_gain_db})

    assert amount_of(live.session) == (said, 1.0)
    half = live.amount(0.5)
    assert (half.parent_id, half.share, half.instruction) == (edited.id, 0.5, '50% of "boost 4 dB at 1 kHz"')
    assert half.chain == so_far(0.5, -3)
    assert half.chain != edited.chain
    more = live.amount(1.5)
    assert (more.parent_id, more.chain) == (edited.id, so_far(1.5, -3))
    assert steps_of(live.session).undo == said.id
    moved = live.edit(more.chain.adjusted("eq", {"high_shelf_gain_db": 1}))
    assert amount_of(live.session) == (said, 1.5)
    assert live.amount(0).chain.names == ("reverb",), "without what was said"
    live.go_to(moved.id)
    assert live.amount(1).chain == so_far(1, 1)


def reverb_mix(live: LiveSession, share: float) -> float:
    """The mix of the reverb that a preview of this amount has; the turn must be the same."""
    heard = scaled(live.session, share)
    assert live.amount(share).chain == heard
    return heard.slot("reverb").settings["mix"]


def test_what_hands_set_comes_back_with_an_effect_that_an_amount_took_away(live: LiveSession) -> None:
    live.say("add reverb")
    said = live.chain.slot("reverb").settings["mix"]
    live.edit(live.chain.adjusted("reverb", {"mix": 0.77}))
    gone = live.amount(0)
    assert gone.chain == Chain()
    assert reverb_mix(live, 1) == 0.77
    live.amount(0)
    live.edit(live.chain.added("gain", {"gain_db": -2}))
    assert reverb_mix(live, 1) == 0.77
    assert live.chain.names == ("reverb", "gain"), "what was put in meanwhile stays"
    live.go_to(live.turns[0].id)
    live.amount(0.5)
    assert reverb_mix(live, 1) == said


def test_an_amount_of_a_new_order_is_an_order(live: LiveSession) -> None:
    live.edit(Chain().added("delay", {}).added("reverb", {}))
    said = live.say("put the reverb before the delay")
    assert said.chain.names == ("reverb", "delay")
    assert live.amount(0).chain.names == ("delay", "reverb")
    assert live.amount(1).chain.names == ("reverb", "delay")
    live.edit(live.chain.added("gain", {"gain_db": -2}))
    assert live.amount(0).chain.names == ("delay", "reverb", "gain")
    live.edit(Chain((live.chain.slots[2], *live.chain.slots[:2])))
    with pytest.raises(InstructionError, match="plays already"):
        live.amount(1)  # an order that hands made stays


def test_without_words_there_is_nothing_to_have_in_part(live: LiveSession) -> None:
    live.edit(ROOM)
    assert amount_of(live.session) is None
    with pytest.raises(InstructionError, match="no change to have more or less of"):
        live.amount(0.5)


def test_an_amount_of_a_change_by_hand_as_it_was_once_stored_is_none_of_the_words(live: LiveSession) -> None:
    said, edited = live.say("boost 4 dB at 1 kHz"), live.edit(live.chain.added("reverb", {"mix": 0.4}))
    old = by_hand("edited", edited, so_much(said.chain, edited.chain, 0.5), "50% of it", "By hand", 0.5)
    live.session = finish(begin(live.context()), old)
    assert amount_of(live.session) == (said, 1.0)


@pytest.mark.parametrize("share", [-1.01, 1.6, float("nan"), float("inf"), True, "0.5", None])
def test_amounts_out_of_range_are_refused(share: float, live: LiveSession) -> None:
    live.say("boost 4 dB at 1 kHz")
    with pytest.raises(InstructionError, match="from -100% to 150%"):
        live.amount(share)
    assert len(live.turns) == 1


def test_where_there_is_nothing_to_have_more_of(live: LiveSession) -> None:
    assert amount_of(live.session) is None
    with pytest.raises(InstructionError, match="no change to have more or less of"):
        live.amount(0.5)
    live.say("xyzzy")
    assert amount_of(live.session) is None
    live.say("boost 4 dB at 1 kHz")
    with pytest.raises(InstructionError, match="100% of that turn is what plays already"):
        live.amount(1)
    live.go_to(None)
    assert amount_of(live.session) is None
