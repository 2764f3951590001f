"""A language model rates the turns of a session: what it is told, what is stored, what is printed."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from chat_server import Chat, Fail, Say

from instructfx.audio import Audio, save
from instructfx.cli.main import main
from instructfx.engine.live import LiveSession, open_session
from instructfx.planners.tools import RATE
from instructfx.refine import GradientOptions, RefineOptions
from instructfx.store import Store


@pytest.fixture
def session(mono: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LiveSession:
    """Two turns and one that was undone."""
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    save(mono, tmp_path / "unreleased.flac")
    live = open_session(tmp_path / "unreleased.flac", planner="builtin")
    options = RefineOptions(GradientOptions(spectral_steps=10, waveform_steps=1))
    live.agents = dataclasses.replace(live.agents, options=options)
    for words in ("make it warmer", "cut 3 dB at 400 Hz", "go back"):
        live.say(words)
    return live


@pytest.fixture
def judge(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> Chat:
    monkeypatch.setenv("INSTRUCTFX_PLANNER_URL", chat.url)
    return chat


def marks(following: object, thought: object) -> Say:
    given = {"instruction_following": following, "chain_of_thought": thought, "why_following": "It is warmer."}
    return Say(calls=[(RATE, given)])


def test_each_turn_is_rated_stored_and_printed(
    session: LiveSession, judge: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    judge.script = [marks(4, 3), marks(2, "3")]
    assert main(["judge", session.session.id, "--model", "openai/judge"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["turn", "following", "thought", "instruction"]
    assert lines[1].split() == ["1", "4", "3", "make", "it", "warmer"]
    assert lines[2].strip() == "It is warmer."
    assert lines[4].split()[:3] == ["2", "2", "3"]
    assert lines[-1].split() == ["mean", "3.00", "3.00", "2", "turns", "by", "openai/judge"]
    stored = Store().judgements(session.session.id)
    assert [(each.instruction_following, each.chain_of_thought) for each in stored] == [(4, 3), (2, 3)]
    assert [each.turn_id for each in stored] == [turn.id for turn in session.turns[:2]]
    assert {(each.model, each.prompt_version) for each in stored} == {("openai/judge", "3")}


def test_what_the_judge_is_told(session: LiveSession, judge: Chat) -> None:
    judge.script = [marks(4, 4), marks(4, 4)]
    main(["judge", session.session.id, "--model", "openai/judge", "--json"])
    assert judge.tools() == [RATE]
    first, second = judge.text(0), judge.text(1)
    assert "4, excellent:" in first
    assert "1, poor:" in first
    assert "Instruction:\nmake it warmer" in first
    assert "Chain before:\nempty" in first
    assert "1. eq: " in first.split("Chain after:")[1]
    assert session.turns[0].plan.thoughts.asked in first
    assert "warmth" in first.split("Readings before:")[1]
    assert "1. eq: " in second.split("Chain after:")[0]
    assert "unreleased" not in first + second


def test_a_judge_that_does_not_keep_to_the_rubric_is_asked_again(
    session: LiveSession, judge: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    judge.script = [marks(5, 3), marks(3, 3), marks(2.5, 3), Say(content="Great!")]
    assert main(["judge", session.session.id, "--model", "openai/judge", "--json"]) == 1
    told = capsys.readouterr()
    assert [json.loads(line)["instruction_following"] for line in told.out.splitlines()] == [3]
    assert "turn 2 has no marks: its answer could not be used (instruction_following must be 1, 2, 3 or 4" in told.err
    assert "must be 1, 2, 3 or 4" in judge.text(1)
    assert len(Store().judgements(session.session.id)) == 1


def test_a_judge_that_cannot_be_asked(
    session: LiveSession, judge: Chat, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    judge.script = [Fail(401), Fail(401)]
    assert main(["judge", session.session.id, "--model", "openai/judge"]) == 1
    assert "refused the key (401)" in capsys.readouterr().err
    assert main(["judge", "no-such-session", "--model", "openai/judge"]) == 2
    answers = tmp_path / "marks.json"
    rating = {"instruction_following": 1, "chain_of_thought": 2}
    answers.write_text(json.dumps([{"name": RATE, "arguments": rating}] * 2))
    assert main(["judge", session.session.id, "--model", f"recorded:{answers}"]) == 0
    assert "mean       1.00     2.00  2 turns by recorded:marks.json" in capsys.readouterr().out
