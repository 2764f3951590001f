"""Ctrl-C as something that work in progress can ask about."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts() -> Iterator[threading.Event]:
    """Set by the first Ctrl-C, which ends the work and keeps the best so far; the second ends the program."""
    event = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield event
        return

    def interrupt(number: int, frame: Any) -> None:
        if event.is_set():
            raise KeyboardInterrupt
        event.set()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)


def told_to_end() -> tuple[signal.Signals, ...]:
    """The signals that tell a program to end: SIGTERM, and that its terminal was closed, unless nohup ignores that."""
    closed = getattr(signal, "SIGHUP", None)  # not on Windows
    return (
        (signal.SIGTERM,) if closed is None or signal.getsignal(closed) == signal.SIG_IGN else (signal.SIGTERM, closed)
    )
