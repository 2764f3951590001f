"""A session and the track that it is held against travel together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from lived_sessions import changed, document_of, run

from instructfx.audio import Audio, save
from instructfx.audio.track import Track, inspect
from instructfx.bundles import export_bundle, import_bundle
from instructfx.errors import AudioError, StoreError
from instructfx.store import Store


@pytest.fixture
def record(tmp_path: Path) -> Track:
    soundfile.write(tmp_path / "record.flac", 0.1 * np.random.default_rng(1).standard_normal((24_000, 2)), 48_000)
    return inspect(tmp_path / "record.flac", "our <last> record.flac")


@pytest.fixture
def store(mono: Audio, record: Track, tmp_path: Path) -> Store:
    save(mono, tmp_path / "song.wav")
    made = Store(tmp_path / "s")
    made.create("one", inspect(tmp_path / "song.wav"))
    made.hold_against("one", record)
    return made


def test_they_arrive_together(store: Store, record: Track, tmp_path: Path) -> None:
    export_bundle(store, "one", tmp_path / "x.zip")
    there = Store(tmp_path / "t")
    imported = import_bundle(tmp_path / "x.zip", there)
    found = there.reference(imported.session.id)
    assert (imported.notes, imported.session.reference) == ((), there.load(imported.session.id)[0].reference)
    assert found
    assert (found.name, found.sha256, found.frames) == ("our _last_ record.flac", record.sha256, record.frames)
    assert found.path.read_bytes() == record.path.read_bytes()


def test_a_session_that_is_held_against_its_own_track_has_one_file(store: Store, tmp_path: Path) -> None:
    store.hold_against("one", store.load("one")[1])
    export_bundle(store, "one", tmp_path / "x.zip")
    assert len(document_of(tmp_path / "x.zip")["files"]) == 1
    there = Store(tmp_path / "t")
    assert there.reference(import_bundle(tmp_path / "x.zip", there).session.id)


def test_the_command_line_takes_it_along(
    store: Store, record: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(store.folder))
    bundle = tmp_path / "x.ifx.zip"
    assert run(capsys, "export", "one", "--format", "session", "--out", bundle)[0] == 0
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(tmp_path / "t"))
    _, session_id, _ = run(capsys, "sessions", "import", bundle)
    assert Store().reference(session_id.strip())


def test_where_it_was_left_out_that_is_said(store: Store, tmp_path: Path) -> None:
    export_bundle(store, "one", tmp_path / "x.zip", audio=False)
    there = Store(tmp_path / "t")
    imported = import_bundle(tmp_path / "x.zip", there, tmp_path / "song.wav")
    assert imported.session.reference is None
    (note,) = imported.notes
    assert note.startswith("our _last_ record.flac, which the session is held against, is not in the bundle")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("sha256", "0" * 64, "its audio is not the one"), ("frames", 24_001, "its frames is 24000"),
        ("sample_rate", 44_100, "its sample_rate is 48000"), ("excerpt_start", 24_000, "begins behind its end"),
        ("name", "../x", "without < and >, slashes"), ("channels", 3, "reference.channels"),
    ],
)  # fmt: skip
def test_one_that_is_not_what_it_says_is_refused_and_nothing_kept(
    field: str, value: object, said: str, store: Store, tmp_path: Path
) -> None:
    export_bundle(store, "one", tmp_path / "good.zip")
    change = {field: value}
    path = changed(
        tmp_path / "good.zip", tmp_path / "x.zip", lambda document: document["session"]["reference"].update(change)
    )
    there = Store(tmp_path / "t")
    with pytest.raises(StoreError, match=said):
        import_bundle(path, there)
    assert (there.listed(), there.files.present()) == ((), ())


def test_one_that_is_too_long_is_refused_before_it_is_unpacked(store: Store, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", 0.1 * np.sin(np.arange(20 * 8000)), 8000)
    store.hold_against("one", inspect(tmp_path / "long.wav"))
    export_bundle(store, "one", tmp_path / "x.zip")
    with pytest.raises(AudioError, match=r"long.wav is 20 seconds long"):
        import_bundle(tmp_path / "x.zip", Store(tmp_path / "t"), longest_seconds=15)
