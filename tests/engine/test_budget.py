"""A turn that runs out of time ends at its best so far and says so; takes of one instruction have one budget."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.cli.main import main
from instructfx.engine import Callbacks
from instructfx.engine.budget import Budget
from instructfx.engine.live import LiveSession, open_session
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions, Step
from instructfx.sessions import Exchange, Turn

QUICK = RefineOptions(GradientOptions(spectral_steps=15, spectral_rounds=1, waveform_steps=3), BayesOptions(6, 3))


class Clock:
    """A clock that stands still until it is moved; a second for each step of a search."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def step(self, step: Step) -> None:
        self.now += 1.0

    def callbacks(self, seconds: float) -> Callbacks:
        return Callbacks(on_step=self.step, budget=Budget(seconds, self))


@pytest.fixture
def live(music: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LiveSession:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    save(Audio(music.samples[:, : 2 * music.sample_rate].copy(), music.sample_rate), tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", seed=5, store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    return live


def test_a_budget_is_used_up_after_its_seconds() -> None:
    clock = Clock()
    budget, endless = Budget(20, clock), Budget(clock=clock)
    clock.now += 19.9
    assert not budget.used_up()
    clock.now += 0.1
    assert budget.used_up()
    assert not endless.used_up()


def test_a_turn_without_time_left_keeps_its_best_and_says_so(live: LiveSession) -> None:
    turn = live.say("warmer", Clock().callbacks(6))
    assert isinstance(turn, Turn)
    assert (turn.refined.stopped, len(turn.refined.steps)) == ("budget", 6)
    assert turn.refined.loss_after <= turn.refined.loss_before
    assert turn.plan.notes[-1] == "The time of 6 s was used up: this is the best so far."
    assert live.turns == (turn,)


def test_it_says_so_in_the_language_of_the_words(live: LiveSession) -> None:
    turn = live.say("más cálido", Clock().callbacks(6))
    assert isinstance(turn, Turn)
    assert turn.plan.notes[-1] == "Se acabó el tiempo de 6 s: esto es lo mejor hasta ahora."


def test_a_turn_with_time_enough_says_nothing_of_it(live: LiveSession) -> None:
    turn = live.say("warmer", Clock().callbacks(60))
    assert isinstance(turn, Turn)
    assert turn.refined.stopped == "converged"
    assert not [note for note in turn.plan.notes if "time" in note]


def test_a_turn_that_ran_out_of_time_is_made_again_to_the_same_step(live: LiveSession) -> None:
    live.say("warmer", Clock().callbacks(6))
    assert main(["replay", live.session.id, "--mode", "rerun"]) == 0


def test_takes_have_one_budget_and_the_answer_says_how_many_there_was_time_for(live: LiveSession) -> None:
    first, second, answer = live.takes("add some grit", 3, Clock().callbacks(10))
    assert isinstance(first, Turn)
    assert isinstance(second, Turn)
    assert isinstance(answer, Exchange)
    assert [take.refined.stopped for take in (first, second)] == ["converged", "budget"]
    assert [len(take.refined.steps) for take in (first, second)] == [7, 3]
    assert second.plan.notes[-1] == "The time of 10 s was used up: this is the best so far."
    assert answer.reply == "2 of 3 takes: the time of 10 s was used up."
    assert live.session.standing == first


def test_takes_with_time_enough_are_all_there(live: LiveSession) -> None:
    takes = live.takes("add some grit", 3, Clock().callbacks(60))
    assert [each.take for each in takes if isinstance(each, Turn)] == [1, 2, 3]


def test_without_any_time_the_first_take_is_what_was_planned(live: LiveSession) -> None:
    first, answer = live.takes("add some grit", 3, Clock().callbacks(0))
    assert isinstance(first, Turn)
    assert isinstance(answer, Exchange)
    assert first.chain.names == ("distortion",)
    assert first.refined.loss_after == first.refined.loss_before
    assert answer.reply == "1 of 3 takes: the time of 0 s was used up."
