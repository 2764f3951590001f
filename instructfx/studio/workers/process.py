"""One worker process, seen from the server."""

from __future__ import annotations

import logging
import os
import pickle
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from instructfx.errors import LimitError
from instructfx.studio.workers.messages import Failed, ProgressReport, Ready, Stop, Warm, WorkAnswer, WorkRequest

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[3]
SESSIONS_HELD = 4  # as many as a worker holds
NOT_STARTED = (
    "the studio has no room for the process that would work on this ({}); nothing was lost. Try again in a minute."
)


def resident_mb(pid: int) -> float:
    """Memory of a process that it shares with none, in MB; 0 where the system does not tell (Linux does)."""
    try:
        _, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    except (OSError, ValueError):
        return 0.0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE") / 2**20


class WorkerProcess:
    """One worker process, with a temporary folder of its own, and the sessions that it holds open.

    seconds is how long one piece of work may take; ended is called, in another thread, at its end. LimitError where it
    cannot be started; nothing of it is left then.
    """

    def __init__(
        self, root: Path, seconds: float, ended: Callable[[WorkerProcess], None] = lambda worker: None
    ) -> None:
        self.sessions: deque[str] = deque(maxlen=SESSIONS_HELD)
        self.prepared = False
        self._ended = ended
        self._started = self._preparing = self._over = False
        self._heard: queue.SimpleQueue[ProgressReport | WorkAnswer | None] = queue.SimpleQueue()
        try:
            self._folder = Path(tempfile.mkdtemp(dir=root))
            try:
                self._process = self._begun(seconds)
            except BaseException:
                shutil.rmtree(self._folder, ignore_errors=True)
                raise
            try:
                threading.Thread(target=self._listen, name="hear", daemon=True).start()
            except BaseException:
                self.kill()
                assert self._process.stdout
                self._process.stdout.close()
                raise
        except (OSError, RuntimeError) as error:  # no file, memory, process or thread is left
            reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
            log.warning("a worker could not be started: %s", reason)
            raise LimitError(NOT_STARTED.format(reason[:1].lower() + reason[1:])) from error

    def _begun(self, seconds: float) -> subprocess.Popen[bytes]:
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(
            [sys.executable, "-m", "instructfx.studio.workers.worker", str(self._folder), str(seconds)],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # so that Ctrl+C reaches the server alone, and what a worker starts ends with it
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def started(self) -> bool:
        """Whether it has come so far that it can work."""
        return self._started

    @property
    def ready(self) -> bool:
        """Whether it has started and prepares nothing, so that what it is asked begins at once."""
        return self._started and not self._preparing

    def prepare(self, ear: str) -> None:
        """Have it import and run once what a turn with that ear needs, before anything else."""
        if not self.prepared:
            self.prepared = self._preparing = True
            self.send(Warm(ear))

    def send(self, message: WorkRequest | Stop) -> None:
        """Say something; that it cannot be heard any more is found out by listening."""
        with suppress(OSError, ValueError):
            assert self._process.stdin
            pickle.dump(message, self._process.stdin)
            self._process.stdin.flush()

    def hear(self, seconds: float) -> ProgressReport | WorkAnswer | None:
        """The next message; None at the end of the process. queue.Empty when there is none for so long."""
        return self._heard.get(timeout=seconds)

    def kill(self) -> None:
        """End the process, whatever it has started, and its folder. Once: its id may be another's afterwards."""
        if self._over:
            return
        self._over = True
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        with suppress(OSError):
            assert self._process.stdin
            self._process.stdin.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listen(self) -> None:
        assert self._process.stdout
        with self._process.stdout as source:
            try:
                while True:
                    self._take(pickle.load(source))
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                self._heard.put(None)
        self.kill()
        self._ended(self)

    def _take(self, message: Ready | ProgressReport | WorkAnswer) -> None:
        if isinstance(message, Ready):
            self._started = True
        elif self._preparing:
            if isinstance(message, Failed):
                log.warning("warming up failed; the first turn will be slower")
            self._preparing = not isinstance(message, WorkAnswer)
        else:
            self._heard.put(message)
