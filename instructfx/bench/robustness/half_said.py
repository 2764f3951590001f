"""Connections on which nothing or half is said, and uploads that break off: all are closed, and nothing stays."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from urllib.parse import urlsplit

from instructfx.bench.robustness.outcomes import FaultOutcome, outcome
from instructfx.bench.serving.serving import Served
from instructfx.bench.serving.visitor import API, Visitor

KIND = "silent connections"
CLOSED_SECONDS = 90.0  # for a connection to be closed; the studio gives a head 20 s and a body 30
DROP_SECONDS = 1.0
LOG_SECONDS = 20.0  # for a line to be in the log
SENT_BYTES = 300_000  # of an upload that breaks off
BROKE_OFF = "broke off"


def half_said(served: Served) -> Iterator[FaultOutcome]:
    """An upload that breaks off, then all connections at once, then somebody in order."""
    yield _broken_off(served)
    yield from _closed(served, _said(served))
    began = time.monotonic()
    with Visitor(served.url) as visitor:
        answer = visitor.sample("guitar")
        visitor.leave()
    wrong = "" if answer.current and not answer.line else answer.line or answer.ending
    yield outcome(KIND, "somebody in order, afterwards", began, wrong=wrong, bad="crashed")


def _head(served: Served, length: int) -> bytes:
    form = "multipart/form-data; boundary=b"
    host = urlsplit(served.url).netloc
    return (
        f"POST {API}/upload HTTP/1.1\r\nHost: {host}\r\nContent-Type: {form}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def _said(served: Served) -> dict[str, tuple[bytes, bytes]]:
    """What is said at first, and then drop by drop, for ever."""
    asks = f"GET / HTTP/1.1\r\nHost: {urlsplit(served.url).netloc}\r\n".encode()
    upload = _head(served, SENT_BYTES)
    return {
        "nothing": (b"", b""),
        "a word": (b"GET", b""),
        "half a head": (asks, b""),
        "a head that does not end": (asks, b"X-Y: z\r\n"),
        "empty lines": (b"\r\n", b"\r\n"),
        "no body": (upload, b""),
        "half a body": (upload + b"--b\r\n", b""),
        "a body drop by drop": (upload + b"--b\r\n", b"x"),
        "noise": (bytes(range(256)), b""),
    }


def _closed(served: Served, said: dict[str, tuple[bytes, bytes]]) -> Iterator[FaultOutcome]:
    """Each is closed by the studio in time, or hangs."""
    began = time.monotonic()
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        left: dict[str, socket.socket] = {}
        for what, (first, _) in said.items():
            connection = stack.enter_context(closing(socket.create_connection(served.place, CLOSED_SECONDS)))
            connection.sendall(first)
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ, what)
            left[what] = connection
        while left and time.monotonic() - began < CLOSED_SECONDS:
            for key, _ in selector.select(DROP_SECONDS):
                if _over(left[key.data]):
                    selector.unregister(left.pop(key.data))
                    yield outcome(KIND, key.data, began, line="closed")
            for what, connection in left.items():
                with suppress(OSError):
                    connection.send(said[what][1])
        for what in left:
            yield outcome(KIND, what, began, wrong=f"still open after {CLOSED_SECONDS:.0f} s", bad="hung")


def _over(connection: socket.socket) -> bool:
    try:
        return connection.recv(10_000) == b""
    except BlockingIOError:
        return False
    except OSError:  # reset
        return True


def _broken_off(served: Served) -> FaultOutcome:
    """An upload of which a part comes: one line in the log, and no file."""
    began, read = time.monotonic(), len(served.log())
    with closing(socket.create_connection(served.place, CLOSED_SECONDS)) as connection:
        head = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
        connection.sendall(_head(served, 10 * SENT_BYTES) + head + bytes(SENT_BYTES))
    while BROKE_OFF not in (new := served.log()[read:]) and time.monotonic() - began < LOG_SECONDS:
        time.sleep(0.1)
    lines = [line for line in new.splitlines() if line.strip()]
    wrong = "" if len(lines) == 1 and BROKE_OFF in new else f"{len(lines)} lines in the log: {' / '.join(lines[:3])}"
    forgotten = served.forgotten()
    if forgotten:
        return outcome(KIND, "an upload that breaks off", began, wrong=f"left {forgotten}", bad="leaked")
    return outcome(KIND, "an upload that breaks off", began, " ".join(lines), wrong)
