"""Processes of the studio, as the system tells of them."""

from __future__ import annotations

import time
from pathlib import Path


def gone(pid: int) -> bool:
    """Whether a process has ended, even where nobody has asked for its end yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def until_gone(seconds: float, *pids: int) -> None:
    """Wait for the end of all of them."""
    end = time.monotonic() + seconds
    while not all(map(gone, pids)):
        assert time.monotonic() < end, "they go on"
        time.sleep(0.05)
