"""Files of work in progress, named so that what a killed process left behind is known as such."""

from __future__ import annotations

import os
import platform
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RESERVED = "instructfx-{}-reserved on {}"  # all that is in a file whose name a process of a host has reserved
MOST_RESERVED_BYTES = 400
NAMED = re.compile(r"\.?instructfx-(\d+)-[\w-]+(\.\w+)?")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A folder for as long as the block runs."""
    folder = new_scratch_folder()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_scratch_folder() -> Path:
    """A folder that whoever asks for it removes."""
    return Path(tempfile.mkdtemp(prefix=f"instructfx-{os.getpid()}-"))


def unfinished(target: Path) -> Path:
    """Where to write what is then renamed to `target`, in the same folder, without what was left there by others."""
    for path in abandoned(target.parent):
        path.unlink(missing_ok=True)
    return target.parent / f".instructfx-{os.getpid()}-{secrets.token_hex(8)}{target.suffix.lower()}"


def reserve(path: Path) -> None:
    """Take a name for a file that is written later; FileExistsError where it is taken. `release` frees such names."""
    with path.open("x") as file:
        file.write(reserved_by(os.getpid()))


def reserved_by(process: int | str) -> str:
    """What a process of this host writes into a file whose name it reserves."""
    return RESERVED.format(process, platform.node())


def release(folder: Path) -> None:
    """Free the names in a folder that processes of this host had reserved which are gone."""
    ours = re.compile(re.escape(reserved_by("PID")).replace("PID", r"(\d+)", 1))
    for path in _listed(folder):
        try:
            if path.is_file() and path.stat().st_size <= MOST_RESERVED_BYTES:
                match = ours.fullmatch(path.read_text(errors="replace"))
                if match and not is_running(int(match[1])):
                    path.unlink()
        except OSError:  # it is somebody else's
            continue


def own_scratch() -> tuple[Path, ...]:
    """The folders of this process that are there now, with what processes of its own have put into them."""
    return tuple(Path(tempfile.gettempdir()).glob(f"instructfx-{os.getpid()}-*"))


def abandoned(folder: Path | None = None) -> tuple[Path, ...]:
    """What processes that are gone left in a folder, the system's folder for temporary files unless named."""
    found = []
    for path in _listed(folder or Path(tempfile.gettempdir())):
        match = NAMED.fullmatch(path.name)
        if match and not is_running(int(match[1])):
            found.append(path)
    return tuple(sorted(found))


def _listed(folder: Path) -> tuple[Path, ...]:
    """What is in a folder; nothing where it can be written into but not be listed."""
    try:
        return tuple(folder.iterdir())
    except PermissionError:
        return ()


def is_running(process: int) -> bool:
    """Whether there is a process of that id."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
