"""Turns through the one door: routes, replies, records, repeatability, undo, and what happens when they are stopped."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import numpy as np
import pytest

import instructfx
from instructfx.audio import Audio, save
from instructfx.audio.loudness import loudness_lufs
from instructfx.chain import Chain
from instructfx.engine import Agents, Callbacks, TurnContext, excerpt_of, take_turn
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.engine.turn import LONGEST_INSTRUCTION
from instructfx.errors import AudioError, Cancelled, InstructionError
from instructfx.planners import Move, Plan, PlanRequest, Take
from instructfx.planners.recorded import said_again
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions import Exchange, turn_from_json
from instructfx.store import Store

QUICK = RefineOptions(GradientOptions(spectral_steps=20, waveform_steps=3), BayesOptions(evaluations=5, first_points=3))


@pytest.fixture(scope="module")
def track(music: Audio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tracks") / "song.flac"
    save(Audio(music.samples[:, : 2 * music.sample_rate], music.sample_rate), path)
    return path


@pytest.fixture
def live(track: Path, tmp_path: Path) -> LiveSession:
    return opened(track, tmp_path / "sessions")


def opened(track: Path, store: Path, seed: int = 0) -> LiveSession:
    session = open_session(track, seed=seed, store=store)
    session.agents = dataclasses.replace(session.agents, options=QUICK)
    return session


def test_the_python_interface_of_the_readme(track: Path, tmp_path: Path) -> None:
    session = instructfx.open_session(track, planner="builtin", ear="perceptual", seed=0, store=tmp_path)
    turn = session.say("make it warmer")
    assert (turn.index, turn.route) == (1, "initialize_all")
    assert turn.chain.slots[0].effect.name == "eq"
    assert turn.chain.slots[0].bypassed is False
    assert turn.refined.loss_after < turn.refined.loss_before
    assert turn.plan.goal.axes["warmth"] == 1.0
    assert turn.reply
    assert turn.seconds > 0
    assert session.turns == (turn,)
    audio = session.render()
    assert audio.sample_rate == session.track.sample_rate
    assert audio.samples.shape == (2, session.track.frames)


def test_a_session_takes_the_three_routes_and_keeps_what_it_achieved(live: LiveSession) -> None:
    first, second, third = (live.say(words) for words in ("small church", "add some grit", "too dirty"))
    assert [turn.route for turn in live.turns] == ["initialize_all", "reuse_and_initialize", "reuse_all"]
    assert second.chain.slot("reverb") == first.chain.slot("reverb")
    assert third.chain.slot("reverb") == first.chain.slot("reverb")
    lowered = second.chain.slot("distortion").settings["drive_db"] - third.chain.slot("distortion").settings["drive_db"]
    assert lowered >= 3


def test_the_anchor_is_the_previous_turn_and_readings_continue(live: LiveSession) -> None:
    first, second = live.say("much darker"), live.say("a bit brighter")
    assert second.readings_before == first.readings_after
    assert first.readings_after["brightness"] < first.readings_before["brightness"]
    assert second.readings_after["brightness"] > second.readings_before["brightness"]
    assert second.readings_after["brightness"] < first.readings_before["brightness"]


def test_dropping_the_reverb_leaves_the_equaliser_as_it_was(live: LiveSession) -> None:
    warm = live.say("warmer")
    live.say("put it in a hall")
    live.say("less reverb")
    assert live.say("drop the reverb").chain == warm.chain


def test_two_runs_with_one_seed_give_the_same_settings_and_samples(track: Path, tmp_path: Path) -> None:
    words = ("warmer with some grit", "put it in a small room")
    sessions = [opened(track, tmp_path / name, seed=5) for name in ("a", "b")]
    for session in sessions:
        for instruction in words:
            session.say(instruction)
    one, two = sessions
    assert [turn.chain for turn in one.turns] == [turn.chain for turn in two.turns]
    assert [turn.refined.steps for turn in one.turns] == [turn.refined.steps for turn in two.turns]
    assert np.array_equal(one.render().samples, two.render().samples)


def while_it_plays(live: LiveSession) -> float:
    """The loudness of what plays now without the tail behind the track, in LUFS."""
    rendered = live.render()
    return loudness_lufs(Audio(np.ascontiguousarray(rendered.samples[:, : live.track.frames]), rendered.sample_rate))


def test_a_turn_does_not_change_the_loudness_unless_asked(live: LiveSession) -> None:
    for words in ("much brighter", "add a lot of grit", "in a big hall"):
        live.say(words)
        assert while_it_plays(live) == pytest.approx(live.track.loudness_lufs, abs=0.5)
    live.say("6 dB quieter")
    assert while_it_plays(live) == pytest.approx(live.track.loudness_lufs - 6, abs=0.5)


def test_undo_goes_back_one_turn_at_a_time_and_can_be_continued(live: LiveSession) -> None:
    warm, gritty = live.say("warmer"), live.say("add some grit")
    back = live.say("go back")
    assert (back.kind, back.parent_id, back.chain) == ("undone", warm.id, warm.chain)
    again = live.say("undo")
    assert (again.parent_id, again.chain) == (None, Chain())
    nothing = live.say("undo")
    assert isinstance(nothing, Exchange)
    assert (nothing.after_id, live.chain, len(live.turns)) == (again.id, Chain(), 4)
    wide = live.say("wider")
    assert wide.chain.names == ("stereo_width",)
    assert gritty in live.turns
    assert [turn.instruction for turn in live.session.path][-1] == "wider"


def test_nothing_understood_is_no_turn(live: LiveSession) -> None:
    warm = live.say("warmer")
    lost = live.say("xyzzy plugh")
    assert isinstance(lost, Exchange)
    assert (live.turns, live.session.current, live.session.exchanges) == ((warm,), warm, (lost,))


def test_words_are_stored_without_what_no_file_and_no_terminal_should_get(live: LiveSession) -> None:
    live.say("make\x00 it\x1b[31m  warmer \ud83d\x7f")
    assert live.turns[0].instruction == "make it[31m warmer ?"
    assert live.turns[0].chain.names == ("eq",)


@pytest.mark.parametrize("words", ["", "   ", "\n\t", "\x00", "\x1b\x7f", "x" * (LONGEST_INSTRUCTION + 1)])
def test_what_is_no_instruction_is_refused_and_nothing_is_stored(live: LiveSession, words: str) -> None:
    with pytest.raises(InstructionError, match=r"say|characters"):
        live.say(words)
    assert live.turns == ()


def test_stages_and_steps_are_told(live: LiveSession) -> None:
    stages: list[str] = []
    steps: list[int] = []
    live.say("warmer", Callbacks(on_stage=stages.append, on_step=lambda step: steps.append(step.iteration)))
    assert stages == ["planning", "listening", "refining", "saving"]
    assert steps == list(range(len(steps)))
    assert len(steps) > 5


def test_stopping_a_search_keeps_the_best_so_far(live: LiveSession) -> None:
    stop = threading.Event()
    callbacks = Callbacks(on_step=lambda step: stop.set() if step.iteration == 4 else None, cancelled=stop.is_set)
    turn = live.say("warmer", callbacks)
    assert turn.refined.stopped == "cancelled"
    assert len(turn.refined.steps) == 5
    assert live.turns == (turn,)


def test_stopping_before_anything_was_found_stores_nothing(live: LiveSession) -> None:
    with pytest.raises(Cancelled):
        live.say("warmer", Callbacks(cancelled=lambda: True))
    assert live.turns == ()


def test_a_session_is_found_again_after_a_restart(live: LiveSession, tmp_path: Path) -> None:
    live.say("warmer")
    live.say("add some grit")
    live.say("go back")
    again = resume_session(live.session.id, store=tmp_path / "sessions")
    assert again.session == live.session
    assert np.array_equal(again.render().samples, live.render().samples)


def test_a_turn_survives_json(live: LiveSession) -> None:
    turn = live.say("wider with some grit")
    assert turn_from_json(turn.to_json()) == turn


def test_what_made_a_turn_is_recorded(live: LiveSession) -> None:
    provenance = live.say("warmer").provenance
    assert (provenance.planner, provenance.ear, provenance.seed) == ("builtin", "perceptual", 0)
    assert provenance.versions["torch"].startswith("2.")


def test_initialising_alone_leaves_the_planners_settings(track: Path, tmp_path: Path) -> None:
    session = opened(track, tmp_path)
    session.agents = dataclasses.replace(session.agents, first_turn="initialize")
    turn = session.say("warmer")
    assert turn.refined.stopped == "nothing to refine"
    assert turn.refined.loss_before == turn.refined.loss_after
    assert session.say("brighter").refined.stopped == "converged"


class Scripted:
    """A planner that plays plans."""

    name = "scripted"

    def __init__(self, *plans: Plan) -> None:
        self.plans = list(plans)
        self.requests: list[PlanRequest] = []

    def plan(self, request: PlanRequest) -> Plan:
        self.requests.append(request)
        return self.plans.pop(0)

    def take(self, number: int, seed: int, first: Plan) -> Take:
        return said_again(self.name, number, first)


def test_any_planner_drives_the_engine_and_is_told_what_was_said_and_heard(track: Path, tmp_path: Path) -> None:
    first = Plan(add=(Move("reverb", {"mix": 0.5}), Move("eq")), reply="A room.")
    session = opened(track, tmp_path)
    planner = Scripted(first, Plan(reply="Re-tuned."))
    agents = Agents(planner, session.agents.ear, QUICK)
    excerpt = excerpt_of(session.track, agents.ear)
    context = TurnContext(session.session, agents, excerpt, Store(tmp_path))
    record = take_turn(context, "a room")
    record = take_turn(dataclasses.replace(context, session=record), "again")
    assert record.turns[0].chain.names == ("reverb", "eq")
    assert planner.requests[1].said == ("a room",)
    assert planner.requests[1].earlier[0].chain == record.turns[0].chain
    assert planner.requests[1].chain == record.turns[0].chain
    assert planner.requests[1].readings == record.turns[0].readings_after


@pytest.mark.parametrize(("planner", "ear"), [("nobody", "perceptual"), ("builtin", "nobody")])
def test_unknown_minds_are_refused_with_the_list(track: Path, tmp_path: Path, planner: str, ear: str) -> None:
    with pytest.raises(InstructionError, match=r"builtin|perceptual"):
        open_session(track, planner, ear, store=tmp_path)


def test_a_bad_track_leaves_no_session(tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_text("not audio")
    with pytest.raises(AudioError):
        open_session(bad, store=tmp_path / "sessions")
    assert not (tmp_path / "sessions").exists()


@pytest.mark.parametrize(
    ("rate", "channels", "seconds"), [(8000, 1, 0.3), (22050, 2, 3), (96000, 1, 1), (192000, 2, 0.5)]
)
def test_any_rate_mono_or_stereo_and_very_short(tmp_path: Path, rate: int, channels: int, seconds: float) -> None:
    frames = round(rate * seconds)
    sound = 0.2 * np.random.default_rng(0).standard_normal((channels, frames))
    path = tmp_path / "short.wav"
    save(Audio(sound.astype(np.float32), rate), path)
    session = opened(path, tmp_path / "sessions")
    turn = session.say("warmer, wider and in a small room")
    assert turn.refined.loss_after <= turn.refined.loss_before
    rendered = session.render()
    assert (rendered.channels, rendered.sample_rate) == (channels, rate)
    assert rendered.frames > frames
