"""The studio in a process of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PROGRAM = (sys.executable, "-m", "instructfx", "studio")
START_SECONDS = 240
STOP_SECONDS = 15


@dataclass(frozen=True)
class Running:
    """The studio in a process of its own: the address to open, and where its log goes."""

    url: str
    pid: int
    log: Path

    def workers(self) -> list[int]:
        """The ids of its worker processes, where the system tells (Linux does)."""
        children = [path.read_text().split() for path in Path(f"/proc/{self.pid}/task").glob("*/children")]
        return sorted(int(pid) for each in children for pid in each)


@contextmanager
def running(
    sessions: Path,
    program: Sequence[str] = PROGRAM,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    log_path: Path | None = None,
) -> Iterator[Running]:
    """The studio on a free port, started in a folder, with this process's environment where no other is given.

    program is a command that takes the options of `instructfx studio`. The log is `studio.log` beside the sessions
    unless it has a place of its own.
    """
    log_path = log_path or sessions / "studio.log"
    with log_path.open("w") as log:
        process = subprocess.Popen(
            [*program, "--host", "127.0.0.1", "--port", "0"],
            env={**(os.environ if environment is None else environment), "INSTRUCTFX_SESSIONS": str(sessions)},
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield Running(_address(process, log_path), process.pid, log_path)
    finally:
        _stop(process)


@contextmanager
def served(sessions: Path, program: Sequence[str] = PROGRAM) -> Iterator[str]:
    """The address of the studio in a process of its own, as `running`."""
    with running(sessions, program) as studio:
        yield studio.url


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"open (http://\S+)", log.read_text()):
            return found.group(1)
        time.sleep(0.1)
    raise RuntimeError(f"the studio did not start: {log.read_text()}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)  # whatever of its own group is left
    process.wait()
