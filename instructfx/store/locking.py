"""Who holds the lock of a database, where the system tells (Linux does)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

OURS = (".sqlite", ".sqlite-shm", ".sqlite-wal", ".db")


def holders(proc: Path = Path("/proc")) -> tuple[str, ...]:
    """The other processes that lock, for writing, an SQLite file that this process has open: "python (4711)"."""
    found: dict[int, str] = {}
    with suppress(OSError):
        open_here = _open_inodes(proc / "self" / "fd")
        for line in (proc / "locks").read_text().splitlines():
            parts = line.replace("-> ", "").split()
            if len(parts) < 6 or parts[3] != "WRITE" or not parts[4].isdigit():
                continue
            pid, inode = int(parts[4]), parts[5].rpartition(":")[2]
            if inode in open_here and pid != os.getpid():
                with suppress(OSError):
                    found[pid] = f"{(proc / str(pid) / 'comm').read_text().strip()} ({pid})"
    return tuple(found.values())


def _open_inodes(folder: Path) -> set[str]:
    inodes = set()
    for link in folder.iterdir():
        with suppress(OSError):
            if os.readlink(link).endswith(OURS):
                inodes.add(str(link.stat().st_ino))
    return inodes
