"""The worker processes, seen from the server: a pool of them, each within its limits of time and memory."""

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
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from instructfx.audio.scratch import new_scratch_folder
from instructfx.errors import Cancelled, InstructFXError, LimitError
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import (  # fmt: skip
    Draw,
    Failed,
    Heavy,
    Opened,
    PreviewRequest,
    ProgressReport,
    Stop,
    TakeTurn,
    Waiting,
    Warm,
    WorkAnswer,
    WorkRequest,
)

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[3]
LOOK_SECONDS = 0.1
SESSIONS_HELD = 4  # as many as a worker holds
TIRED = 0.75  # a worker that still holds this share of its memory after its work is replaced by a fresh one

NOTHING_LOST = "nothing was lost. Try a shorter track or say less at once."
BUSY = "the studio is busy: {} are waiting already. Try again in a minute."
TOOK_LONG = "this took longer than {} seconds and was ended; " + NOTHING_LOST
TOOK_MEMORY = "this needed more than {:,} MB of memory and was ended; " + NOTHING_LOST
DIED = "the process that worked on this ended unexpectedly; nothing was lost. Try again, or another track."
STOPPED = "stopped before anything changed."


class SurpriseError(Exception):
    """A worker failed in a way that nobody foresaw; it has logged how."""


@dataclass(frozen=True)
class RequestCallbacks:
    """Who waits for an answer. stop asks for the best so far; over: nobody waits any more."""

    tell: Callable[[ProgressReport], None] = lambda report: None
    stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


def resident_mb(pid: int) -> float:
    """Memory of a process that it shares with none, in MB; 0 where the system does not tell (Linux does)."""
    try:
        _, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    except (OSError, ValueError):
        return 0.0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE") / 2**20


class WorkerProcess:
    """One worker process, with a temporary folder of its own, and the sessions that it holds open."""

    def __init__(self, root: Path) -> None:
        self.sessions: deque[str] = deque(maxlen=SESSIONS_HELD)
        self._heard: queue.SimpleQueue[ProgressReport | WorkAnswer | None] = queue.SimpleQueue()
        self._folder = Path(tempfile.mkdtemp(dir=root))
        command = [sys.executable, "-m", "instructfx.studio.workers.worker", str(self._folder)]
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        self._process = subprocess.Popen(
            command,
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(paths)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # so that Ctrl+C reaches the server alone, and what a worker starts ends with it
        )
        threading.Thread(target=self._listen, name="hear", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

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
        """End the process, whatever it has started, and its folder."""
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
                    self._heard.put(pickle.load(source))
            except (EOFError, OSError, ValueError, pickle.UnpicklingError):
                self._heard.put(None)


class Places:
    """A limited number at a time; whoever waits knows how many are before, and waits in a line of limited length."""

    def __init__(self, count: int, longest_line: int) -> None:
        self._free = count
        self._longest = longest_line
        self._line: list[object] = []
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, callbacks: RequestCallbacks) -> Iterator[None]:
        """Wait for a place and hold it. LimitError where the line is full; Cancelled when stopped while waiting."""
        ticket = object()
        with self._changed:
            if len(self._line) >= self._longest:
                raise LimitError(BUSY.format(len(self._line)))
            self._line.append(ticket)
            try:
                while self._free == 0 or self._line[0] is not ticket:
                    callbacks.tell(Waiting(self._line.index(ticket) + 1))
                    self._changed.wait(0.5)
                    if callbacks.stop.is_set() or callbacks.over.is_set():
                        raise Cancelled(STOPPED)
                self._free -= 1
            finally:
                self._line.remove(ticket)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


class Pool:
    """As many workers as turns may run at once, and one more, so that opening a track never waits for a turn."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns = Places(limits.turns, limits.waiting)
        self._others = Places(1, limits.waiting)
        self._root = new_scratch_folder()
        self._lock = threading.Lock()
        self._closed = False
        self._workers = [WorkerProcess(self._root) for _ in range(limits.turns + 1)]
        self._free = list(self._workers)

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes."""
        with self._lock:
            return tuple(worker.pid for worker in self._workers)

    def run(self, request: WorkRequest, callbacks: RequestCallbacks | None = None) -> WorkAnswer:
        """Have it done, and wait for that.

        Raises what the worker raised; LimitError when the line is full, or when the worker took too long, too much
        memory, or died: then it has been replaced. SurpriseError for what nobody foresaw.
        """
        callbacks = callbacks or RequestCallbacks()
        places = self._turns if isinstance(request, Heavy) else self._others
        with places.taken(callbacks):
            worker, tired = self._choose(request), True
            try:
                answer = self._watched(worker, request, callbacks)
                tired = resident_mb(worker.pid) > TIRED * self._limits.worker_mb
            finally:
                self._give_back(worker, tired)
        if isinstance(answer, Failed):
            raise answer.error or SurpriseError
        if isinstance(answer, Opened):
            worker.sessions.append(answer.session_id)
        return answer

    def warm_up(self, ear: str) -> threading.Thread:
        """Have workers import and run once what a first turn with that ear needs, one after the other."""

        def warming() -> None:
            for _ in range(self._limits.turns):
                try:
                    self.run(Warm(ear))
                except (InstructFXError, SurpriseError):
                    if not self._closed:
                        log.warning("warming up failed; the first turn will be slower")

        thread = threading.Thread(target=warming, name="warm-up", daemon=True)
        thread.start()
        return thread

    def close(self) -> None:
        """End every worker."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
        for worker in workers:
            worker.kill()
        shutil.rmtree(self._root, ignore_errors=True)

    def _watched(self, worker: WorkerProcess, request: WorkRequest, callbacks: RequestCallbacks) -> WorkAnswer:
        limits, started = self._limits, time.monotonic()
        stopping = abandoning = False
        worker.send(request)
        while True:
            if callbacks.over.is_set() and not abandoning:
                stopping = abandoning = True
                worker.send(Stop(abandoned=True))
            elif callbacks.stop.is_set() and not stopping:
                stopping = True
                worker.send(Stop())
            if time.monotonic() - started > limits.turn_seconds:
                raise LimitError(TOOK_LONG.format(limits.turn_seconds))
            if resident_mb(worker.pid) > limits.worker_mb:
                raise LimitError(TOOK_MEMORY.format(limits.worker_mb))
            try:
                message = worker.hear(LOOK_SECONDS)
            except queue.Empty:
                continue
            if message is None:
                raise LimitError(DIED)
            if isinstance(message, WorkAnswer):
                return message
            callbacks.tell(message)

    def _choose(self, request: WorkRequest) -> WorkerProcess:
        """For a turn, preview or picture who holds its session, else who worked last; for the rest who rested longest.

        Warming up is for those who have rested.
        """
        with self._lock:
            chosen = self._free[0]
            if isinstance(request, TakeTurn | PreviewRequest | Draw):
                holding = [worker for worker in self._free if request.session_id in worker.sessions]
                chosen = (holding or self._free)[-1]
                if request.session_id in chosen.sessions:
                    chosen.sessions.remove(request.session_id)
                chosen.sessions.append(request.session_id)
            self._free.remove(chosen)
        return chosen if chosen.alive else self._replaced(chosen)

    def _give_back(self, worker: WorkerProcess, tired: bool) -> None:
        if tired and not self._closed:
            worker = self._replaced(worker)
        with self._lock:
            self._free.append(worker)

    def _replaced(self, worker: WorkerProcess) -> WorkerProcess:
        worker.kill()
        with self._lock:
            if self._closed:
                return worker
            fresh = WorkerProcess(self._root)
            self._workers[self._workers.index(worker)] = fresh
        return fresh
