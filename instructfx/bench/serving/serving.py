"""The studio in a process of its own, with folders of its own, and what can be seen of it from outside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from instructfx.audio.scratch import is_running
from instructfx.bench.runner.memory import resident_mb
from instructfx.bench.serving.running import running
from instructfx.locations import CHECKOUT

SETTLE_SECONDS = 20.0  # within this time a temporary file of work that goes on is gone
COMMAND_SECONDS = 60.0
OWN_FOLDERS = ("gradio", "instructfx-", "pymp-", "torch")
"""How the names of the server's own temporary folders begin; what else stays in its temporary folder was forgotten."""

UNWANTED = ("INSTRUCTFX_", "GRADIO_", "HF_")


@dataclass(frozen=True)
class Served:
    """A studio that runs: its address, its process, and the folder that holds all that it may write."""

    url: str
    pid: int
    base: Path

    @property
    def place(self) -> tuple[str, int]:
        """The host and the port of its address."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 0

    @property
    def sessions(self) -> Path:
        """The data folder."""
        return self.base / "sessions"

    @property
    def temp(self) -> Path:
        """What TMPDIR is to the server."""
        return self.base / "temp"

    @property
    def work(self) -> Path:
        """The folder that the server was started in."""
        return self.base / "work"

    def log(self) -> str:
        """All that the server has written."""
        return (self.base / "studio.log").read_text(errors="replace")

    def alive(self) -> bool:
        """Whether the process is there and has not ended."""
        with suppress(OSError):
            return _stat(self.pid)[0] != "Z"
        return not Path("/proc/self").exists() and is_running(self.pid)

    def strays(self) -> list[str]:
        """Files that lie where nothing may lie."""
        beside = [path for path in self.base.iterdir() if path.name not in ("sessions", "temp", "work", "studio.log")]
        known = re.compile(r"instructfx\.sqlite.*|audio(\.lock)?|audio/([0-9a-f]{64}\.\w+|unfinished-\w+)|README\.md")
        data = [path for path in self.sessions.rglob("*") if not known.fullmatch(str(path.relative_to(self.sessions)))]
        return [str(path.relative_to(self.base)) for path in (*beside, *data, *self.work.rglob("*"))]

    def forgotten(self, wait_seconds: float = SETTLE_SECONDS) -> list[str]:
        """What is in the temporary folder, belongs to no folder of the server's own, and does not go away."""
        deadline = time.monotonic() + wait_seconds
        while found := [path.name for path in self.temp.iterdir() if not path.name.startswith(OWN_FOLDERS)]:
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        return found

    def command(self, *arguments: str) -> bytes:
        """What `instructfx` with these arguments says of its sessions, on both channels."""
        environment = {**os.environ, "INSTRUCTFX_SESSIONS": str(self.sessions)}
        command = [sys.executable, "-m", "instructfx", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=COMMAND_SECONDS)
        return done.stdout + done.stderr

    def memory_mb(self) -> float:
        """Resident memory of the server and its children; 0.0 where the system does not tell."""
        return sum(resident_mb(pid) for pid in family(self.pid))

    def open_files(self) -> int:
        """Open file descriptors of the server and its children; 0 where the system does not tell."""
        count = 0
        for pid in family(self.pid):
            with suppress(OSError):
                count += len(os.listdir(f"/proc/{pid}/fd"))
        return count


@contextmanager
def serving(settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """A studio on a free port of this machine, with the built-in planner and ear and empty folders; gone afterwards.

    settings are variables of its environment, beside and instead of those.
    """
    with tempfile.TemporaryDirectory(prefix="studio-", ignore_cleanup_errors=True) as folder:
        base = Path(folder)
        for name in ("sessions", "temp", "work"):
            (base / name).mkdir()
        log = base / "studio.log"
        with running(
            base / "sessions", environment=_environment(base) | dict(settings or {}), folder=base / "work", log_path=log
        ) as studio:
            yield Served(studio.url, studio.pid, base)


def family(pid: int) -> list[int]:
    """A process and all that descend from it; none where the system does not tell."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            children.setdefault(int(_stat(int(path.name))[1]), []).append(int(path.name))
    found, waiting = [], [pid] if children else []
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def _environment(base: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(UNWANTED) and not name.endswith("_API_KEY")
    }
    return kept | {
        "INSTRUCTFX_PLANNER": "builtin",
        "INSTRUCTFX_EAR": "perceptual",
        "INSTRUCTFX_MAX_OPENS": "none",  # all visitors of a bench come from one address
        "TMPDIR": str(base / "temp"),
        "PYTHONPATH": os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH")))),
    }


def _stat(pid: int) -> list[str]:
    """State, parent and so on of a process; OSError where it is gone."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
