"""Versions have names, are held side by side, and know where they were heard."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from instructfx.audio import Audio, save
from instructfx.bundles import export_bundle, import_bundle
from instructfx.chain import Chain
from instructfx.cli.main import main
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.errors import InstructionError, StoreError
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.store import Store

QUICK = RefineOptions(GradientOptions(spectral_steps=5, waveform_steps=2), BayesOptions(evaluations=3, first_points=2))


@pytest.fixture(scope="module")
def song(music: Audio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of music at 22.05 kHz, then four of a soft tone."""
    rate = 22_050
    sound = music.samples[:, ::2][:, : 10 * rate]
    quiet = 0.02 * np.sin(2 * np.pi * 200 * np.arange(4 * rate) / rate)
    path = tmp_path_factory.mktemp("tracks") / "song.wav"
    save(Audio(np.concatenate([sound, np.tile(quiet, (2, 1))], axis=1).astype(np.float32), rate), path)
    return path


@pytest.fixture
def live(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LiveSession:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    live = open_session(song, "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    return live


# Names


def test_a_version_has_a_name_that_travels_with_the_session(live: LiveSession, tmp_path: Path) -> None:
    one, two = live.say("warmer"), live.say("cut 3 dB at 400 Hz")
    live.name_turn(one.id, "  the <b>warm</b>\n\x07one ")
    live.name_turn(two.id, "thin")
    live.name_turn(two.id, "")
    assert live.names == {one.id: "the <b>warm</b> one"}
    assert resume_session(live.session.id, store=tmp_path / "sessions").names == live.names
    export_bundle(Store(), live.session.id, tmp_path / "x.zip")
    copy = import_bundle(tmp_path / "x.zip", Store(tmp_path / "elsewhere")).session
    assert Store(tmp_path / "elsewhere").names(copy.id) == {copy.turns[0].id: "the <b>warm</b> one"}
    Store().delete(live.session.id)
    assert Store().names(live.session.id) == {}


def test_a_name_is_a_line_of_eighty_characters_of_a_turn_that_is_there(live: LiveSession) -> None:
    turn = live.say("cut 3 dB at 400 Hz")
    live.name_turn(turn.id, "x" * 80)
    with pytest.raises(InstructionError, match="81 characters long; up to 80"):
        live.name_turn(turn.id, "x" * 81)
    with pytest.raises(StoreError, match="no turn nobody"):
        live.name_turn("nobody", "it")
    assert live.names == {turn.id: "x" * 80}


# Side by side


def test_two_versions_side_by_side(live: LiveSession) -> None:
    one = live.edit(Chain().added("eq", {"mid_gain_db": 2}).added("reverb", {}))
    two = live.edit(Chain().added("delay", {}).added("eq", {"mid_gain_db": -1}).bypassed("eq", True))
    found = live.compare(one.id, two.id)
    rows = {(row.effect, row.setting): row for row in found.rows}
    mid = rows["Equaliser", "mid gain"]
    assert (mid.unit, mid.one, mid.other, mid.differs) == ("dB", 2, -1, True)
    assert not rows["Equaliser", "mid q"].differs
    assert (rows["Equaliser", "bypassed"].one, rows["Equaliser", "bypassed"].other) == (0, 1)
    assert (rows["Reverb", "mix"].one, rows["Reverb", "mix"].other) == (0.25, None)
    assert (rows["Delay", "delay"].one, rows["Delay", "delay"].other, rows["Delay", "delay"].unit) == (None, 0.35, "s")
    assert found.rows[0].effect == "Delay"
    assert (found.readings_one, found.readings_other) == (one.readings_after, two.readings_after)
    assert (found.same_order, found.alike) == (True, True)
    dry = live.compare(two.id, None)
    assert (dry.other, dry.readings_other) == (None, one.readings_before)
    assert all(row.other is None for row in dry.rows)
    with pytest.raises(StoreError):
        live.compare(one.id, "nobody")


def test_an_order_that_differs_is_seen(live: LiveSession) -> None:
    one = live.edit(Chain().added("eq", {}).added("reverb", {}))
    two = live.edit(Chain().added("reverb", {}).added("delay", {}).added("eq", {}))
    assert not live.compare(one.id, two.id).same_order


# What was there


def test_what_the_planner_chose_first_is_known(live: LiveSession) -> None:
    assert live.original("eq") is None
    first = live.say("warmer")
    live.say("brighter")
    live.edit(live.chain.adjusted("eq", {"mid_gain_db": 9}).added("delay", {}))
    assert live.original("eq") == first.chain.slot("eq").settings
    assert live.original("delay") is None
    live.amount(0.5)
    assert live.original("eq") == first.chain.slot("eq").settings
    live.edit(live.chain.without("eq"))
    assert live.original("eq") is None
    live.edit(live.chain.added("eq", {}))
    assert live.original("eq") is None, "this one was put in by hand"
    live.go_to(first.id)
    assert live.original("eq") == first.chain.slot("eq").settings


def test_every_step_of_a_trajectory_has_its_chain(live: LiveSession) -> None:
    turn = live.say("warmer")
    assert [live.chain_at(turn.id, step.iteration) for step in turn.refined.steps] == [
        step.chain for step in turn.refined.steps
    ]
    last = turn.refined.steps[-1].iteration
    with pytest.raises(InstructionError, match=f"turn 1 has steps 0 to {last}, not {last + 1}"):
        live.chain_at(turn.id, last + 1)
    edited = live.edit(Chain())
    with pytest.raises(InstructionError, match="turn 2 has no steps, not 0"):
        live.chain_at(edited.id, 0)


# The excerpt by hand


def test_the_excerpt_is_where_the_person_wants_it(live: LiveSession, tmp_path: Path) -> None:
    rate = live.track.sample_rate
    before = live.say("cut 3 dB at 400 Hz")
    first = live.preview(Chain())
    live.listen_from(3.5)
    after = live.say("cut 3 dB at 400 Hz")
    assert (before.provenance.excerpt_start, after.provenance.excerpt_start) == (None, round(3.5 * rate))
    assert after.readings_before != before.readings_after
    assert not live.compare(before.id, after.id).alike
    moved = live.preview(Chain()).samples[:, : 2 * rate]
    shifted = first.samples[:, round(3.5 * rate) : round(5.5 * rate)]
    assert np.abs(moved / moved.max() - shifted / shifted.max()).max() < 1e-5
    assert resume_session(live.session.id, store=tmp_path / "sessions").session == live.session
    live.listen_from(12)  # where less than ten seconds are left, the last ten
    assert live.session.excerpt_start == 4 * rate


def test_a_replay_hears_each_turn_where_it_was_heard(live: LiveSession, capsys: pytest.CaptureFixture[str]) -> None:
    live.say("warmer")
    live.listen_from(4)
    live.say("brighter")
    live.edit(live.chain.bypassed("eq", True))
    live.listen_from(2)
    assert main(["replay", live.session.id, "--mode", "rerun", "--keep"]) == 0
    copy = resume_session(capsys.readouterr().err.split()[-1], store=Store())
    rate = live.track.sample_rate
    assert [turn.provenance.excerpt_start for turn in copy.turns] == [None, 4 * rate, 4 * rate]
    assert [turn.readings_after for turn in copy.turns] == [turn.readings_after for turn in live.turns]
    assert copy.session.excerpt_start == 2 * rate


@pytest.mark.parametrize("start", [-0.1, 14.0, 1e9, float("nan"), "3", None, True])
def test_beyond_the_track_there_is_nothing_to_listen_to(start: float, live: LiveSession) -> None:
    with pytest.raises(InstructionError, match=r"from 0 s to the track's end at 14.0 s"):
        live.listen_from(start)
    assert live.session.excerpt_start is None


def test_silence_is_no_excerpt(music: Audio, tmp_path: Path) -> None:
    silent = np.concatenate([music.samples[:, : 2 * 44_100], np.zeros((2, 11 * 44_100), np.float32)], axis=1)
    save(Audio(silent, 44_100), tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", store=tmp_path / "sessions")
    with pytest.raises(InstructionError, match=r"nothing to be heard from 2\.5 s on"):
        live.listen_from(2.5)


# The command line


def test_versions_are_named_and_compared_on_the_command_line(
    live: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = live.say("warmer"), live.edit(live.chain.adjusted("eq", {"mid_gain_db": -9}).added("delay", {}))
    assert main(["sessions", "name", live.session.id, "2", "no mids"]) == 0
    assert live.names == {two.id: "no mids"}
    assert main(["sessions", "show", live.session.id]) == 0
    told = capsys.readouterr().out
    assert "   name: no mids\n" in told
    assert "(edited, after turn 1)" in told
    assert "planned by hand" in told
    assert main(["sessions", "compare", live.session.id, "1", two.id]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["turn", "1", "turn", "2"]
    (mid,) = (line.split() for line in lines if line.startswith("  mid gain"))
    assert mid[:3] == ["mid", "gain", "(dB)"]
    assert mid[4] == "-9"
    assert "Delay" in lines
    assert not any(line.startswith("  mid q ") for line in lines)
    assert main(["sessions", "compare", live.session.id, "1", "dry", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["one"], found["other"], found["readings_other"]) == (1, None, dict(one.readings_before))
    assert main(["sessions", "compare", live.session.id, "1", "2", "--all"]) == 0
    assert any(line.startswith("  mid q ") for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("name", "ID", "2", "x"), "this session has turns 1 to 1, not '2'"),
        (("name", "ID", "0", "x"), "turns 1 to 1, not '0'"),
        (("name", "ID", "1", "x" * 81), "81 characters long"),
        (("name", "nope", "1", "x"), "no session of that id"),
        (("compare", "ID", "1", "nine"), "turns 1 to 1, not 'nine'"),
        (("compare", "ID", "dry", "1"), "turns 1 to 1, not 'dry'"),
    ],
)
def test_wrong_versions_are_one_clear_line(
    arguments: tuple[str, ...], told: str, live: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    live.say("cut 3 dB at 400 Hz")
    assert main(["sessions", *(live.session.id if each == "ID" else each for each in arguments)]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1


def test_choices_on_the_command_line(song: Path, live: LiveSession, capsys: pytest.CaptureFixture[str]) -> None:
    out = song.parent / "out"
    choices = ("--step-size", "0.5", "--iterations", "3", "--first-turn", "refine", "--avoid", "harsh", "--takes", "2",
               "--excerpt-start", "2", "--seed", "4")  # fmt: skip
    assert main(["refine", str(song), "brighter", "--out", str(out), "--json", *choices]) == 0
    said = capsys.readouterr()
    assert [json.loads(line)["index"] for line in said.out.splitlines()] == [1, 2]
    assert sorted(path.name for path in out.glob("*.flac")) == ["01-brighter.flac", "02-brighter.flac"]
    session = Store().load(said.err.split()[-1])[0]
    wished = [turn.provenance.turn_options for turn in session.turns]
    assert [(each.step_size, each.iterations, each.avoid) for each in wished] == [(0.5, 3, "harsh")] * 2
    assert [turn.provenance.seed for turn in session.turns] == [4, 5]
    assert session.turns[0].provenance.excerpt_start == 2 * 22_050
    assert session.standing == session.turns[0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--step-size", "9"), "from 0.25 to 3, not 9"),
        (("--iterations", "0"), "from 1 to 200"),
        (("--takes", "7"), "from 2 to 5, not 7"),
        (("--takes", "0"), "from 2 to 5, not 0"),
        (("--excerpt-start", "99"), "the track's end at 14.0 s"),
        (("--loss", "contrast"), "the ear perceptual has one loss"),
        (("--avoid", "x" * 300), "300 characters long"),
    ],
)
def test_wrong_choices_are_one_clear_line(
    arguments: tuple[str, ...], told: str, song: Path, live: LiveSession, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["refine", str(song), "brighter", "--out", str(song.parent / "no"), *arguments]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not list((song.parent / "no").glob("*"))
