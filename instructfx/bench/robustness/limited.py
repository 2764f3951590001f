"""A studio with little room, to which much is sent: it says so before it reads any of it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

from instructfx.bench.robustness.outcomes import FaultOutcome, outcome, unfit
from instructfx.bench.serving.serving import Served, serving
from instructfx.bench.serving.visitor import API, Visitor

KIND = "little room"
UPLOAD_MB, DISK_GB, OPENS = 1, 0.001, 3
SETTINGS = {
    "INSTRUCTFX_MAX_UPLOAD_MB": str(UPLOAD_MB),
    "INSTRUCTFX_MAX_DISK_GB": str(DISK_GB),
    "INSTRUCTFX_MAX_OPENS": str(OPENS),
}
ANSWER_SECONDS = 15.0  # for an answer to a head whose body never comes
LENGTH = "Content-Length: {}"
ALL_OF_IT = LENGTH.format(round(DISK_GB * 1e9))
WISHES = ("cut 3 dB at 400 Hz", "boost 2 dB at 1 kHz", "high-pass at 80 Hz")
ASKED = (
    ("an upload beyond the limit of one", LENGTH.format(UPLOAD_MB * 50_000_000), 413),
    ("an upload of unsaid length", "X-None: 1", 411),
    ("an upload in chunks", "Transfer-Encoding: chunked", 411),
    ("an upload in chunks that says a length", "Transfer-Encoding: chunked\r\nContent-Length: 9", 411),
    ("an upload of a length that is none", LENGTH.format("-5"), 400),
    *((f"an upload that fills the disk, {number}", ALL_OF_IT, 507) for number in range(1, OPENS + 1)),
    ("one upload too many in a minute", ALL_OF_IT, 429),
)
"""What is said of a body that is never sent, and the status that is answered at once."""


def limited() -> Iterator[FaultOutcome]:
    """What is answered by a studio of its own."""
    with serving(SETTINGS) as served:
        for what, header, status in ASKED:
            yield _asked(served, what, header, status)
        began = time.monotonic()
        with Visitor(served.url) as visitor:
            answer = visitor.sample("strings")
            wrong = unfit(answer.line) if answer.line else "opened without room for it"
            yield outcome(KIND, "a track of ours that does not fit", began, answer.line, wrong)
            began, fits = time.monotonic(), visitor.sample("guitar")
            for wish in WISHES:  # each is a file that is played
                answer = visitor.say(wish)
                if answer.line:
                    break
        wrong = unfit(answer.line) if answer.line and not fits.line else fits.line or "taken without room for it"
        yield outcome(KIND, "turns that do not fit, on a track that does", began, answer.line, wrong)


def _asked(served: Served, what: str, header: str, status: int) -> FaultOutcome:
    began = time.monotonic()
    with closing(socket.create_connection(served.place, ANSWER_SECONDS)) as connection:
        host = urlsplit(served.url).netloc
        head = f"POST {API}/upload HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{header}\r\n\r\n"
        connection.sendall(head.encode())
        try:
            answer = connection.makefile("rb").read().decode(errors="replace")
        except TimeoutError:
            wrong = f"no answer within {ANSWER_SECONDS:.0f} s: it waits for the body"
            return outcome(KIND, what, began, wrong=wrong, bad="hung")
    said, _, line = answer.partition("\r\n\r\n")
    got = said[:12].rpartition(" ")[2]
    wrong = "" if got == str(status) else f"answers {got or 'nothing'}, not {status}"
    wrong = wrong or ("" if line.strip() and "\n" not in line.strip() else "not one line")
    return outcome(KIND, what, began, line.strip(), wrong)
