"""Names that anybody may have given, on a terminal; and what is imported and kept where it need not be."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from instructfx.audio import Audio, load, save
from instructfx.audio.naming import printable
from instructfx.audio.track import inspect
from instructfx.cli import main
from instructfx.engine.live import open_session
from instructfx.errors import InstructFXError, StoreError
from instructfx.exports import FORMATS, export
from instructfx.exports.tags import Tags, read_tags
from instructfx.store import Store, database
from instructfx.store.sessions import DATABASE

BAD = "song\x1b[2J\nrow-that-is-none  2026-01-01 \ud800.wav"


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # not what others left where temporary files usually lie
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "sessions"))
    return tmp_path / "sessions"


@pytest.fixture
def take(mono: Audio, tmp_path: Path) -> Path:
    save(mono, tmp_path / "take.wav")
    return tmp_path / "take.wav"


def test_a_name_forges_no_row_and_rules_no_terminal(
    sessions: Path, take: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    track = inspect(take, BAD)
    assert track.name == "song[2J row-that-is-none 2026-01-01 ?.wav"
    store = Store()
    store.create("one", track)
    with closing(sqlite3.connect(sessions / DATABASE)) as rows, rows:  # as an earlier version kept it
        rows.execute("UPDATE session SET dry_name = ?, origin = ?", ("a\x1b[2J\nb", "c\nd"))
    for asked in (["sessions", "list"], ["sessions", "show", "one"], ["sessions", "doctor"]):
        assert main(asked) == 0
        told = capsys.readouterr().out
        assert "\x1b" not in told
        assert "\nb" not in told
    assert main(["sessions", "list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["refine", str(take), "warmer", "--ear", "red\x1b[31m\nrow", "--out", "x"]) == 2
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert len(told.splitlines()) == 1
    assert printable(" \ta\u2028b ") == "  a b "
    assert printable("song\u202e3pm.\u2066wav\u2069") == "song3pm.wav"


@pytest.mark.parametrize("session", [5, None, ["a"], {"a": 1}, b"a", "\ud800", "é", "\x00", "a" * 10_000])
def test_what_is_no_id_is_one_line(sessions: Path, session: object) -> None:
    for asked in (Store().load, Store().without_audio):
        with pytest.raises(StoreError, match=r"^there is no session of that id$"):
            asked(session)  # type: ignore[arg-type]


def test_a_locked_database_says_so_and_by_whom(sessions: Path, take: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.2)
    store, track = Store(), inspect(take)
    store.create("one", track)
    program = (
        f"import sqlite3, sys; c = sqlite3.connect({str(sessions / DATABASE)!r}); c.isolation_level = None; "
        "c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(StoreError, match="the session database is locked") as told:
            store.create("two", track)
        other.communicate()
    assert "\n" not in str(told.value)
    assert "try again" in str(told.value)
    if Path("/proc/locks").exists() and f"({other.pid})" not in str(told.value):
        pytest.skip("this system does not tell who locks what")
    store.create("two", track)


def test_a_loss_that_is_none_leaves_no_session(sessions: Path, take: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for asked in (["--loss", "nonsense"], ["--loss", "cosine"], ["--first-turn", "nonsense"]):
        try:
            code = main(["refine", str(take), "warmer", "--out", str(sessions / "out"), "--ear", "perceptual", *asked])
        except SystemExit as refused:  # by the parser, which knows some of them
            code = int(refused.code or 0)
        assert code == 2
    assert Store().listed() == ()
    capsys.readouterr()


@pytest.mark.parametrize(
    "asked",
    [
        ["warmer", "--excerpt-start", "99"],
        [" "],
        ["x" * 2001],
        ["warmer", "--takes", "2", "--excerpt-start", "-1"],
        ["warmer", "--out", "FILE"],
    ],
    ids=lambda asked: " ".join(asked)[:40],
)
def test_what_cannot_be_done_leaves_no_session(
    sessions: Path, take: Path, capsys: pytest.CaptureFixture[str], asked: list[str]
) -> None:
    out = [str(take) if each == "FILE" else each for each in asked]
    assert main(["refine", str(take), "--out", str(sessions.parent / "out"), "--ear", "perceptual", *out]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert Store().listed() == ()
    assert not list((sessions / "audio").glob("*.flac"))


def test_what_was_said_is_kept_where_the_next_words_cannot_be(sessions: Path, take: Path) -> None:
    live = open_session(take, "builtin", "perceptual")
    live.say("what is the loudness?")
    with pytest.raises(InstructFXError), live.kept_once_used():
        live.say("")
    assert len(Store().listed()) == 1


def test_names_that_are_not_utf_8_are_read_and_written(
    sessions: Path, take: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.wav"))
    try:
        take.rename(odd)
    except OSError:
        pytest.skip("this file system holds UTF-8 only")
    save(load(odd), odd.with_suffix(".flac"))
    track = inspect(odd)
    assert (track.name, read_tags(odd)) == ("caf?.wav", Tags())
    for asked in ([], ["--json"]):
        out = odd.with_suffix("")
        assert main(["refine", str(odd), "+3 dB at 1 kHz", "--out", str(out), "--ear", "perceptual", *asked]) == 0
        assert len(list(out.glob("*.flac"))) == 1
    told = capfd.readouterr().out
    assert "caf?/01-" in told
    assert os.fsencode(json.loads(told.splitlines()[-1])["file"]).startswith(os.fsencode(out))
    session, _ = Store().create("one", track)
    for name in ("wav24", "flac", "preset"):
        assert export(session, track, out / "taken", name).path.is_file()


def test_the_formats_are_listed_without_torch() -> None:
    program = (
        "import sys; from instructfx.cli import main; main(['export', '--list']); assert 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout


def test_exports_at_once_are_files_of_their_own(sessions: Path, take: Path, tmp_path: Path) -> None:
    session, track = Store().create("one", inspect(take))
    folder = tmp_path / "out"
    made: list[Path] = []
    threads = [
        threading.Thread(target=lambda: made.append(export(session, track, folder, "preset").path)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8
    assert sorted(folder.iterdir()) == sorted(made)
    assert all(path.stat().st_size for path in made)
    shutil.rmtree(folder)
    with pytest.raises(Exception, match="stopped"):
        export(session, track, folder, "wav16", cancelled=lambda: True)
    assert list(folder.iterdir()) == []
    assert FORMATS
