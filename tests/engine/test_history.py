"""History is a tree: back, forward again, and to any turn of any branch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.chain import Chain
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.errors import InstructionError, StoreError
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions.runs import steps_of

QUICK = RefineOptions(GradientOptions(spectral_steps=5, waveform_steps=2), BayesOptions(evaluations=3, first_points=2))


@pytest.fixture
def live(mono: Audio, tmp_path: Path) -> LiveSession:
    save(mono, tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    return live


def steps(live: LiveSession) -> tuple[str | None, str | None]:
    """Where one step back and one step forward lead."""
    return steps_of(live.session).undo, steps_of(live.session).redo


def test_undo_and_redo_walk_the_way_that_was_left(live: LiveSession) -> None:
    assert (steps(live), steps_of(live.session).can_undo) == ((None, None), False)
    one, two = live.say("warmer"), live.say("cut 3 dB at 400 Hz")
    three = live.edit(two.chain.bypassed("eq", True))
    assert steps(live) == (two.id, None)
    back = live.go_to(steps_of(live.session).undo)
    assert (back.kind, back.parent_id, back.chain) == ("undone", two.id, two.chain)
    assert back.reply == 'Back to how it was after "cut 3 dB at 400 Hz".'
    assert steps(live) == (one.id, three.id)
    live.say("go back")
    assert (steps(live), steps_of(live.session).can_undo) == ((None, two.id), True)
    dry = live.go_to(None)
    assert (dry.chain, dry.parent_id, dry.reply) == (Chain(), None, "Back to the dry track.")
    assert (steps(live), steps_of(live.session).can_undo) == ((None, one.id), False)
    for expected in (one, two, three):
        turn = live.go_to(steps_of(live.session).redo)
        assert (turn.chain, live.session.standing) == (expected.chain, expected)
    assert turn.reply.startswith('On to how it was after "By hand: ')
    assert steps(live) == (two.id, None)


@pytest.mark.parametrize("new", ["said", "edited"])
def test_a_new_turn_ends_the_way_that_was_left(new: str, live: LiveSession) -> None:
    one, two = live.say("warmer"), live.say("cut 3 dB at 400 Hz")
    live.go_to(one.id)
    assert steps_of(live.session).redo == two.id
    turn = live.say("boost 4 dB at 2 kHz") if new == "said" else live.edit(live.chain.bypassed("eq", True))
    assert steps(live) == (one.id, None)
    assert live.session.standing == turn


def test_any_turn_of_any_branch_can_be_gone_to(live: LiveSession, tmp_path: Path) -> None:
    one, left = live.say("warmer"), live.say("cut 3 dB at 400 Hz")
    back = live.go_to(one.id)
    right = live.say("boost 4 dB at 2 kHz")
    assert (right.parent_id, [turn.id for turn in live.session.path]) == (back.id, [one.id, right.id])
    over = live.go_to(left.id)
    assert over.reply == 'On to how it was after "cut 3 dB at 400 Hz".'
    assert (live.chain, [turn.id for turn in live.session.path]) == (left.chain, [one.id, left.id])
    assert steps(live) == (one.id, None)
    live.go_to(back.id)
    assert (live.session.standing, steps(live)) == (one, (None, left.id))
    again = resume_session(live.session.id, store=tmp_path / "sessions")
    assert (again.session, steps(again)) == (live.session, (None, left.id))


def test_where_there_is_nothing_to_go_to(live: LiveSession) -> None:
    with pytest.raises(InstructionError, match="plays already"):
        live.go_to(None)
    one = live.say("warmer")
    with pytest.raises(InstructionError, match="plays already"):
        live.go_to(one.id)
    with pytest.raises(StoreError, match="no turn nonsense"):
        live.go_to("nonsense")
    assert live.turns == (one,)
