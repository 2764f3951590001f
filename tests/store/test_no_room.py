"""A full disk, a folder that is read-only and a database that is locked: one clear line, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from instructfx.audio.track import Track
from instructfx.errors import StoreError
from instructfx.store import Store, database
from instructfx.store.doctor import examine
from instructfx.store.sessions import DATABASE

pytestmark = pytest.mark.usefixtures("own_scratch")

FULL = """
import resource, signal, sys
from instructfx.errors import StoreError
from instructfx.store import Store
from instructfx.audio.track import inspect
store, track = Store(sys.argv[1]), inspect(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), int(sys.argv[3])))
try:
    store.create("two", track)
except StoreError as error:
    sys.exit(str(error))
"""


def test_no_room_for_the_audio_leaves_nothing(track: Track, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    limit = track.path.stat().st_size // 2  # no file may grow beyond it, which is how a full disk looks to a copy
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path / "s"), str(track.path), str(limit)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"cannot store a song.wav in {tmp_path / 's' / 'audio'}: File too large. "
        "Check the folder, its permissions and space."
    )
    assert store.listed() == ()
    assert examine(store) == ()


def test_no_room_in_the_database_loses_nothing(track: Track, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    store.create("one", track)
    with store.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        for number in range(100):
            store.create(f"{number:0>4000}", track)

    with pytest.raises(StoreError, match="database or disk is full"):
        fill()
    assert "one" in [listed.id for listed in store.listed()]
    assert examine(store) == ()


def test_a_database_that_someone_else_holds_is_said(
    track: Track, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_SECONDS", 0.1)
    store = Store(tmp_path)
    other = sqlite3.connect(tmp_path / DATABASE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="database is locked"):
        store.create("one", track)
    other.execute("ROLLBACK")
    other.close()
    assert examine(store, mend=True) == ()
    assert store.create("one", track)[0].id == "one"


@pytest.mark.skipif(not shutil.which("setpriv"), reason="no setpriv to run as somebody else")
@pytest.mark.skipif(os.getuid() != 0, reason="not root, so not able to run as somebody else")
def test_a_folder_that_may_not_be_written_is_said(track: Track, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    Store(folder).create("one", track)
    for path in (tmp_path, *tmp_path.parents[:2]):  # pytest's own folders
        path.chmod(0o755)
    code = (
        "import sys; from instructfx.errors import StoreError; from instructfx.store import Store\n"
        "try: store = Store(sys.argv[1]); assert store.load('one'); store.delete('one')\n"
        "except StoreError as error: sys.exit(str(error))"
    )
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*as_nobody, sys.executable, "-c", "import instructfx"], capture_output=True).returncode:
        pytest.skip("somebody else may not read this Python or this copy of the project")
    done = subprocess.run([*as_nobody, sys.executable, "-c", code, str(folder)], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Check the folder, its permissions and space." in done.stderr
    assert [listed.id for listed in Store(folder).listed()] == ["one"]
