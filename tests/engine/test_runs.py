"""What people take for one turn: changes by hand in a row, and locks with what they were put on."""

from __future__ import annotations

from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.chain import Chain
from instructfx.engine.live import LiveSession, open_session
from instructfx.sessions import Turn
from instructfx.sessions.runs import runs_of, steps_of, unique

RACK = Chain().added("gain", {"gain_db": -2}).added("delay", {})


@pytest.fixture
def live(mono: Audio, tmp_path: Path) -> LiveSession:
    save(mono, tmp_path / "song.wav")
    return open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")


def runs(live: LiveSession) -> list[list[int]]:
    return [[turn.index for turn in run.turns] for run in unique(runs_of(live.session))]


def five(live: LiveSession) -> tuple[Turn, ...]:
    """Add, move, bypass, type and lock."""
    live.edit(live.chain.added("reverb", {}))
    live.edit(Chain(live.chain.slots[::-1]))
    live.edit(live.chain.bypassed("delay_2", True))
    live.edit(live.chain.adjusted("gain", {"gain_db": -4}))
    live.edit(live.chain.locked("reverb", ["mix"]))
    return live.turns[-5:]


def test_hands_in_a_row_are_one_turn_and_a_lock_is_none(live: LiveSession) -> None:
    said = live.say("3 dB louder")
    live.edit(live.chain.added("delay", {}))
    live.go_to(said.id)
    live.say("a 250 ms delay")
    *_, typed, locked = five(live)
    assert runs(live) == [[1], [2], [4], [5, 6, 7, 8, 9]]
    run = runs_of(live.session)[locked.id]
    assert (run.words, run.telling, run.last, run.before) == ("By hand: 4 changes", typed, locked, live.turns[3])
    assert steps_of(live.session).undo == live.turns[3].id
    live.go_to(live.turns[3].id)
    assert steps_of(live.session).redo == locked.id
    live.go_to(locked.id)
    live.say("5 dB quieter")
    live.go_to(steps_of(live.session).undo)
    assert live.chain == locked.chain, "what went on from a lock goes back to it"


def test_words_step_as_the_buttons_do(live: LiveSession) -> None:
    live.edit(live.chain.added("delay", {}))
    live.edit(live.chain.added("delay", {}))
    said = live.say("3 dB louder")
    *_, locked = five(live)
    live.say("5 dB quieter")
    last = live.turns[-1]
    live.say("undo the last two changes")
    assert live.chain == said.chain
    assert steps_of(live.session).redo == locked.id
    live.say("redo")
    assert live.chain == last.chain, "a step of two is one step"
    for chain in (locked.chain, said.chain, live.turns[1].chain, Chain()):
        live.say("undo")
        assert live.chain == chain
    for chain in (live.turns[1].chain, said.chain, locked.chain, last.chain):
        live.say("redo")
        assert live.chain == chain
    live.say("two changes ago was better")
    assert live.chain == said.chain


def test_what_was_said_keeps_its_locks(live: LiveSession) -> None:
    said = live.say("3 dB louder")
    locked = live.edit(live.chain.locked("gain", ["gain_db"]))
    edited = live.edit(live.chain.added("delay", {}))
    assert runs(live) == [[1, 2], [3]]
    run = runs_of(live.session)[said.id]
    assert (run.words, run.telling, run.by_hand, run.last) == ("3 dB louder", said, False, locked)
    assert steps_of(live.session).undo == locked.id
    live.go_to(locked.id)
    assert (steps_of(live.session).undo, steps_of(live.session).redo) == (None, edited.id)


def test_amounts_in_a_row_are_one_turn(live: LiveSession) -> None:
    live.say("3 dB louder")
    for share in (0.5, -1, 1.5):
        live.amount(share)
    assert runs(live) == [[1], [2, 3, 4]]


def test_words_going_back_and_another_branch_end_a_row(live: LiveSession) -> None:
    live.edit(RACK)
    live.edit(RACK.adjusted("gain", {"gain_db": -5}))
    live.say("how loud is it?")
    live.edit(RACK.adjusted("gain", {"gain_db": -6}))
    live.edit(RACK.adjusted("gain", {"gain_db": -7}))
    live.edit(RACK.adjusted("gain", {"gain_db": -8}))
    assert runs(live) == [[1, 2], [3, 4, 5]]
    live.go_to(live.turns[3].id)
    assert runs(live) == [[1, 2], [3, 4], [5]], "what somebody went back to is a version of its own"
    live.edit(RACK.adjusted("gain", {"gain_db": -9}))
    assert runs(live) == [[1, 2], [3, 4], [5], [7]]
    assert {run.last.id for run in unique(runs_of(live.session))} >= {live.session.head}
