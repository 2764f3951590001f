"""kill -9 at random moments: a session is as before or after its turn, and nothing is left that is not found."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from instructfx.audio import Audio, save
from instructfx.audio.scratch import abandoned
from instructfx.engine import Callbacks
from instructfx.engine.live import open_session, resume_session
from instructfx.store import Store
from instructfx.store.doctor import examine

STAGES = ("upload", "planning", "listening", "refining", "saving", "rendering")
LONGEST_SECONDS = 60.0

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    ["instructfx.engine.live", "instructfx.ears.perceptual", "instructfx.planners.builtin"]
)


def visit(folder: Path, resumed: str, track: Path, out: Path, stages: Connection) -> None:
    """A turn in a session that is there, then a new session with a turn, and renders; each stage is told."""
    tempfile.tempdir = str(folder.parent)

    def say(live: object, words: str) -> None:
        live.say(words, Callbacks(on_stage=stages.send))  # type: ignore[attr-defined]
        stages.send("rendering")
        live.render_to(out / f"{words}.flac")  # type: ignore[attr-defined]

    store = Store(folder)
    say(resume_session(resumed, planner="builtin", ear="perceptual", store=store), "a bit brighter")
    stages.send("upload")
    say(open_session(track, planner="builtin", ear="perceptual", store=store), "make it warmer")
    stages.send("done")


def killed_at(stage: str, delay_seconds: float, arguments: tuple[Path, str, Path, Path]) -> str:
    """The stage that the process had last told when it was gone; "done" where it was too quick."""
    receiving, sending = processes.Pipe(duplex=False)
    process = processes.Process(target=visit, args=(*arguments, sending))
    process.start()
    sending.close()
    told, until = "", time.monotonic() + LONGEST_SECONDS
    while told != stage:
        assert receiving.poll(until - time.monotonic()), f"stage {stage} never came; the last was {told}"
        told = receiving.recv()
    time.sleep(delay_seconds)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    while receiving.poll():
        try:
            told = receiving.recv()
        except EOFError:
            break
    return told


@pytest.fixture(scope="module")
def songs(music: Audio, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two tracks of two seconds."""
    folder = tmp_path_factory.mktemp("songs")
    rate = music.sample_rate
    for number in (0, 1):
        part = music.samples[:, number * rate : (number + 2) * rate]
        save(Audio(part.copy(), rate), folder / f"{number}.wav")
    return folder / "0.wav", folder / "1.wav"


@pytest.mark.parametrize("moments", [6, pytest.param(50, marks=pytest.mark.slow)])
def test_a_turn_is_all_or_nothing(
    moments: int, songs: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(moments)
    folder, out = tmp_path / "sessions", tmp_path / "out"
    live = open_session(songs[0], planner="builtin", ear="perceptual", store=folder)
    live.say("make it warmer")
    before = live.session
    seen: set[str] = set()
    for number in range(moments):
        stage = STAGES[number % len(STAGES)]
        seen.add(
            killed_at(
                stage, chance.choice((0.0, 0.01, 0.1, 0.4)) * chance.random(), (folder, live.session.id, songs[1], out)
            )
        )
        store = Store(folder)
        with monkeypatch.context() as patch:  # what others leave in the machine's own folder is no matter
            patch.setattr(tempfile, "tempdir", str(tmp_path))
            assert all(finding.mended for finding in examine(store, mend=True))
            assert examine(store) == ()
        kept = {Path(path).suffix for path in folder.joinpath("audio").iterdir()}
        assert kept <= {".wav"}
        for listed in store.listed():
            session, _ = store.load(listed.id)
            if listed.id == live.session.id:
                assert session.turns[: len(before.turns)] == before.turns
                assert len(session.turns) - len(before.turns) in (0, 1)
                before = session
            else:
                assert [turn.instruction for turn in session.turns] in ([], ["make it warmer"])
                store.delete(listed.id)
        store.close()
    assert len(seen) > 3, f"only killed in {seen}"
    again = resume_session(live.session.id, planner="builtin", ear="perceptual", store=folder)
    again.say("more reverb")
    again.render_to(out / "last.flac")
    assert abandoned(out) == ()
