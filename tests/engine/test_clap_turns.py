"""Turns judged by CLAP: the true architecture, with random weights, from a checkpoint file on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.cli.main import main
from instructfx.ears.checkpoints import Checkpoint
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.errors import EarError, InstructionError
from instructfx.refine import RefineOptions, rivals
from instructfx.sessions import Exchange
from instructfx.sessions.options import TurnOptions


@pytest.fixture(autouse=True)
def environment(checkpoint: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", str(checkpoint.path))
    monkeypatch.setenv("INSTRUCTFX_CLAP_MODEL", checkpoint.architecture)
    monkeypatch.setenv("INSTRUCTFX_MODELS", str(checkpoint.path.parent))
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    monkeypatch.delenv("INSTRUCTFX_EAR", raising=False)


@pytest.fixture(scope="module")
def track(music: Audio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("track") / "music.flac"
    save(Audio(music.samples[:, : 4 * music.sample_rate].copy(), music.sample_rate), path)
    return path


FEW, TWO = TurnOptions(iterations=1), TurnOptions(iterations=2)
"""For what does not depend on how far a search gets."""


def opened(track: Path, tmp_path: Path, **more: str) -> LiveSession:
    return open_session(track, store=tmp_path / "sessions", **more)  # type: ignore[arg-type]


def test_a_session_with_clap_refines_turn_after_turn(track: Path, tmp_path: Path, checkpoint: Checkpoint) -> None:
    session = opened(track, tmp_path)
    assert session.agents.ear.name == "clap"  # by itself, because its checkpoint is there
    first, second = session.say("make it warmer"), session.say("put it in a small church", options=TWO)
    assert (first.route, second.route) == ("initialize_all", "reuse_and_initialize")
    for turn in (first, second):
        assert turn.refined.loss_after <= turn.refined.loss_before
        assert 2 <= len(turn.refined.steps) <= 24  # twelve passes, if no look were worth a way back
        assert turn.provenance.ear == "clap"
        assert len(turn.provenance.ear_sha256) == 64
        assert set(turn.readings_after) == set(first.readings_before)
    assert first.refined.loss_after < first.refined.loss_before
    assert first.plan.goal.anchor == ""
    assert second.plan.goal.anchor == "make it warmer"
    assert second.chain.slot("eq").settings == first.chain.slot("eq").settings
    resumed = resume_session(session.session.id, store=tmp_path / "sessions")
    assert resumed.turns[1].provenance == second.provenance


def test_one_seed_gives_the_same_settings_and_losses(track: Path, tmp_path: Path) -> None:
    words = "add some grit and make it brighter"
    first, second = (opened(track, tmp_path / name, ear="clap").say(words, options=FEW) for name in "ab")
    assert first.chain.to_json() == second.chain.to_json()
    assert first.refined.loss_after == second.refined.loss_after


def test_words_that_no_lexicon_knows_are_left_to_the_ear(track: Path, tmp_path: Path) -> None:
    turn = opened(track, tmp_path, ear="clap").say("floccinaucinihilipilification", options=TurnOptions(iterations=3))
    assert turn.plan.goal.target == "floccinaucinihilipilification"
    assert turn.chain.names == ("eq", "reverb")
    assert turn.refined.loss_after < turn.refined.loss_before
    assert turn.reply.startswith("I added an equaliser")
    assert "reverb" in turn.reply  # added, or left at rest: these weights are random
    assert "I do not know those words, so I let CLAP listen for them." in turn.reply
    measured = opened(track, tmp_path, ear="perceptual")
    assert isinstance(measured.say("floccinaucinihilipilification"), Exchange)
    assert measured.chain.slots == ()


def test_numbers_are_obeyed_and_nothing_is_searched(track: Path, tmp_path: Path) -> None:
    turn = opened(track, tmp_path, ear="clap").say("cut 3 dB at 400 Hz")
    assert turn.refined.stopped == "nothing to refine"
    assert turn.refined.loss_after == turn.refined.loss_before


def test_the_recipes_search_as_the_papers_do(track: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened(track, tmp_path, recipe="text2fx")
    assert session.agents.options == RefineOptions(rival=rivals.text2fx)
    monkeypatch.setattr(rivals.text2fx, "__defaults__", (5,))
    turn = session.say("make it warmer")
    assert len(turn.refined.steps) == 6
    assert turn.refined.loss_after <= turn.refined.loss_before

    few = rivals.BayesOptions(evaluations=4, first_points=3, acquisition="lcb", reach=1.0)
    monkeypatch.setattr(rivals.fxsearcher, "__defaults__", (few,))
    turn = opened(track, tmp_path, recipe="fxsearcher").say("make it warmer")
    assert len(turn.refined.steps) == 5
    assert turn.refined.loss_after <= turn.refined.loss_before


def test_the_published_budgets() -> None:
    assert (rivals.TEXT2FX_STEPS, rivals.TEXT2FX_RATE) == (600, 0.01)
    searcher = rivals.FXSEARCHER
    assert (searcher.evaluations, searcher.first_points, searcher.acquisition, searcher.kappa) == (100, 20, "lcb", 5)


def test_wrong_names_are_one_clear_line(track: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InstructionError, match="text2fx, fxsearcher"):
        opened(track, tmp_path, recipe="magic")
    with pytest.raises(InstructionError, match="is for the ear clap"):
        opened(track, tmp_path, recipe="text2fx", ear="perceptual")
    with pytest.raises(InstructionError, match="no device 'abacus' here; there is cpu"):
        opened(track, tmp_path, ear="clap", device="abacus")
    monkeypatch.setenv("INSTRUCTFX_CLAP_CHECKPOINT", str(tmp_path / "none.pt"))
    with pytest.raises(EarError, match=r"none at .*none\.pt.*clap download"):
        opened(track, tmp_path, ear="clap")
    assert opened(track, tmp_path).agents.ear.name == "perceptual"


def test_the_command_line_takes_the_ear(track: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["refine", str(track), "make it darker", "--json", "--ear", "clap", "--device", "cpu"]
    assert main([*command, "--iterations", "2", "--out", str(tmp_path / "out")]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["loss_after"] < record["loss_before"]
    assert Path(record["file"]).is_file()


# What a person chooses for a turn


def test_a_step_size_brings_what_a_text_asks_to_its_size(track: Path, tmp_path: Path) -> None:
    session = opened(track, tmp_path, ear="clap")
    plain = session.say("make it warmer", options=FEW)
    session.go_to(None)
    half = session.say("make it warmer", options=replace(FEW, step_size=0.5))
    (whole,), (part,) = ([slot.settings for slot in turn.chain.of_effect("eq")] for turn in (plain, half))
    for name, value in whole.items():
        if name.endswith("gain_db"):
            assert part[name] == pytest.approx(value / 2, abs=1e-6)
    assert half.refined.steps[-1].chain == half.chain
    assert half.refined.steps[-1].loss == half.refined.loss_after


def test_a_loss_is_chosen_for_a_turn_and_kept_for_the_rerun(
    track: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = opened(track, tmp_path, ear="clap")
    plain = session.say("make it warmer", options=FEW)
    session.go_to(None)
    other = session.say("make it warmer", options=replace(FEW, loss="contrast"))
    assert other.refined.loss_before != plain.refined.loss_before
    assert (other.provenance.turn_options.loss, plain.provenance.turn_options.loss) == ("contrast", "")
    assert main(["replay", session.session.id, "--mode", "rerun"]) == 0, capsys.readouterr()


def test_words_to_avoid_count_on_every_turn(track: Path, tmp_path: Path) -> None:
    session = opened(track, tmp_path, ear="clap")
    session.say("make it warmer", options=FEW)
    plain = session.say("brighter", options=FEW)
    session.go_to(session.turns[0].id)
    guarded = session.say("brighter", options=replace(FEW, avoid="harsh"))
    assert guarded.goal.negative == "harsh"
    assert guarded.refined.loss_before != plain.refined.loss_before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (TurnOptions(loss="golden"), "there is no loss 'golden'; there is usual, similarity"),
        (TurnOptions(loss="directional", avoid="harsh"), "reads no words to avoid"),
    ],
)
def test_losses_that_cannot_be_are_one_clear_line(options: TurnOptions, told: str, track: Path, tmp_path: Path) -> None:
    session = opened(track, tmp_path, ear="clap")
    with pytest.raises(InstructionError, match=told):
        session.say("warmer", options=options)
    assert session.turns == ()


def test_a_recipe_is_searched_as_it_was_published(track: Path, tmp_path: Path) -> None:
    session = opened(track, tmp_path, recipe="text2fx")
    for options in (TurnOptions(loss="contrast"), TurnOptions(iterations=3), TurnOptions(avoid="harsh")):
        with pytest.raises(InstructionError, match="the recipe text2fx searches as it was published"):
            session.say("warmer", options=options)
