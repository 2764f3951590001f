"""The worker processes, seen from the server: a pool of them, each within its limits of time and memory."""

from __future__ import annotations

import logging
import queue
import shutil
import threading
import time
from dataclasses import dataclass, replace

from instructfx.audio.scratch import new_scratch_folder
from instructfx.errors import InstructFXError, LimitError
from instructfx.planners.failures import ModelNews, Pauses
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import (
    Export,
    Failed,
    Heavy,
    HoldAgainst,
    InSession,
    Open,
    Opened,
    Render,
    RenderReference,
    Reopen,
    Stop,
    TakeTurn,
    Warm,
    WorkAnswer,
    WorkRequest,
)
from instructfx.studio.workers.orders import Instruct
from instructfx.studio.workers.places import Places, RequestCallbacks
from instructfx.studio.workers.process import WorkerProcess, resident_mb

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
TIRED = 0.75  # a worker that still holds this share of its memory after its work is replaced by a fresh one
START_SECONDS = 300  # for a worker to come so far that it can work, on a machine that is busy

TOOK_LONG = "this took longer than {} seconds and was ended; nothing was lost. {}"
TOOK_MEMORY = "this needed more than {:,} MB of memory and was ended; nothing was lost. {}"
DIED = "the process that worked on this ended unexpectedly; nothing was lost. Try again, or another track."
CLOSING = "the studio is closing; what was kept is there when it opens again."
NEVER_READY = "the process that should work on this did not start within {} seconds; nothing was lost. Try again."


class SurpriseError(Exception):
    """A worker failed in a way that nobody foresaw; it has logged how."""


@dataclass(eq=False)
class _Seat:
    """A place for a worker, which is None where the last one ended and no other could be started yet."""

    worker: WorkerProcess | None = None

    def holds(self, session_id: str) -> bool:
        return self.worker is not None and session_id in self.worker.sessions


