"""What processes take of the memory."""

from __future__ import annotations

import re
import resource
from pathlib import Path


def resident_mb(pid: int) -> float:
    """What a process holds now, in MB; 0 for one that has ended. Linux only."""
    return _status_mb(pid, "VmRSS")


def peak_mb() -> float:
    """The most that this process has held, in MB."""
    if Path("/proc/self/status").exists():
        return _status_mb("self", "VmHWM")
    # On Linux this would begin at what its parent held.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _status_mb(pid: int | str, what: str) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0
