"""Tracks that sessions are held against: kept by content with them, and gone with the last that has them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from instructfx.audio.track import Track, inspect
from instructfx.errors import StoreError
from instructfx.store import Store
from instructfx.store.doctor import examine
from instructfx.store.watching import StoreWatch, state_of


@pytest.fixture
def record(tmp_path: Path) -> Track:
    soundfile.write(tmp_path / "record.flac", 0.1 * np.random.default_rng(1).standard_normal((24_000, 2)), 48_000)
    return inspect(tmp_path / "record.flac", "our last record.flac")


def kept(store: Store) -> set[str]:
    return {path.stem for path in store.files.present()}


def test_a_reference_is_kept_with_its_session_and_found_again(
    url: str, track: Track, record: Track, tmp_path: Path
) -> None:
    store = Store(tmp_path / "s", url)
    store.create("one", track)
    assert (store.without_audio("one").reference, store.reference("one")) == (None, None)
    before = StoreWatch(store).state("one")
    store.hold_against("one", record)
    store.close()
    again = Store(tmp_path / "s", url)
    session, _ = again.load("one")
    found, held = again.reference("one"), session.reference
    assert found == replace(record, path=again.files.path(record.sha256, ".flac"))
    assert found.path.read_bytes() == record.path.read_bytes()
    assert held
    for name in ("sha256", "name", "sample_rate", "channels", "frames", "loudness_lufs", "excerpt_start"):
        assert getattr(held, name) == getattr(record, name)
    state = StoreWatch(again).state("one")
    assert state == state_of(session, {}) != before
    again.hold_against("one", None)
    assert (again.load("one")[0].reference, kept(again)) == (None, {track.sha256})
    again.close()


def test_a_file_goes_with_the_last_session_that_has_it(
    track: Track, record: Track, tmp_path: Path, own_scratch: None
) -> None:
    store = Store(tmp_path / "s")
    for name in ("one", "two"):
        store.create(name, track)
        store.hold_against(name, record)
    store.create("three", record)
    store.hold_against("three", track)
    both = {track.sha256, record.sha256}
    store.hold_against("one", track)  # in place of the record, and the same file as its own
    store.hold_against("one", track)
    assert kept(store) == both
    for name in ("two", "three"):
        store.delete(name)
    assert kept(store) == {track.sha256}
    assert examine(store) == ()
    store.delete("one")
    assert kept(store) == set()


def test_the_doctor_knows_whose_a_file_is(track: Track, record: Track, tmp_path: Path, own_scratch: None) -> None:
    store = Store(tmp_path / "s")
    store.create("one", track)
    store.hold_against("one", record)
    assert examine(store, mend=True) == ()
    store.files.path(record.sha256, ".flac").unlink()
    (fault,) = examine(store)
    assert fault.what.endswith("is missing, the audio of our last record.flac; put the file back")
    with pytest.raises(StoreError, match=r"the reference our last record.flac is missing"):
        store.reference("one")
    assert store.load("one")[0].reference  # the session itself can be opened


def test_nothing_is_held_against_a_session_that_is_gone(track: Track, record: Track, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    store.create("one", track)
    with pytest.raises(StoreError, match="no such session any more"):
        store.hold_against("two", record)
    assert kept(store) == {track.sha256}
