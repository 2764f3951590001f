"""What is wrong with a store is found; leftovers go, what people made stays."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from instructfx.audio.scratch import abandoned, new_scratch_folder
from instructfx.audio.track import Track
from instructfx.cli.main import main
from instructfx.store import Store
from instructfx.store.sessions import DATABASE

Damage = Callable[[Path, Path], None]


def leave_an_unfinished_copy(folder: Path, audio: Path) -> None:
    (folder / "audio" / "unfinished-abc").write_bytes(b"RIFF")


def leave_audio_of_no_session(folder: Path, audio: Path) -> None:
    (folder / "audio" / f"{'0' * 64}.wav").write_bytes(b"RIFF")


def forget_the_session(folder: Path, audio: Path) -> None:
    change(folder, "DELETE FROM session")


def lose_the_audio(folder: Path, audio: Path) -> None:
    audio.unlink()


def change_the_audio(folder: Path, audio: Path) -> None:
    data = bytearray(audio.read_bytes())
    data[len(data) // 2] ^= 1
    audio.write_bytes(data)


def lose_the_head(folder: Path, audio: Path) -> None:
    change(folder, "UPDATE session SET head = 'nobody'")


def add_a_turn_that_is_none(folder: Path, audio: Path) -> None:
    values = "'t', 'one', 1, 'said', 'make it warmer', '2026-01-01 00:00:00.000000', '{}'"
    change(
        folder, f'INSERT INTO turn (id, session_id, "index", kind, instruction, created_at, record) VALUES ({values})'
    )
    change(folder, "UPDATE session SET head = 't'")


def change(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / DATABASE) as database:
        database.execute(statement)
    database.close()


MENDED: dict[Damage, str] = {
    leave_an_unfinished_copy: "an unfinished copy",
    leave_audio_of_no_session: "audio of no session",
    forget_the_session: "no session is on it",
    lose_the_head: "plays a turn that is not there",
}
REPORTED: dict[Damage, str] = {
    lose_the_audio: "is missing, the audio of a song.wav",
    change_the_audio: "has changed on the disk, the audio of a song.wav",
    add_a_turn_that_is_none: "turn 1 ('make it warmer'): a stored turn cannot be read",
}


@pytest.fixture
def folder(track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "sessions"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # not what others left where temporary files usually lie
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(folder))
    store = Store(folder)
    store.create("one", track)
    store.close()
    return folder


def doctor(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str]:
    status = main(["sessions", "doctor", *options])
    return status, capsys.readouterr().out


def test_a_store_that_is_well(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(capsys) == (0, "ok: every session and every file is as it should be\n")


@pytest.mark.parametrize("damage", MENDED, ids=lambda damage: damage.__name__)
def test_what_can_be_mended_is_when_asked(damage: Damage, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(folder, next((folder / "audio").iterdir()))
    status, told = doctor(capsys)
    assert (status, told.count("\n")) == (1, 1)
    assert MENDED[damage] in told
    assert doctor(capsys) == (status, told), "looking changes nothing"
    status, told = doctor(capsys, "--mend")
    assert status == 0
    assert told.startswith("mended (")
    assert doctor(capsys)[0] == 0


@pytest.mark.parametrize("damage", REPORTED, ids=lambda damage: damage.__name__)
def test_what_a_person_must_mend_is_told_and_left(
    damage: Damage, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(folder, next((folder / "audio").iterdir()))
    for options in ((), ("--mend",)):
        status, told = doctor(capsys, *options)
        assert status == 1
        assert REPORTED[damage] in told


def test_work_of_a_process_that_is_gone_is_removed_and_of_one_that_runs_is_not(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = new_scratch_folder()
    code = "from instructfx.audio.scratch import new_scratch_folder; print(new_scratch_folder())"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)}, capture_output=True, text=True
    )
    theirs = Path(done.stdout.strip())
    assert abandoned() == (theirs,)
    assert "work of a process that is gone" in doctor(capsys, "--mend")[1]
    assert (ours.is_dir(), theirs.exists()) == (True, False)
    shutil.rmtree(ours)
