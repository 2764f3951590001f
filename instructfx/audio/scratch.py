"""Files of work in progress, named so that what a killed process left behind is known as such."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RESERVED = "instructfx-{}-reserved"  # all that is in a file whose name a process has reserved
MOST_RESERVED_BYTES = 40
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
        file.write(RESERVED.format(os.getpid()))


def release(folder: Path) -> None:
    """Free the names in a folder that processes had reserved which are gone."""
    for path in folder.iterdir():
        try:
            if path.is_file() and path.stat().st_size <= MOST_RESERVED_BYTES:
                match = NAMED.fullmatch(path.read_text(errors="replace"))
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
    for path in (folder or Path(tempfile.gettempdir())).iterdir():
        match = NAMED.fullmatch(path.name)
        if match and not is_running(int(match[1])):
            found.append(path)
    return tuple(sorted(found))


def is_running(process: int) -> bool:
    """Whether there is a process of that id."""
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
