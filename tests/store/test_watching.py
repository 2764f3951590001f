"""What a store says of what others have written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from instructfx.audio.track import inspect
from instructfx.errors import StoreError
from instructfx.sessions import Exchange, new_session_id
from instructfx.store import Store
from instructfx.store.watching import StoredState, StoreWatch, state_of


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "sessions")


def test_what_others_commit_is_seen_once(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "take.wav"
    soundfile.write(path, 0.1 * np.random.default_rng(0).standard_normal((44_100, 2)), 44_100)
    watch = StoreWatch(store)
    assert [watch.written(), watch.written()] == [True, False]  # nobody knows what was before the first look
    other = Store(store.folder)
    session, _ = other.create(new_session_id(), inspect(path))
    assert [watch.written(), watch.written()] == [True, False]
    assert watch.state(session.id) == state_of(session, {}) == StoredState(0, 0, None, None, {})
    other.add_exchange(session, Exchange("1", None, 0, "how loud is it?", "question", "-20 LUFS."))
    other.listen_from(session.id, 4410)
    assert watch.written()
    assert watch.state(session.id) == StoredState(0, 1, None, 4410, {})
    assert watch.state(session.id) == state_of(other.load(session.id)[0], {})
    assert state_of(replace(session, head="t1"), {"t1": "mine"}) == StoredState(0, 0, "t1", None, {"t1": "mine"})
    watch.close()
    assert watch.written()
    assert watch.state("none") is None


def test_a_store_that_cannot_be_read_is_one_line(store: Store) -> None:
    watch = StoreWatch(store)
    watch.written()
    watch.close()
    store.close()
    (store.folder / "instructfx.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError, match="session database failed"):
        watch.written()
