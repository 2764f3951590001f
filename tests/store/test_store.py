"""The store: what is committed is found again, the same audio is kept once, and trouble is said in one line."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from instructfx.audio.track import Track
from instructfx.engine.live import open_session
from instructfx.errors import StoreError
from instructfx.sessions import BlindAnswer, Judgement
from instructfx.store import Store


def test_a_session_is_found_again_with_its_audio(track: Track, tmp_path: Path) -> None:
    session, stored = Store(tmp_path / "s").create("abc", track)
    found, again = Store(tmp_path / "s").load("abc")
    assert found == session
    assert again == stored
    assert stored.path.read_bytes() == track.path.read_bytes()
    assert stored.path.name == f"{track.sha256}.wav"
    assert stored.excerpt().samples.tobytes() == track.excerpt().samples.tobytes()


def test_the_same_audio_is_kept_once_and_nothing_half_written_stays(track: Track, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    store.create("one", track)
    store.create("two", track)
    assert [path.name for path in (tmp_path / "s" / "audio").iterdir()] == [f"{track.sha256}.wav"]


def test_unknown_sessions_and_lost_audio_are_said(track: Track, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    with pytest.raises(StoreError, match="no session of that id"):
        store.load("nope")
    _, stored = store.create("one", track)
    stored.path.unlink()
    with pytest.raises(StoreError, match="audio of the session on a song"):
        store.load("one")


def test_a_folder_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("in the way")
    with pytest.raises(StoreError, match="cannot use"):
        Store(tmp_path / "s")


def test_a_database_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "instructfx.sqlite").write_bytes(b"this is no database, whatever its name says" * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store(tmp_path)


def test_the_environment_says_where(track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "here"))
    monkeypatch.setenv("INSTRUCTFX_DATABASE_URL", f"sqlite:///{tmp_path / 'rows.sqlite'}")
    Store().create("one", track)
    assert "instructfx.sqlite" not in os.listdir(tmp_path / "here")
    assert (tmp_path / "rows.sqlite").exists()
    assert Store().load("one")[0].id == "one"


def test_every_kind_of_database_keeps_all_of_a_session_and_deletes_it_whole(
    url: str, track: Track, tmp_path: Path
) -> None:
    first_store = Store(tmp_path / "s", url)
    live = open_session(track.path, planner="builtin", ear="perceptual", store=first_store)
    first, second = live.say("low-pass it at 2 kHz"), live.say("go back")
    live.render_to(tmp_path / "out.wav")
    first_store.close()
    store = Store(tmp_path / "s", url)
    store.add_judgement(Judgement(first.id, "openai/x", "1", 4, 3, "it is", "thin"))
    store.add_answer(BlindAnswer(second.id, first.id, "this"))
    assert store.load(live.session.id)[0] == live.session
    assert (len(store.judgements(live.session.id)), len(store.answers(live.session.id))) == (1, 1)
    assert list(store.signatures(live.session.id)) == [second.id]
    (listed,) = store.listed()
    assert (listed.id, listed.turns) == (live.session.id, 2)
    assert store.unused_since(listed.used_at) == ()
    assert store.unused_since(datetime.now(UTC) + timedelta(hours=1)) == (listed.id,)
    with pytest.raises(StoreError, match="went on elsewhere"):
        store.add_turn(live.session, replace(second, id="another"))
    store.create("two", track)
    store.delete(listed.id)
    assert [path.name for path in store.files.present()] == [f"{track.sha256}.wav"], "the other session is on it"
    store.delete("two")
    assert store.files.present() == ()
    with store.engine.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            assert connection.execute(table.select()).all() == [], table.name
    store.close()
