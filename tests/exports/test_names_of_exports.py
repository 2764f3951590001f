"""Names in a folder: reserved while an export runs, and freed once whoever reserved them is gone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from exports_made import hits, session_of, track_of

from instructfx.audio.scratch import RESERVED, release, reserved_by, unfinished
from instructfx.chain import Chain
from instructfx.exports import export

CHAIN = Chain().added("eq", {"mid_gain_db": 3})


def test_what_a_killed_export_has_reserved_is_freed_by_the_next(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    track = track_of(hits(0.5, 44_100, 1), 44_100, tmp_path / "song.wav")
    folder = tmp_path / "out"
    first = export(session_of(track, CHAIN), track, folder, "preset").path
    first.write_text(reserved_by(gone.pid))
    other, mine, small = folder / "other.flac", folder / "mine.wav", folder / "small.txt"
    other.write_text(reserved_by(gone.pid))
    mine.write_text(reserved_by(os.getpid()))
    small.write_text("a word")
    of_another = {"elsewhere": RESERVED.format(gone.pid, "elsewhere"), "preset": f"instructfx-{gone.pid}-take.wav"}
    for name, text in of_another.items():
        (folder / name).write_text(text)
    assert export(session_of(track, CHAIN), track, folder, "preset").path == first
    assert sorted(folder.iterdir()) == sorted([first, mine, small, *(folder / name for name in of_another)])


def test_a_folder_that_cannot_be_listed_can_be_written_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    release(tmp_path)
    assert unfinished(tmp_path / "song.wav").parent == tmp_path
