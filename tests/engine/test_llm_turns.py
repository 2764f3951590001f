"""Whole turns with a language model: engine, refiners, store and command line, and nothing private leaves."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from chat_server import Chat, Fail, Say

from instructfx.audio import Audio, save
from instructfx.cli.main import main
from instructfx.engine import Callbacks
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.errors import Cancelled, PlannerError
from instructfx.planners.prompted import PromptedPlanner
from instructfx.planners.recorded import recorded
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions

QUICK = RefineOptions(GradientOptions(spectral_steps=20, waveform_steps=2), BayesOptions(evaluations=4, first_points=2))
SECRET = "sk-private-key-of-a-musician"


def goal(reply: str, **axes: float) -> tuple[str, dict[str, object]]:
    thoughts = {"asked": reply, "effects": "these", "order": "so", "settings": "a start"}
    return "describe_goal", {"target": reply, "axes": axes, "reply": reply, **thoughts}


CHURCH = Say(calls=[("add_reverb", {"decay_seconds": 2.5, "mix": 0.3}), goal("a church", space=1)])
GRIT = Say(calls=[("add_distortion", {"drive_db": 18, "before": "reverb"}), goal("gritty", grit=1)])
SOFTER = Say(calls=[("adjust_distortion", {"drive_db": 9}), goal("softer", grit=-0.5, harshness=-0.5)])
SESSION = ("church", "add some grit", "too harsh, soften it")


@pytest.fixture(scope="module")
def track(music: Audio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tracks") / "my secret demo.flac"
    save(Audio(music.samples[:, : 2 * music.sample_rate], music.sample_rate), path)
    return path


@pytest.fixture
def scripted(chat: Chat, monkeypatch: pytest.MonkeyPatch) -> Chat:
    monkeypatch.setenv("INSTRUCTFX_PLANNER_URL", chat.url)
    monkeypatch.setenv("INSTRUCTFX_PLANNER_KEY", SECRET)
    return chat


def opened(track: Path, store: Path, planner: str = "openai/scripted") -> LiveSession:
    live = open_session(track, planner=planner, store=store)
    live.agents = dataclasses.replace(live.agents, options=QUICK)
    return live


def test_a_session_of_three_turns_takes_the_three_routes(scripted: Chat, track: Path, tmp_path: Path) -> None:
    scripted.script = [CHURCH, GRIT, SOFTER]
    live = opened(track, tmp_path)
    church, grit, softer = (live.say(words) for words in SESSION)
    assert [turn.route for turn in live.turns] == ["initialize_all", "reuse_and_initialize", "reuse_all"]
    assert church.chain.names == ("reverb",)
    assert grit.chain.names == ("distortion", "reverb")
    assert grit.chain.slot("reverb") == church.chain.slot("reverb")
    assert softer.chain.slot("distortion").settings["drive_db"] < grit.chain.slot("distortion").settings["drive_db"]
    assert church.readings_after["space"] > church.readings_before["space"]
    assert church.reply.startswith("a church. Measured: ")
    assert "gritty. Measured: " in grit.reply
    assert "less harsh" in softer.reply or "Not really less harsh" in softer.reply
    assert church.provenance.planner == "openai/scripted"
    assert church.planned_by.startswith("openai/scripted, 1,234 + 56 tokens")

    assert [body["tool_choice"] for body in scripted.bodies] == ["required", "auto", "auto"]
    assert "add_reverb" in scripted.tools(0)
    assert {"adjust_reverb", "remove_reverb", "add_distortion"} <= set(scripted.tools(1))
    assert '1. "church" -> reverb added; space +' in scripted.text(2)
    assert '2. "add some grit" -> distortion added' in scripted.text(2)
    assert "Readings of the sound now" in scripted.text(2)

    stored = resume_session(live.session.id, planner="builtin", store=tmp_path)
    assert stored.session == live.session
    again = opened(track, tmp_path, "builtin")
    again.agents = dataclasses.replace(
        again.agents, planner=PromptedPlanner(recorded(turn.plan for turn in live.turns))
    )
    for words in SESSION:
        again.say(words)
    assert [turn.chain for turn in again.turns] == [turn.chain for turn in live.turns]
    assert len(scripted.bodies) == 3


def test_nothing_private_leaves(scripted: Chat, track: Path, tmp_path: Path) -> None:
    scripted.script = [CHURCH, GRIT]
    live = opened(track, tmp_path)
    live.say("church")
    live.say("add some grit")
    for sent, body in zip(scripted.sent, scripted.bodies, strict=True):
        for private in ("secret demo", ".flac", str(tmp_path), live.session.id, live.session.dry.sha256):
            assert private not in sent
        assert set(body) <= {"model", "messages", "tools", "tool_choice"}
        assert SECRET not in json.dumps(body)


def test_a_turn_never_fails_because_the_model_did(scripted: Chat, track: Path, tmp_path: Path) -> None:
    scripted.script = [Fail(401), Say(content="no"), Say(content="no")]
    live = opened(track, tmp_path)
    first = live.say("make it warmer")
    second = opened(track, tmp_path).say("make it warmer")
    assert first.chain.names == second.chain.names == ("eq",)
    assert "refused the key (401)" in first.notes[0]
    assert "could not be used" in second.notes[0]
    assert first.planned_by.startswith("builtin instead of openai/scripted")


def test_stopping_while_the_model_thinks_stores_nothing(scripted: Chat, track: Path, tmp_path: Path) -> None:
    scripted.script = [Fail(hang=True)]
    live = opened(track, tmp_path)
    stop = threading.Event()

    def on_stage(stage: str) -> None:
        threading.Timer(0.3, stop.set).start()

    with pytest.raises(Cancelled):
        live.say("make it warmer", Callbacks(on_stage=on_stage, cancelled=stop.is_set))
    assert resume_session(live.session.id, store=tmp_path).turns == ()


def test_a_model_without_its_key_is_refused_before_anything_is_stored(track: Path, tmp_path: Path) -> None:
    with pytest.raises(PlannerError, match="OPENAI_API_KEY is not set"):
        open_session(track, planner="openai/gpt-5", store=tmp_path / "none")
    assert not (tmp_path / "none").exists()


def refine(track: Path, tmp_path: Path, *more: str) -> list[str]:
    return ["refine", str(track), *more, "--out", str(tmp_path / "out")]


def test_on_the_command_line(
    scripted: Chat, track: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    scripted.script = [CHURCH, Fail(401)]
    assert main([*refine(track, tmp_path, "church", "make it warmer"), "--planner", "openai/scripted"]) == 0
    told = capsys.readouterr().out
    assert "planned by openai/scripted, 1,234 + 56 tokens, " in told
    assert "planned by builtin instead of openai/scripted" in told
    assert "The built-in planner planned this turn: " in told
    assert SECRET not in told

    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps([[{"name": "add_gain", "arguments": {"gain_db": -200}}]]))
    assert main([*refine(track, tmp_path, "quieter", "--json"), "--planner", f"recorded:{answers}"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["planner"] == "recorded:answers.json"
    assert record["chain"][0]["effect"] == "gain"
    assert any("beyond -24 to 24 dB" in note for note in record["notes"])
    assert record["asked"]["answers"] == 1

    assert main(refine(track, tmp_path, "warmer")) == 0
    assert "planned by builtin;" in capsys.readouterr().out
    monkeypatch.delenv("INSTRUCTFX_PLANNER_URL")
    assert main(refine(track, tmp_path, "warmer", "--planner", "nobody")) == 2
    assert "there is no planner 'nobody'" in capsys.readouterr().err


def test_ctrl_c_while_the_model_thinks(
    scripted: Chat, track: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    scripted.script = [Fail(hang=True)]

    def interrupt() -> None:
        while not scripted.sent:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    assert main([*refine(track, tmp_path, "church"), "--planner", "openai/scripted"]) == 130
    assert "stopped before anything changed" in capsys.readouterr().err


def test_the_doctor_says_who_plans_and_asks(
    scripted: Chat, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from instructfx.cli.doctor import _ping, _planner

    assert _planner().detail == (
        "builtin, because no language model is named (INSTRUCTFX_PLANNER) and GEMINI_API_KEY is not set"
    )
    assert "needs no network" in _ping().detail
    monkeypatch.setenv("INSTRUCTFX_PLANNER", "openai/scripted")
    scripted.script = [Say(content="ready"), Fail(401)]
    assert (
        _planner().detail
        == f"openai/scripted, because INSTRUCTFX_PLANNER says so, asked at {scripted.url.removesuffix('/v1')}"
    )
    assert "openai/scripted answered in" in _ping().detail
    assert len(scripted.sent[0]) < 1500
    refused = _ping()
    assert not refused.well
    assert "refused the key (401)" in refused.detail
    monkeypatch.delenv("INSTRUCTFX_PLANNER_URL")
    assert _planner().detail.endswith("OPENAI_API_KEY is not set; set it or use --planner builtin")
