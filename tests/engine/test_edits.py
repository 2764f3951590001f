"""What a person sets by hand becomes a turn, and later turns respect it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.chain import Chain
from instructfx.effects import EFFECTS
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.errors import InstructionError
from instructfx.planners import Move, Plan, PlanRequest, Take
from instructfx.planners.recorded import said_again
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions import Exchange

QUICK = RefineOptions(GradientOptions(spectral_steps=15, waveform_steps=3), BayesOptions(evaluations=5, first_points=3))
RACK = Chain().added("eq", {"low_shelf_gain_db": 2}).added("reverb", {}).added("compressor", {})


@pytest.fixture
def live(music: Audio, tmp_path: Path) -> LiveSession:
    save(Audio(music.samples[:, : 3 * music.sample_rate], music.sample_rate), tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    return live


def whole(effect: str) -> list[str]:
    """Every setting of an effect: locking them all is locking it."""
    return [param.name for param in EFFECTS[effect].params]


class Dictated:
    """A planner that does as it is told here, whatever is said."""

    name = "dictated"

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def plan(self, request: PlanRequest) -> Plan:
        return self._plan

    def take(self, number: int, seed: int, first: Plan) -> Take:
        return said_again(self.name, number, first)


def test_an_edit_is_a_turn_that_says_what_changed(live: LiveSession, tmp_path: Path) -> None:
    first = live.edit(RACK)
    assert (first.kind, first.route, first.reply) == (
        "edited", "reuse_all", "By hand: equaliser added; reverb added; compressor added",
    )  # fmt: skip
    turn = live.edit(RACK.adjusted("eq", {"low_shelf_gain_db": 8}).without("reverb"))
    assert turn.reply == "By hand: reverb removed; equaliser, low shelf gain 2.0 to 8.0 dB"
    assert turn.instruction == turn.reply
    assert (turn.parent_id, turn.index, turn.planned_by) == (first.id, 2, "hand")
    assert turn.chain.names == ("eq", "compressor")
    assert turn.refined.steps == ()
    assert turn.readings_before == first.readings_after
    assert turn.readings_after["bass"] > turn.readings_before["bass"]
    named = live.edit(turn.chain.bypassed("compressor", True), "  without\nglue ")
    assert (named.instruction, named.reply) == ("without glue", "By hand: compressor bypassed")
    assert resume_session(live.session.id, store=tmp_path / "sessions").session == live.session


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (RACK.bypassed("reverb", True), "reverb bypassed"),
        (RACK.locked("reverb", whole("reverb")), "reverb locked"),
        (RACK.locked("eq", ["mid_gain_db", "mid_q"]), "equaliser mid gain and mid q locked"),
        (Chain(RACK.slots[::-1]), "order compressor, reverb, equaliser"),
        (RACK.added("delay", {}, at=0), "delay added"),
        (RACK.adjusted("reverb", {"decay_seconds": 2, "mix": 0.251}), "decay 1.50 to 2.00 s, mix 0.25 to 0.251"),
        (RACK.adjusted("eq", dict.fromkeys(whole("eq"), 0.5)), "15 more settings"),
    ],
)  # fmt: skip
def test_every_kind_of_change_has_its_words(after: Chain, told: str, live: LiveSession) -> None:
    live.edit(RACK)
    assert told in live.edit(after).reply


def test_what_changes_nothing_is_refused(live: LiveSession) -> None:
    with pytest.raises(InstructionError, match="how the chain is already"):
        live.edit(Chain())
    live.edit(RACK)
    with pytest.raises(InstructionError, match="how the chain is already"):
        live.edit(RACK, "again")
    with pytest.raises(InstructionError, match="2001 characters long"):
        live.edit(Chain(), "x" * 2001)
    assert len(live.turns) == 1


def test_words_of_an_edit_are_not_taken_for_a_wish(live: LiveSession) -> None:
    live.say("put it in a small room")
    live.edit(live.chain.adjusted("reverb", {"mix": 0.7}))
    before = live.chain.slot("reverb").settings["mix"]
    turn = live.say("a bit less")
    assert turn.chain.slot("reverb").settings["mix"] < before
    assert turn.chain.names == ("reverb",)
    assert live.say("undo").reply.startswith('Back to how it was after "By hand: reverb, mix')


def test_planner_and_search_leave_what_is_locked(live: LiveSession) -> None:
    live.edit(RACK.locked("reverb", whole("reverb")).locked("eq", ["low_shelf_gain_db"]))
    warm = live.say("much warmer")
    eq = warm.chain.slot("eq")
    assert eq.settings["low_shelf_gain_db"] == 2
    assert eq.settings != RACK.slot("eq").settings
    assert eq.locked == {"low_shelf_gain_db"}
    assert all(step.chain.slot("eq").settings["low_shelf_gain_db"] == 2 for step in warm.refined.steps)
    for words in ("remove the reverb", "bypass the reverb", "reverb mix to 80 %"):
        refused = live.say(words)
        assert isinstance(refused, Exchange)
        assert live.chain == warm.chain
        assert warm.chain.slot("reverb") == live.turns[0].chain.slot("reverb")
        assert "reverb is locked, so it stays" in refused.reply
    assert live.say("remove everything").chain.names == ("reverb",)


def test_a_locked_equaliser_is_said_to_be_in_the_way(live: LiveSession) -> None:
    locked = Chain().added("eq", {"mid_gain_db": 2}).locked("eq", whole("eq"))
    live.edit(locked)
    refused = live.say("brighter")
    assert isinstance(refused, Exchange)
    assert (live.chain, len(live.turns)) == (locked, 1)
    assert "The equaliser is locked" in refused.reply


def test_what_is_bypassed_stays_so_until_somebody_asks(live: LiveSession) -> None:
    live.edit(RACK.bypassed("eq", True))
    refused = live.say("brighter")
    assert isinstance(refused, Exchange)
    assert (live.chain, len(live.turns)) == (RACK.bypassed("eq", True), 1)
    assert "The equaliser is bypassed; switch it on" in refused.reply
    assert not live.say("turn the equaliser back on and make it brighter").chain.slot("eq").bypassed


def test_an_order_set_by_hand_stays(live: LiveSession) -> None:
    live.edit(Chain(RACK.slots[::-1]))
    turn = live.say("warmer and add some grit")
    assert [name for name in turn.chain.names if name in RACK.names] == ["compressor", "reverb", "eq"]
    assert "distortion" in turn.chain.names


def test_no_planner_may_touch_a_locked_effect(live: LiveSession) -> None:
    live.edit(RACK.locked("reverb", whole("reverb")))
    dictated = Plan(adjust=(Move("reverb", {"mix": 1}),), remove=("reverb",), bypass=("reverb",), reply="Done.")
    live.agents = replace(live.agents, planner=Dictated(dictated))
    assert isinstance(live.say("whatever"), Exchange)
    assert (live.chain, len(live.turns)) == (live.turns[0].chain, 1)
