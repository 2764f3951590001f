"""Three takes of one instruction: siblings, of which the first plays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.engine import Callbacks
from instructfx.engine.amounts import amount_of
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.errors import InstructionError
from instructfx.planners import Plan, PlanRequest, Take
from instructfx.planners.builtin import BuiltinPlanner
from instructfx.planners.recorded import said_again
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions, Step
from instructfx.sessions.options import TurnOptions
from instructfx.sessions.runs import steps_of

QUICK = RefineOptions(GradientOptions(spectral_steps=15, waveform_steps=3), BayesOptions(evaluations=4, first_points=3))


class Counting:
    """A planner that costs something: it counts how often it is asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked = 0

    def plan(self, request: PlanRequest) -> Plan:
        self.asked += 1
        return BuiltinPlanner().plan(request)

    def take(self, number: int, seed: int, first: Plan) -> Take:
        return said_again(self.name, number, first)


@pytest.fixture
def live(music: Audio, tmp_path: Path) -> LiveSession:
    save(Audio(music.samples[:, : 3 * music.sample_rate], music.sample_rate), tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", seed=5, store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK, planner=Counting())
    return live


def test_takes_are_siblings_of_different_sizes_and_seeds(live: LiveSession, tmp_path: Path) -> None:
    first = live.say("cut 3 dB at 400 Hz")
    stages: list[str] = []
    takes = live.takes("much brighter with some grit", callbacks=Callbacks(on_stage=stages.append))
    assert isinstance(live.agents.planner, Counting)
    assert live.agents.planner.asked == 2
    assert [take.parent_id for take in takes] == [first.id] * 3
    assert [take.take for take in takes] == [1, 2, 3]
    assert [take.provenance.turn_options.step_size for take in takes] == [1, 0.6, 1.6]
    assert [take.provenance.seed for take in takes] == [5, 6, 7]
    assert len({str(take.chain.to_json()) for take in takes}) == 3
    plain, gentler, stronger = (take.readings_after["brightness"] for take in takes)
    assert gentler < plain < stronger
    assert stages == ["planning", "listening", "refining", "saving"] * 3
    assert (live.session.standing, steps_of(live.session).undo) == (takes[0], first.id)
    again = resume_session(live.session.id, store=tmp_path / "sessions")
    assert (again.session, again.session.standing) == (live.session, takes[0])


def test_the_built_in_planner_leans_to_either_side_of_the_words(live: LiveSession) -> None:
    live.agents = replace(live.agents, planner=BuiltinPlanner())
    takes = live.takes("make it brighter")
    words, *others = (take.plan.goal.axes for take in takes)
    assert all(axes["brightness"] > 0 for axes in (words, *others))
    assert len({tuple(sorted(axes.items())) for axes in (words, *others)}) == 3
    assert [take.provenance.turn_options.step_size for take in takes] == [1, 1, 1]
    assert all(take.readings_after["brightness"] > take.readings_before["brightness"] for take in takes)


def test_one_of_the_takes_is_chosen_and_continued(live: LiveSession) -> None:
    takes = live.takes("brighter", 2, options=TurnOptions(step_size=0.5))
    assert [take.provenance.turn_options.step_size for take in takes] == [0.5, 0.3]
    chosen = live.go_to(takes[1].id)
    assert (chosen.chain, live.session.standing) == (takes[1].chain, takes[1])
    assert amount_of(live.session) == (takes[1], 1.0)
    nxt = live.say("wider")
    assert [turn.id for turn in live.session.path] == [takes[1].id, nxt.id]


def test_undo_after_takes_leaves_all_of_them(live: LiveSession) -> None:
    first = live.say("cut 3 dB at 400 Hz")
    takes = live.takes("brighter", 2)
    back = live.say("go back")
    assert (back.parent_id, back.chain) == (first.id, first.chain)
    assert steps_of(live.session).redo == takes[0].id


def test_where_nothing_is_searched_there_is_one_take(live: LiveSession) -> None:
    assert len(live.takes("low-pass at 2 kHz")) == 1
    assert [turn.kind for turn in live.takes("go back")] == ["undone"]


def test_stopping_keeps_the_takes_so_far(live: LiveSession) -> None:
    steps: list[Step] = []
    takes = live.takes("brighter", 3, Callbacks(on_step=steps.append, cancelled=lambda: len(steps) >= 4))
    assert [take.refined.stopped for take in takes] == ["cancelled"]
    assert live.session.standing == takes[0]


@pytest.mark.parametrize("count", [0, 1, 6, 2.0, True])
def test_how_many_takes_there_may_be(count: int, live: LiveSession) -> None:
    with pytest.raises(InstructionError, match="whole number from 2 to 5"):
        live.takes("brighter", count)
    assert live.turns == ()
