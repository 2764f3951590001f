"""A session with a bit of everything, made in seconds, and the command line as a person uses it."""

from __future__ import annotations

import copy
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from instructfx.audio.fingerprint import Signature
from instructfx.audio.track import Track
from instructfx.cli.main import main
from instructfx.engine.live import LiveSession, open_session
from instructfx.refine import BayesOptions, GradientOptions, RefineOptions
from instructfx.sessions import BlindAnswer, Judgement, Session
from instructfx.store import Store

QUICK = RefineOptions(
    GradientOptions(spectral_steps=3, spectral_rounds=1, waveform_steps=2), BayesOptions(evaluations=3, first_points=2)
)
LEVELS = (-20.5, -18.25)


def lived(track: Track, folder: Path) -> LiveSession:
    """Three turns, the second undone, and words that nobody understands; answers, a judgement and a signature."""
    store = Store(folder)
    live = open_session(track.path, "builtin", "perceptual", seed=3, store=store)
    live.agents = replace(live.agents, options=QUICK)
    for instruction in ("make it warmer", "add some grit", "xyzzy plugh", "go back", "put it in a small room"):
        live.say(instruction)
    first, second = live.turns[:2]
    store.add_answer(BlindAnswer(first.id, None, "this"))
    store.add_answer(BlindAnswer(second.id, first.id, "other"))
    store.add_judgement(Judgement(second.id, "a/model", "v1", 4, 2, "it did", "it did not say"))
    store.add_signature(first.id, Signature("ab" * 32, LEVELS))
    return live


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    """Exit status, standard output and standard error of one command."""
    capsys.readouterr()
    status = main([str(argument) for argument in arguments])
    said = capsys.readouterr()
    return status, said.out, said.err


def without_ids(session: Session) -> list[Any]:
    """Every turn with places in place of ids: what a copy of a session has in common with it."""
    places = {turn.id: turn.index for turn in session.turns}
    return [
        (places.get(turn.parent_id or ""), replace(turn, id="", parent_id=None, plan=turn.plan))
        for turn in session.turns
    ]


def document_of(bundle: Path) -> dict[str, Any]:
    """What its session.json holds."""
    with zipfile.ZipFile(bundle) as archive:
        found: dict[str, Any] = json.loads(archive.read("session.json"))
    return found


def changed(bundle: Path, target: Path, change: Callable[[dict[str, Any]], Any]) -> Path:
    """The same bundle with another session.json; change gets a copy of it, and may give back another text."""
    document = copy.deepcopy(document_of(bundle))
    text = change(document)
    if not isinstance(text, str | bytes):
        text = json.dumps(document)
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(target, "w") as archive:
        archive.writestr("session.json", text)
        for name in source.namelist():
            if name != "session.json":
                archive.writestr(name, source.read(name))
    return target
