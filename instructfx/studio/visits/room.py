"""Room on the disk: what is kept, what is played, what is on its way here, against the limit and what is free."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from instructfx.errors import LimitError

log = logging.getLogger(__name__)

LEAST_FREE_BYTES = 64_000_000  # that the studio leaves to everybody else
DISK_FULL = "sessions, uploads and what is played fill the {:g} GB that this studio may use; its host can make room."
NO_ROOM = "the disk of this studio is full; its host can make room."


class DiskRoom:
    """How much there is for more. folders are all that the studio writes into, limit_gb the most that they may hold
    together, None for as much as the disk has."""

    def __init__(
        self,
        folders: Callable[[], tuple[Path, ...]] = tuple,
        limit_gb: float | None = None,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._folders = folders
        self._limit_gb = limit_gb
        self._free_bytes = free_bytes
        self._lock = threading.Lock()
        self._coming = 0

    def check(self, more_bytes: int = 0) -> None:
        """LimitError where there is no room for so much more."""
        with self.held(more_bytes):
            pass

    @contextmanager
    def held(self, more_bytes: int) -> Iterator[None]:
        """Room for something that is being written, as long as the block lasts; LimitError where there is none."""
        with self._lock:
            self._check(self._coming + more_bytes)
            self._coming += more_bytes
        try:
            yield
        finally:
            with self._lock:
                self._coming -= more_bytes

    def _check(self, coming_bytes: int) -> None:
        folders = [folder for folder in self._folders() if folder.is_dir()]
        most = self._limit_gb
        if most is not None and used_bytes(*folders) + coming_bytes > most * 1e9:
            log.warning("something was refused: this studio fills the %g GB of INSTRUCTFX_MAX_DISK_GB", most)
            raise LimitError(DISK_FULL.format(most))
        for folder in folders:
            if self._free_bytes(folder) - coming_bytes < LEAST_FREE_BYTES:
                log.warning("something was refused: the disk has no room left")
                raise LimitError(NO_ROOM)


def used_bytes(*folders: Path) -> int:
    """What the files under some folders hold together; a file under several names counts once."""
    sizes: dict[tuple[int, int], int] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            try:
                status = path.lstat()
            except OSError:  # removed meanwhile
                continue
            if not path.is_dir():
                sizes[status.st_dev, status.st_ino] = status.st_size
    return sum(sizes.values())
