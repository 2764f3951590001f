"""Who waits for a worker, and in which line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from instructfx.errors import Cancelled, LimitError
from instructfx.studio.workers.messages import ProgressReport, Waiting

BUSY = "the studio is busy: {} are waiting already. Try again in a minute."
STOPPED = "stopped before anything changed."


@dataclass(frozen=True)
class RequestCallbacks:
    """Who waits for an answer. stop asks for the best so far; over: nobody waits any more."""

    tell: Callable[[ProgressReport], None] = lambda report: None
    stop: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)


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
