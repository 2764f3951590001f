"""Sessions are made again exactly; what differs is said, and the exit status tells."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from lived_sessions import QUICK

from instructfx.audio import Audio, save
from instructfx.cli.main import main
from instructfx.engine import Callbacks
from instructfx.engine.live import open_session, resume_session
from instructfx.refine import GradientOptions, Step
from instructfx.store import Store
from instructfx.store.sessions import DATABASE

WORDS = ("make it warmer", "more movement", "go back", "put it in a small room")


@dataclass(frozen=True)
class Said:
    """What a command printed."""

    status: int
    lines: list[dict[str, object]]
    trouble: str


class Stored:
    """A stored session with a branch, whose turns were all rendered."""

    def __init__(self, folder: Path, session_id: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.id = session_id
        self._capsys = capsys

    def replay(self, *options: str) -> Said:
        status = main(["replay", self.id, "--json", *options])
        told = self._capsys.readouterr()
        return Said(status, [json.loads(line) for line in told.out.splitlines()], told.err)

    def change(self, statement: str) -> None:
        with sqlite3.connect(self.folder / DATABASE) as database:
            database.execute(statement)
        database.close()


@pytest.fixture(scope="module")
def original(music: Audio, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("original")
    save(Audio(music.samples[:, : 2 * music.sample_rate].copy(), music.sample_rate), folder / "song.wav")
    live = open_session(folder / "song.wav", planner="builtin", ear="perceptual", seed=3, store=folder / "sessions")
    live.agents = replace(live.agents, options=QUICK)
    for words in WORDS:
        live.say(words)
        live.render_to(folder / "out.flac")
    return folder / "sessions", live.session.id


@pytest.fixture
def stored(
    original: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Stored:
    """A copy of it, as the command line finds it."""
    folder, session_id = tmp_path / "sessions", original[1]
    first = Store(original[0])
    session, track = first.load(session_id)
    copy = Store(folder)
    copy.put(session, track)
    for turn_id, signature in first.signatures(session_id).items():
        copy.add_signature(turn_id, signature)
    copy.engine.dispose()
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(folder))
    return Stored(folder, session_id, capsys)


@pytest.mark.parametrize("mode", ["render", "rerun", "replan"])
def test_on_one_machine_the_same_comes_out(mode: str, stored: Stored) -> None:
    said = stored.replay("--mode", mode)
    assert said.status == 0
    assert [line["instruction"] for line in said.lines] == list(WORDS)
    assert all(line["same"] and line["compared"] and not line["differences"] for line in said.lines)
    assert len(Store(stored.folder).listed()) == 1, "looking stores nothing"


def test_a_render_that_differs_is_measured(stored: Stored) -> None:
    record = "replace(record, '\"low_mid_gain_db\":', '\"low_mid_gain_db\":1')"  # 3.7 dB become 13.7
    stored.change(f'UPDATE turn SET record = {record} WHERE "index" = 2')
    said = stored.replay("--mode", "render")
    assert said.status == 1
    assert [line["same"] for line in said.lines] == [True, False, True, True]
    assert 0.001 < float(str(said.lines[1]["level_db"])) < 20


def test_a_rerun_that_differs_names_each_setting_and_by_how_much(stored: Stored) -> None:
    before = Store(stored.folder).load(stored.id)[0].turns[3].chain.slot("reverb").settings["mix"]
    stored.change("UPDATE turn SET record = replace(record, '\"seed\":3', '\"seed\":4')")
    record = f"replace(record, '\"mix\":{before!r}', '\"mix\":0.9')"
    stored.change(f'UPDATE turn SET record = {record} WHERE "index" = 4')
    said = stored.replay("--mode", "rerun")
    assert said.status == 1
    assert [line["same"] for line in said.lines] == [True, False, True, False]  # the seed matters to Bayes alone
    (mix,) = (each for each in said.lines[3]["differences"] if each["what"] == "reverb mix")  # type: ignore[attr-defined]
    assert (mix["stored"], mix["found"]) == ("0.9", repr(before))
    assert mix["of_range"] == pytest.approx(0.9 - before)


def test_a_choice_that_differs_is_told_in_words(
    music: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save(Audio(music.samples[:, : music.sample_rate].copy(), music.sample_rate), tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")
    live.say("add a square tremolo")
    stored = Stored(tmp_path / "sessions", live.session.id, capsys)
    stored.change('UPDATE turn SET record = replace(record, \'"shape":"square"\', \'"shape":"triangle"\')')
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(stored.folder))
    (shape,) = stored.replay("--mode", "replan").lines[0]["differences"]  # type: ignore[misc,attr-defined]
    assert (shape["what"], shape["stored"], shape["found"]) == ("tremolo shape", "triangle", "square")


def test_what_was_never_rendered_has_nothing_to_be_compared_with(stored: Stored) -> None:
    stored.change("DELETE FROM render")
    said = stored.replay("--mode", "render")
    assert said.status == 1
    assert not any(line["compared"] for line in said.lines)


def test_another_planner_makes_a_new_session_that_names_its_origin(stored: Stored, tmp_path: Path) -> None:
    answers = [[{"name": "add_delay", "arguments": {"mix": 0.3}}]] * 8
    (tmp_path / "plans.json").write_text(json.dumps(answers))
    planner = f"recorded:{tmp_path / 'plans.json'}"
    said = stored.replay("--mode", "replan", "--planner", planner)
    assert said.status == 1
    first = {each["what"]: (each["stored"], each["found"]) for each in said.lines[0]["differences"]}  # type: ignore[attr-defined]
    assert first["plan: add"] == ("eq", "delay")
    assert first["effects"] == ("eq", "delay")
    new = said.trouble.split()[-1]
    (listed,) = (each for each in Store(stored.folder).listed() if each.id == new)
    assert listed.origin == f"replan with planner {planner} of a session on song.wav of 4 turns"
    assert listed.turns == 4


def test_a_turn_that_was_stopped_stops_at_the_same_step(stored: Stored) -> None:
    live = resume_session(stored.id, planner="builtin", ear="perceptual", store=stored.folder)
    steps: list[Step] = []
    turn = live.say("more air", Callbacks(on_step=steps.append, cancelled=lambda: len(steps) >= 9))
    assert turn.refined.stopped == "cancelled"
    said = stored.replay("--mode", "rerun")
    assert (said.status, len(said.lines)) == (0, 5)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--ear", "perceptual"), "need --mode rerun or replan"),
        (("--mode", "rerun", "--planner", "builtin"), "rerun keeps the recorded plans"),
        (("--mode", "rerun", "--loss", "contrast"), "the ear perceptual has one loss"),
        (("--mode", "rerun", "--ear", "golden"), "there is no ear 'golden'"),
        (("--mode", "replan", "--planner", "recorded"), "no language model was asked for this session"),
    ],
)
def test_what_cannot_be_swapped_is_said(options: tuple[str, ...], told: str, stored: Stored) -> None:
    said = stored.replay(*options)
    assert (said.status, said.lines) == (2, [])
    assert told in said.trouble
    assert said.trouble.count("\n") == 1
    assert len(Store(stored.folder).listed()) == 1


def test_a_session_is_told_from_the_first_turn_to_the_last(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "show", stored.id]) == 0
    told = capsys.readouterr().out
    places = [told.index(f'{number}. "{words}"') for number, words in enumerate(WORDS, 1)]
    assert places == sorted(places)
    for part in ("song.wav: 2.0 s", "(undone, after turn 1)", "seed 3", "thought, effects: add eq", "+ chorus:",
                 "heard: ", "search: loss", "torch 2.13.0", "render: ", "playing now: turn 4"):  # fmt: skip
        assert part in told
    assert told.count("torch 2.13.0") == 1, "what all turns share is told once"
    assert main(["sessions", "show", stored.id, "--json"]) == 0
    turns = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [turn["instruction"] for turn in turns] == list(WORDS)
    assert turns[0]["provenance"]["options"]["gradient"]["rate"] == GradientOptions().rate


def test_sessions_are_listed_and_deleted(stored: Stored, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions", "list"]) == 0
    assert capsys.readouterr().out.startswith(f"{stored.id}  20")
    assert main(["sessions", "delete", stored.id]) == 0
    assert main(["sessions", "list"]) == 0
    assert capsys.readouterr().out == ""
    assert list((stored.folder / "audio").iterdir()) == []
    assert main(["sessions", "delete", stored.id]) == 2
    assert capsys.readouterr().err == "instructfx: there is no session of that id\n"
