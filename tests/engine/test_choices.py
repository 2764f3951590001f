"""What a person chooses for a turn beside the words: how far, how long, from which seed, and what to avoid."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from instructfx.audio import Audio, save
from instructfx.chain import Chain
from instructfx.cli.main import main
from instructfx.ears import Goal
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.errors import InstructionError
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions import turn_from_json
from instructfx.sessions.older import turn_of_0004
from instructfx.sessions.options import TurnOptions, away_from, unheard

QUICK = RefineOptions(GradientOptions(spectral_steps=30, waveform_steps=4), BayesOptions(evaluations=5, first_points=3))


@pytest.fixture(scope="module")
def track(music: Audio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tracks") / "song.wav"
    save(Audio(music.samples[:, : 2 * music.sample_rate], music.sample_rate), path)
    return path


@pytest.fixture
def live(track: Path, tmp_path: Path) -> LiveSession:
    live = open_session(track, "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    return live


def moved(live: LiveSession, words: str, axis: str, **chosen: Any) -> float:
    """By how many steps an axis moves when that is said as the first thing."""
    if live.session.standing:
        live.go_to(None)
    turn = live.say(words, options=TurnOptions(**chosen))
    return turn.readings_after[axis] - turn.readings_before[axis]


def test_a_step_size_says_how_far_a_turn_goes(live: LiveSession) -> None:
    half, plain, twice = (moved(live, "brighter", "brightness", step_size=size) for size in (0.5, 1, 2))
    assert half < 0.8 * plain < 0.8 * twice
    assert 0.25 < half < 0.75
    assert twice > 1.3
    assert live.turns[0].goal.axes["brightness"] == 0.5
    assert live.turns[0].plan.goal.axes["brightness"] == 1.0, "the plan is what was planned"


def test_a_step_size_scales_what_planners_set_but_no_named_value(live: LiveSession) -> None:
    plain = live.say("put it in a hall", options=TurnOptions(first_turn="initialize"))
    live.go_to(None)
    small = live.say("put it in a hall", options=TurnOptions(step_size=0.5, first_turn="initialize"))
    assert small.refined.steps[0].chain == small.chain
    (room,), (hall,) = ([slot.settings for slot in turn.chain.of_effect("reverb")] for turn in (small, plain))
    assert room["mix"] == pytest.approx(hall["mix"] / 2)
    assert room["decay_seconds"] == hall["decay_seconds"]
    exact = live.say("low-pass at 2 kHz", options=TurnOptions(step_size=0.5))
    assert exact.chain.slot("filter").settings["lowpass_hz"] == 2000


def test_iterations_bound_each_search(live: LiveSession) -> None:
    turn = live.say("warmer with some grit", options=TurnOptions(iterations=3))
    options = turn.provenance.options
    assert (options.gradient.spectral_steps, options.gradient.waveform_steps) == (3, 3)
    assert (options.bayes.evaluations, options.bayes.first_points, options.secant.passes) == (3, 3, 3)
    assert len(turn.refined.steps) <= 1 + 3 * QUICK.gradient.spectral_rounds + 3
    longer = live.say("warmer with some grit", options=TurnOptions(iterations=9))
    assert longer.provenance.options.bayes == replace(QUICK.bayes, evaluations=9)


def test_the_seed_and_the_first_turn_are_those_of_the_turn(live: LiveSession) -> None:
    turn = live.say("add some grit", options=TurnOptions(seed=7, first_turn="initialize"))
    assert (turn.provenance.seed, turn.provenance.first_turn) == (7, "initialize")
    assert turn.refined.stopped == "nothing to refine"
    again = live.say("more air")
    assert (again.provenance.seed, again.provenance.first_turn) == (0, "refine")


def test_what_to_avoid_moves_away_from_it(live: LiveSession) -> None:
    plain = moved(live, "brighter", "harshness")
    guarded = moved(live, "brighter", "harshness", avoid="harsh, muddy")
    assert guarded < plain - 0.1
    assert live.turns[-1].goal.negative == "harsh, muddy"
    assert live.turns[-1].goal.axes["mud"] == -0.5
    assert live.turns[-1].readings_after["brightness"] > live.turns[-1].readings_before["brightness"] + 0.4


@pytest.mark.parametrize(
    ("asked", "avoid", "axis", "meant"),
    [
        ({"brightness": 1.0}, "dark", "brightness", 1.0),  # both want it, the instruction more
        ({"brightness": 1.0}, "bright", "brightness", 1.0),  # the instruction outweighs
        ({"brightness": 1.0, "harshness": 0.3}, "harsh", "harshness", -0.5),  # what only comes along gives way
        ({"brightness": 0.2, "warmth": 1.0}, "dull", "brightness", 0.5),
        ({"brightness": 1.0}, "too reverberant", "space", None),  # no equaliser can do that
        ({}, "harsh", "harshness", None),  # nothing is asked of the ear
    ],
)
def test_what_is_asked_outweighs_what_is_to_be_avoided(
    asked: dict[str, float], avoid: str, axis: str, meant: float | None
) -> None:
    assert TurnOptions(avoid=avoid).meant(Goal(axes=asked), ("eq",)).axes.get(axis) == meant


def test_words_to_avoid_are_those_of_the_lexicon() -> None:
    assert away_from("harsh; muddy and boomy")["bass"] < 0
    assert away_from("distorted") == {"grit": -0.5, "harshness": -0.5}
    assert away_from("") == {}
    assert unheard("harsh, xyzzy, frobnicated / muddy") == ("xyzzy", "frobnicated")


def test_words_that_say_nothing_are_said_to_do_so(live: LiveSession) -> None:
    turn = live.say("warmer", options=TurnOptions(avoid="xyzzy"))
    assert "I do not know “xyzzy”, so I cannot avoid that." in turn.notes


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"step_size": 0.2}, "from 0.25 to 3, not 0.2"),
        ({"step_size": 3.1}, "from 0.25 to 3"),
        ({"step_size": float("nan")}, "from 0.25 to 3"),
        ({"step_size": "big"}, "from 0.25 to 3, not 'big'"),
        ({"step_size": True}, "from 0.25 to 3"),
        ({"iterations": 0}, "whole number from 1 to 200, not 0"),
        ({"iterations": 2.5}, "whole number from 1 to 200"),
        ({"iterations": 201}, "whole number from 1 to 200"),
        ({"seed": -1}, "the seed is a whole number from 0 to 4294967295"),
        ({"seed": 2**32}, "the seed"),
        ({"first_turn": "skip"}, "to initialize or to refine, not 'skip'"),
        ({"avoid": "x" * 201}, "201 characters long; up to 200"),
        ({"avoid": 3}, "are words"),
    ],
)
def test_choices_out_of_range_are_one_clear_line(wrong: dict[str, Any], told: str) -> None:
    with pytest.raises(InstructionError, match=told) as raised:
        TurnOptions(**wrong)
    assert "\n" not in str(raised.value)


def test_an_ear_with_one_loss_says_so(live: LiveSession) -> None:
    with pytest.raises(InstructionError, match="the ear perceptual has one loss; leave the loss 'contrast' out"):
        live.say("warmer", options=TurnOptions(loss="contrast"))
    assert live.turns == ()


def test_choices_are_kept_and_old_turns_have_none(live: LiveSession, tmp_path: Path) -> None:
    options = TurnOptions(0.5, 4, 9, "refine", "", "harsh")
    turn = live.say("warmer", options=options)
    assert turn.provenance.turn_options == options
    again = resume_session(live.session.id, store=tmp_path / "sessions")
    assert again.session == live.session
    old = json.loads(turn.to_json())
    for name in ("turn_options", "excerpt_start"):
        del old["provenance"][name]
    del old["share"], old["take"], old["goal"]
    read = turn_from_json(json.dumps(turn_of_0004(old)))
    assert read.provenance.turn_options == TurnOptions()
    assert read.goal == turn.plan.goal
    assert replace(read, provenance=turn.provenance, goal=turn.goal) == turn


# Replay


def test_a_rerun_takes_every_choice_again(
    live: LiveSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live.say("warmer", options=TurnOptions(step_size=0.5, iterations=6, avoid="harsh, xyzzy"))
    live.takes("add some grit", 3, options=TurnOptions(iterations=4, seed=11))
    live.go_to(live.turns[2].id)
    edited = live.edit(live.chain.locked("eq", ["mid_gain_db"]).adjusted("distortion", {"drive_db": 3}), "less of it")
    live.amount(0.5)
    live.say("wider", options=TurnOptions(step_size=2))
    live.say("go back")
    live.go_to(edited.id)
    live.say("undo")
    for turn in live.turns:
        live.render_to(tmp_path / "out.wav", turn=turn)
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    for mode in (["render"], ["replan"], ["rerun", "--keep"]):
        assert main(["replay", live.session.id, "--mode", *mode]) == 0, capsys.readouterr()
        said = capsys.readouterr()
        assert said.out.count("the same") == len(live.turns) == 11
    copy = resume_session(said.err.split()[-1], store=tmp_path / "sessions")
    places = {turn.id: turn.index for session in (live, copy) for turn in session.turns}
    for old, new in zip(live.turns, copy.turns, strict=True):
        assert (new.kind, new.take, new.share, new.instruction) == (old.kind, old.take, old.share, old.instruction)
        assert places.get(new.parent_id or "") == places.get(old.parent_id or "")
        assert new.provenance.turn_options == old.provenance.turn_options
        assert new.chain == old.chain
        assert new.plan.notes == old.plan.notes
    assert places[copy.session.head or ""] == places[live.session.head or ""]


def test_an_edit_stays_where_somebody_else_plans(
    live: LiveSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    live.say("warmer")
    edited = live.edit(Chain().added("delay", {}))
    (tmp_path / "plans.json").write_text('[[{"name": "add_reverb", "arguments": {}}]]')
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    main(["replay", live.session.id, "--mode", "replan", "--planner", f"recorded:{tmp_path / 'plans.json'}"])
    copy = resume_session(capsys.readouterr().err.split()[-1], store=tmp_path / "sessions")
    assert [turn.chain.names for turn in copy.turns] == [("reverb",), ("delay",)]
    assert copy.turns[1].chain == edited.chain