class Pool:
    """As many workers as turns may run at once, and one more, so that opening a track never waits for a turn.

    A worker that ends is replaced at once; one that cannot be started is started when it is needed. pauses says for all
    of them which language models were down lately.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns = Places(limits.turns, limits.waiting)
        self._others = Places(1, limits.waiting)
        self._root = new_scratch_folder()
        self._lock = threading.RLock()
        self._closing = threading.Event()
        self._ear = ""  # what fresh workers are prepared for
        self.pauses = Pauses()
        self._seats = [_Seat() for _ in range(limits.turns + 1)]
        self._free = list(self._seats)
        for seat in self._seats:
            self._fill_if_possible(seat)

    @property
    def pids(self) -> tuple[int, ...]:
        """The ids of the processes."""
        with self._lock:
            return tuple(seat.worker.pid for seat in self._seats if seat.worker)

    def run(self, request: WorkRequest, callbacks: RequestCallbacks | None = None) -> WorkAnswer:
        """Have it done, and wait for that.

        Raises what the worker raised; LimitError when the line is full, when no worker can be started, or when the
        worker took too long, too much memory, or died: then it is replaced; and when the pool is closing. SurpriseError
        for what nobody foresaw.
        """
        if self._closing.is_set():
            raise LimitError(CLOSING)
        callbacks = callbacks or RequestCallbacks()
        if isinstance(request, TakeTurn):
            request = replace(request, rests=self.pauses.rests())
        places = self._turns if isinstance(request, Heavy) else self._others
        with places.taken(callbacks):
            seat, spent = self._choose(request), True
            try:
                worker = self._filled(seat)
                if isinstance(request, TakeTurn) and self._ear:
                    worker.prepare(self._ear)
                worker.prepared = worker.prepared or isinstance(request, Warm)
                _remember(worker, request)
                answer = self._watched(worker, request, callbacks)
                if isinstance(answer, Opened):
                    worker.sessions.append(answer.session_id)
                spent = resident_mb(worker.pid) > TIRED * self._limits.worker_mb
            finally:
                self._give_back(seat, spent)
        if isinstance(answer, Failed):
            raise answer.error or SurpriseError
        return answer

    def warm_up(self, ear: str) -> threading.Thread:
        """Have workers import and run once what a first turn with that ear needs, one after the other; those that are
        started later do so by themselves."""
        self._ear = ear

        def warming() -> None:
            for _ in range(self._limits.turns):
                try:
                    self.run(Warm(ear))
                except (InstructFXError, SurpriseError):
                    if not self._closing.is_set():
                        log.warning("warming up failed; the first turn will be slower")

        thread = threading.Thread(target=warming, name="warm-up", daemon=True)
        thread.start()
        return thread

    @property
    def closing(self) -> bool:
        """Whether the studio ends."""
        return self._closing.is_set()

    def begin_closing(self) -> None:
        """Tell whoever waits for an answer that none comes any more; fit for a signal handler."""
        self._closing.set()

    def close(self) -> None:
        """End every worker."""
        self._closing.set()
        with self._lock:
            workers = [seat.worker for seat in self._seats if seat.worker]
        for worker in workers:
            worker.kill()
        shutil.rmtree(self._root, ignore_errors=True)

    def _watched(self, worker: WorkerProcess, request: WorkRequest, callbacks: RequestCallbacks) -> WorkAnswer:
        """The answer of a worker. Its time begins when it is ready: how long it starts is nobody's fault."""
        limits, asked, began = self._limits, time.monotonic(), 0.0
        most = START_SECONDS if isinstance(request, Warm) else limits.turn_seconds
        stopping = abandoning = False
        worker.send(request)
        while True:
            if callbacks.over.is_set() and not abandoning:
                stopping = abandoning = True
                worker.send(Stop(abandoned=True))
            elif callbacks.stop.is_set() and not stopping:
                stopping = True
                worker.send(Stop())
            if self._closing.is_set():
                worker.kill()
                raise LimitError(CLOSING)
            now = time.monotonic()
            began = began or (now if worker.ready else 0.0)
            if not began and now - asked > START_SECONDS:
                raise LimitError(NEVER_READY.format(START_SECONDS))
            if began and now - began > most:
                raise LimitError(TOOK_LONG.format(most, way_out(request)))
            if resident_mb(worker.pid) > limits.worker_mb:
                raise LimitError(TOOK_MEMORY.format(limits.worker_mb, way_out(request)))
            try:
                message = worker.hear(LOOK_SECONDS)
            except queue.Empty:
                continue
            if message is None:
                raise LimitError(DIED)
            if isinstance(message, WorkAnswer):
                return message
            if isinstance(message, ModelNews):
                self.pauses.hear(message)
                continue
            callbacks.tell(message)

    def _choose(self, request: WorkRequest) -> _Seat:
        """For what is done in a session who holds it, else who worked last; for the rest who rested longest.

        Warming up is for those who have rested.
        """
        with self._lock:
            chosen = self._free[0]
            if isinstance(request, InSession):
                holding = [seat for seat in self._free if seat.holds(request.session_id)]
                chosen = (holding or self._free)[-1]
            self._free.remove(chosen)
        return chosen

    def _filled(self, seat: _Seat) -> WorkerProcess:
        """The worker of a seat, a fresh one where it has none that lives; LimitError where none can be started."""
        with self._lock:
            if self._closing.is_set():
                raise LimitError(CLOSING)
            if seat.worker is None or not seat.worker.alive:
                self._empty(seat)
                seat.worker = WorkerProcess(self._root, self._limits.turn_seconds, self._ended)
            return seat.worker

    def _fill_if_possible(self, seat: _Seat) -> None:
        try:
            worker = self._filled(seat)
        except LimitError:  # it is in the log; whoever needs it next tries again
            return
        if self._ear:
            worker.prepare(self._ear)

    def _empty(self, seat: _Seat) -> None:
        if seat.worker:
            seat.worker.kill()
            seat.worker = None

    def _ended(self, worker: WorkerProcess) -> None:
        """A worker has ended by itself: if nobody waits for it, another one comes. One that ended before it could work
        is left to whoever needs it, so that a machine on which none can work does not start one after the other."""
        with self._lock:
            seat = next((seat for seat in self._free if seat.worker is worker), None)
            if seat and worker.started and not self._closing.is_set():
                log.warning("a worker ended unexpectedly; another one is started")
                self._fill_if_possible(seat)

    def _give_back(self, seat: _Seat, spent: bool) -> None:
        with self._lock:
            try:
                if spent and not self._closing.is_set():
                    self._empty(seat)
                    self._fill_if_possible(seat)
            finally:
                self._free.append(seat)


def way_out(request: WorkRequest) -> str:
    """What to do where a request was too much: only some of them depend on how long the track is."""
    if isinstance(request, Open | Reopen | Render | Export | HoldAgainst | RenderReference):
        return "Try a shorter track."
    if isinstance(request, TakeTurn) and isinstance(request.order, Instruct):
        return "Say less at once, or ask for fewer takes."
    return "Try again."


def _remember(worker: WorkerProcess, request: WorkRequest) -> None:
    """The sessions that a worker holds, the one asked for last."""
    if isinstance(request, InSession):
        if request.session_id in worker.sessions:
            worker.sessions.remove(request.session_id)
        worker.sessions.append(request.session_id)


__all__ = ["Places", "Pool", "RequestCallbacks", "SurpriseError", "resident_mb"]
