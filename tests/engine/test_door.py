"""One door: turns are made in one place, whoever makes them, and what a turn asked is what was stored of it."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.bundles import export_bundle, import_bundle
from instructfx.engine.live import LiveSession, open_session, resume_session
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions import options
from instructfx.sessions.options import TurnOptions

PACKAGE = Path(__file__).parents[2] / "instructfx"
DOOR = "engine/turn.py"
QUICK = RefineOptions(GradientOptions(spectral_steps=8, waveform_steps=2), BayesOptions(evaluations=3, first_points=2))


@cache
def nodes() -> list[tuple[str, ast.AST]]:
    """All that the package is written of, with the module in which it stands."""
    paths = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}
    return [(module, node) for module, path in paths.items() for node in ast.walk(ast.parse(path.read_text()))]


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call in the package, with the module in which it stands."""
    return ((module, node) for module, node in nodes() if isinstance(node, ast.Call))


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@pytest.mark.parametrize("name", ["Turn", "with_turn", "add_turn"])
def test_turns_are_made_and_committed_at_the_door_alone(name: str) -> None:
    places = {module for module, node in calls() if called(node) == name}
    assert {place for place in places if not place.startswith("store/")} == {DOOR}


@pytest.mark.parametrize("name", ["begin", "finish", "with_outcome"])
def test_every_way_to_make_a_turn_passes_the_door(name: str) -> None:
    passing = {module for module, node in calls() if isinstance(node.func, ast.Name) and called(node) == name}
    within = {"engine/planned.py", "engine/edits.py", "engine/replay.py"}
    others = {"with_outcome": {DOOR, "bundles/instructfx2fx.py"}, "begin": {*within, "engine/takes.py"}}
    assert passing == others.get(name, within)


def test_nobody_asks_which_planner_or_ear_it_is() -> None:
    asked = [
        module for module, node in calls()
        if called(node) == "isinstance" and ast.unparse(node.args[1]).endswith(("Planner", "Ear"))
    ]  # fmt: skip
    asked += [
        module for module, node in nodes()
        if isinstance(node, ast.Compare) and ast.unparse(node.left).endswith(("ear.name", "planner.name"))
    ]  # fmt: skip
    assert asked == []


@pytest.fixture
def live(music: Audio, tmp_path: Path) -> LiveSession:
    save(Audio(music.samples[:, : 2 * music.sample_rate], music.sample_rate), tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", store=tmp_path / "sessions")
    live.agents = dataclasses.replace(live.agents, options=QUICK)
    return live


def test_a_turn_stores_what_it_asked_whatever_becomes_of_the_lexicon(
    live: LiveSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live.say("brighter", options=TurnOptions(step_size=0.5, avoid="muddy"))
    live.takes("much brighter", 2)
    live.go_to(live.turns[0].id)
    live.amount(0.5)
    goals = [turn.goal for turn in live.turns]
    assert (goals[0].axes["brightness"], goals[0].axes["mud"], goals[0].negative) == (0.5, -0.5, "muddy")
    assert goals[2].axes != goals[1].axes, "another take asks for something else"
    assert not any(goal.axes or goal.target for goal in goals[3:]), "a hand asks nothing of the ear"

    def forgotten(words: str) -> object:
        raise AssertionError(f"a stored turn was read anew: {words}")

    monkeypatch.setattr(options, "understand", forgotten)
    monkeypatch.setattr(TurnOptions, "meant", lambda self, goal, effects: forgotten(str(goal)))
    store = tmp_path / "sessions"
    assert [turn.goal for turn in resume_session(live.session.id, store=store).turns] == goals
    export_bundle(live._store, live.session.id, tmp_path / "x.ifx.zip")
    assert [turn.goal for turn in import_bundle(tmp_path / "x.ifx.zip", live._store).session.turns] == goals


def test_known_readings_are_not_taken_again(live: LiveSession, monkeypatch: pytest.MonkeyPatch) -> None:
    first = live.say("low-pass at 2 kHz")
    taken = []
    monkeypatch.setattr(
        type(live.agents.ear), "describe", lambda self, audio: taken.append(audio.shape) or {"bass": float(len(taken))}
    )
    second = live.edit(live.chain.added("gain", {"gain_db": -6}))
    assert (second.readings_before, second.readings_after) == (first.readings_after, {"bass": 1.0})
    assert live.go_to(first.id).readings_after == first.readings_after
    assert len(taken) == 1
    live.listen_from(0.5)
    assert live.edit(second.chain).readings_after == {"bass": 3.0}, "of another excerpt nothing is known"
