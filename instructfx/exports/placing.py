"""Where an export goes: names that every system takes, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from instructfx.audio.naming import file_name
from instructfx.audio.scratch import unfinished
from instructfx.errors import ExportError
from instructfx.exports.formats import Format
from instructfx.sessions import Session


def export_name(session: Session, format: Format) -> str:
    """The track's own name, what was asked for, what the file is: "song-warmer-16-bit.wav"."""
    said = [turn.instruction for turn in session.path]
    return file_name(session.dry.name, said, format.suffix.removeprefix("."), format.mark)


def place(target: str | os.PathLike[str], session: Session, format: Format) -> Path:
    """The file to write: `target` itself where it ends as the format does, else a new one in the folder `target`.

    A file that is named is replaced; one in a folder never is. The folder is made where there is none.
    Raises ExportError where neither can be.
    """
    wanted = Path(target)
    if "\0" in str(wanted):
        raise ExportError("cannot write a file whose name holds a null character. Choose another name.")
    try:
        if wanted.is_dir():
            return _unused(wanted, export_name(session, format), format.suffix)
        if wanted.name.lower().endswith(format.suffix) and wanted.name.lower() != format.suffix:
            wanted.parent.mkdir(parents=True, exist_ok=True)
            return wanted
        if wanted.suffix:
            raise ExportError(f"{wanted.name} must end in {format.suffix}, as {format.label} does, or be a folder")
        wanted.mkdir(parents=True, exist_ok=True)
        return _unused(wanted, export_name(session, format), format.suffix)
    except (OSError, ValueError) as error:
        raise _refused(wanted, error) from error


def _unused(folder: Path, name: str, suffix: str) -> Path:
    stem, number = name.removesuffix(suffix), 1
    while (folder / name).exists():
        number += 1
        name = f"{stem} ({number}){suffix}"
    return folder / name


@contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """A file beside `target` to write to; it takes that name when the block ends well, and is gone otherwise.

    ExportError where the system refuses: a full disk, no permission, a folder of that name.
    """
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "there is a folder of that name")
        temporary = unfinished(target)
        temporary.touch(exist_ok=False)
    except (OSError, ValueError) as error:
        raise _refused(target, error) from error
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        raise _refused(target, error, "Free some disk space or choose a folder.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _refused(target: Path, error: OSError | ValueError, advice: str = "Choose another name or folder.") -> ExportError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return ExportError(f"cannot write {target}: {reason}. {advice}")
