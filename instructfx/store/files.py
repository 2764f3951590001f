"""Audio in a folder, by SHA-256: a file is there whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from instructfx.errors import StoreError
from instructfx.store.database import reported

LOCK_SECONDS = 60.0
TEMPORARY = "unfinished-"
STORED = re.compile(r"([0-9a-f]{64})(\.[a-z0-9]{1,8})?")


class AudioFiles:
    """The files of `audio/` in a store's folder. Whoever adds or removes one holds `changing`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "audio"
        with reported(f"cannot use {folder} for sessions"):
            self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / "audio.lock")

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Alone with the files, from before the first byte is written to after the row is committed."""
        with reported(f"cannot use {self.folder.parent} for sessions"):
            try:
                self._lock.acquire(timeout=LOCK_SECONDS)
            except Timeout as error:
                raise StoreError(
                    f"another process has been changing {self.folder} for {LOCK_SECONDS:.0f} s; try again later"
                ) from error
        try:
            yield
        finally:
            self._lock.release()

    def path(self, sha256: str, extension: str) -> Path:
        """Where a file is, or would be."""
        return self.folder / f"{sha256}{extension}"

    def keep(self, source: Path, sha256: str, extension: str) -> Path:
        """Copy a file here unless it is here already; on the disk when this returns."""
        target = self.path(sha256, extension)
        if target.exists():
            return target
        with reported(f"cannot store {source.name} in {self.folder}"):
            handle, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file, source.open("rb") as original:
                    shutil.copyfileobj(original, file)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, target)
                self._sync()
            finally:
                Path(temporary).unlink(missing_ok=True)
        return target

    def remove(self, path: Path) -> None:
        """Remove a file that nothing uses."""
        with reported(f"cannot remove {path}"):
            path.unlink(missing_ok=True)

    def present(self) -> tuple[Path, ...]:
        """Every file that is here."""
        with reported(f"cannot read {self.folder}"):
            return tuple(sorted(path for path in self.folder.iterdir() if path.is_file()))

    def _sync(self) -> None:
        """The new name itself has to reach the disk; not every system can be asked for that."""
        if os.name == "posix":
            folder = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
