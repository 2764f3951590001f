"""A published file is fetched into a folder that is full, locked, in use or none."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import filelock
import pytest
from published import CONTENT, NAME, part_of, refused
from scripted_server import Server

from instructfx.ears.checking import CheckProgress
from instructfx.ears.checkpoints import Published
from instructfx.ears.fetching import download
from instructfx.errors import EarError

Usage = namedtuple("Usage", "total used free")


def test_no_room_is_said_before_the_first_byte(
    tiny: Published, folder: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9 - 7_000_000, 7_000_000))
    line = refused(tiny, folder)
    assert "no room for tiny.pt" in line
    assert f"{folder} has 7 MB free" in line
    assert server.asked == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_that_runs_full(tiny: Published, tmp_path: Path) -> None:
    part_of(tmp_path).symlink_to("/dev/full")
    line = refused(tiny, tmp_path)
    assert "ran full" in line
    assert str(tmp_path) in line


@pytest.fixture
def locked_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that may not be written into, not even by root."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    yield folder
    os.seteuid(user)


def test_no_permission(tiny: Published, locked_folder: Path, server: Server) -> None:
    with pytest.raises(EarError, match=r"no permission to write into .*locked; .*INSTRUCTFX_MODELS"):
        download(tiny, locked_folder)
    assert server.asked == []


def test_a_file_where_the_folder_should_be(tiny: Published, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("")
    with pytest.raises(EarError, match=r"cannot write .*INSTRUCTFX_MODELS"):
        download(tiny, tmp_path / "models")


def test_two_at_once(tiny: Published, folder: Path) -> None:
    lines: list[str] = []

    def meanwhile(progress: CheckProgress) -> None:
        with pytest.raises(EarError) as caught:
            download(tiny, folder)
        lines.append(str(caught.value))

    download(tiny, folder, meanwhile)
    assert set(lines) == {f"another download into {folder} is under way; wait until it has ended"}
    assert (folder / NAME).read_bytes() == CONTENT
    with filelock.FileLock(folder / ".download.lock", timeout=0):
        pass
