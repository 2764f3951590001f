"""Where an export goes: names that every system takes, and files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from instructfx.audio.naming import file_name
from instructfx.audio.scratch import release, reserve, unfinished
from instructfx.errors import ExportError
from instructfx.exports.formats import Format
from instructfx.sessions import Session


def export_name(session: Session, format: Format) -> str:
    """The track's own name, what was asked for, what the file is: "song-warmer-16-bit.wav"."""
    said = [turn.instruction for turn in session.path]
    return file_name(session.dry.name, said, format.suffix.removeprefix("."), format.mark)


@contextmanager
def placed(target: str | os.PathLike[str], session: Session, format: Format) -> Iterator[Path]:
    """The file to write: `target` itself where it ends as the format does, else a new one in the folder `target`.

    A file that is named is replaced; one in a folder never is: its name is reserved by a small file, so that two
    exports at once get two names, and given up where the block fails; where the process is killed, by the next export
    into that folder. The folder is made where there is none.
    Raises ExportError where neither can be.
    """
    path, reserved = _place(Path(target), session, format)
    try:
        yield path
    except BaseException:
        if reserved:
            path.unlink(missing_ok=True)
        raise


def _place(wanted: Path, session: Session, format: Format) -> tuple[Path, bool]:
    """The file to write, and whether its name was reserved."""
    if "\0" in str(wanted):
        raise ExportError("cannot write a file whose name holds a null character. Choose another name.")
    try:
        if wanted.is_dir():
            return _reserved(wanted, export_name(session, format), format.suffix), True
        if wanted.name.lower().endswith(format.suffix) and wanted.name.lower() != format.suffix:
            wanted.parent.mkdir(parents=True, exist_ok=True)
            return wanted, False
        if wanted.suffix:
            raise ExportError(f"{wanted.name} must end in {format.suffix}, as {format.label} does, or be a folder")
        wanted.mkdir(parents=True, exist_ok=True)
        return _reserved(wanted, export_name(session, format), format.suffix), True
    except (OSError, ValueError) as error:
        raise _refused(wanted, error) from error


def _reserved(folder: Path, name: str, suffix: str) -> Path:
    """That name, with a number where it is taken."""
    release(folder)
    stem, number = name.removesuffix(suffix), 1
    while True:
        try:
            reserve(folder / name)
        except FileExistsError:
            number += 1
            name = f"{stem} ({number}){suffix}"
        else:
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
