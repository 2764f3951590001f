"""Scripted sessions: expectations are read and judged, and what plays them is measured by them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile

from instructfx.audio import Audio
from instructfx.bench.quality import ablation, dialogue
from instructfx.bench.quality.dialogues import read_dialogues
from instructfx.bench.quality.effect_labels import BenchDataError
from instructfx.bench.quality.expectations import LOUDNESS, OTHERS, SessionMoment, expectation, judged, standing
from instructfx.chain import Chain
from instructfx.cli.main import main
from instructfx.ears.axes import AXES

STILL = dict.fromkeys(AXES, 0.0)
DRY = SessionMoment(Chain(), STILL, -20.0)
ROOM = Chain().added("eq", {}).added("reverb", {"mix": 0.3})


def heard(chain: Chain, loudness_lufs: float = -20.0, **readings: float) -> SessionMoment:
    return SessionMoment(chain, {**STILL, **readings}, loudness_lufs)


def test_the_dialogues_are_enough_and_say_what_is_expected() -> None:
    dialogues = read_dialogues()
    assert len(dialogues) >= 40
    assert all(3 <= len(dialogue.turns) <= 6 for dialogue in dialogues)
    assert all(turn.expect for dialogue in dialogues for turn in dialogue.turns)


@pytest.mark.parametrize(
    ("text", "after", "met"),
    [
        ("space rises 0.4", heard(ROOM, space=0.5), True),
        ("space rises 0.4", heard(ROOM, space=0.3), False),
        ("space falls 0.4", heard(ROOM, space=0.5), False),
        ("space falls 0.4", heard(ROOM, space=-0.4), True),
        ("bass holds 0.3", heard(ROOM, bass=-0.4), False),
        ("bass holds 0.3", heard(ROOM, bass=0.2), True),
        ("reverb there", heard(ROOM), True),
        ("reverb gone", heard(ROOM), False),
        ("reverb heard", heard(ROOM.bypassed("reverb", True)), False),
        ("reverb bypassed", heard(ROOM.bypassed("reverb", True)), True),
        ("eq before reverb", heard(ROOM), True),
        ("reverb before eq", heard(ROOM), False),
        ("eq before delay", heard(ROOM), False),
        ("reverb mix is 0.3", heard(ROOM), True),
        ("reverb mix is 0.4", heard(ROOM), False),
        ("delay mix is 0.4", heard(ROOM), False),
        ("chain as after 0", heard(ROOM), False),
        ("chain as after 0", heard(Chain()), True),
        ("chain as after 7", heard(ROOM), False),
    ],
)
def test_verdicts_after_the_first_turn(text: str, after: SessionMoment, met: bool) -> None:
    assert judged(expectation(text), [DRY, after]).met is met


@pytest.mark.parametrize(
    ("text", "mix", "met"),
    [
        ("reverb mix falls 0.05", 0.2, True),
        ("reverb mix falls 0.05", 0.28, False),
        ("reverb mix rises 0.05", 0.4, True),
        ("reverb mix holds", 0.3, True),
        ("reverb mix holds", 0.31, False),
        ("reverb untouched", 0.3, True),
        ("reverb untouched", 0.31, False),
    ],
)
def test_verdicts_on_settings(text: str, mix: float, met: bool) -> None:
    after = heard(ROOM.adjusted("reverb", {"mix": mix}))
    assert judged(expectation(text), [DRY, heard(ROOM), after]).met is met
    assert not judged(expectation(text), [DRY, heard(Chain())]).met


def test_what_holds_in_every_turn() -> None:
    others, loudness = standing(["space"], [DRY, heard(ROOM, space=2.0, width=0.9)])
    assert others.expected == OTHERS
    assert others.met
    assert loudness.expected == LOUDNESS
    assert loudness.met
    assert not standing(["space"], [DRY, heard(ROOM, width=1.1)])[0].met
    assert not standing(["space"], [DRY, heard(ROOM, loudness_lufs=-19.4)])[1].met
    assert len(standing(["level"], [DRY, heard(ROOM, loudness_lufs=-15.0)])) == 1


@pytest.mark.parametrize(
    "text",
    ["louder", "warmth grows 1", "warmth rises much", "echoes there", "reverb size falls 1", "eq after reverb", ""],
)
def test_what_is_no_expectation_is_refused(text: str) -> None:
    with pytest.raises(BenchDataError):
        expectation(text)


GOOD = '[[dialogues]]\nname = "a"\nturns = [{ say = "warm", about = ["tone"], expect = ["warmth rises 0.4"] }]\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dialogues = 3", "holds [[dialogues]]"),
        (GOOD + "more = 1", "it has a name and turns"),
        (GOOD + GOOD, "two dialogues are called 'a'"),
        (GOOD.replace('"tone"', '"tune"'), "there is no family 'tune'"),
        (GOOD.replace("rises", "soars"), "'a', turn 1: 'warmth soars 0.4' is no expectation"),
        (GOOD.replace("expect", "hope"), "needs say, about and expect"),
        (GOOD.replace("about =", 'lock = ["reverb size"], about ='), "lock names an effect and a setting"),
        (GOOD.replace('say = "warm"', 'say = ""'), "not empty"),
    ],
)
def test_a_bad_file_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "dialogues.toml"
    path.write_text(text)
    with pytest.raises(BenchDataError) as refused:
        read_dialogues(path)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.fixture
def recordings(tmp_path: Path, music: Audio) -> Path:
    """A folder with two seconds of music."""
    folder = tmp_path / "data"
    folder.mkdir()
    soundfile.write(folder / "music.wav", music.samples[:, : 2 * music.sample_rate].T, music.sample_rate)
    return folder


@pytest.fixture(autouse=True)
def _short_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    for bench in (dialogue, ablation):
        systems = [replace(each, steps=10 if each.steps is None else each.steps) for each in bench.SYSTEMS]
        monkeypatch.setattr(bench, "SYSTEMS", tuple(systems))


def test_in_miniature(tmp_path: Path, recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["bench", "dialogue", "--cases", "3", "--data", str(recordings), "--out", str(out)]) == 0
    rows = json.loads((out / "report.json").read_text())["rows"]
    ours, unsearched, nothing = rows.values()
    assert ours["said"]["value"] > nothing["said"]["value"]
    assert nothing["louder_lu"] == 0.0
    assert ours["louder_lu"] < 0.5
    assert unsearched["all"]["count"] == 1
    assert "doing nothing" in capsys.readouterr().out


def test_parts_left_out_in_miniature(tmp_path: Path, recordings: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["bench", "ablation", "--cases", "3", "--data", str(recordings), "--out", str(out)]) == 0
    rows = json.loads((out / "report.json").read_text())["rows"]
    assert len(rows) == 3
    assert all(row["loss"]["value"] >= 0 for row in rows.values())
    assert "What each part earns" in capsys.readouterr().out
