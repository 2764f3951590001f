"""Connections that say nothing, or never finish what they say, are closed; where there are too many, the address that
holds most gives one up; and an end that is told."""

from __future__ import annotations

import asyncio
import logging
import math
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any

import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.h11_impl import H11Protocol

from instructfx.studio.visits.arrivals import household
from instructfx.studio.web.secured import SecuredAnswers, policy_headers

log = logging.getLogger(__name__)

HEAD_SECONDS = 20.0  # for a request to say what it wants, from the first moment of a connection
BODY_SECONDS = 30.0  # within which a body that is being sent must get on
BODY_BYTES = 10_000  # by so much, or come to its end
LEAST_CONNECTIONS = 100
CONNECTIONS_A_VISIT = 8  # a browser opens six
FEWEST_CONNECTIONS = 16  # even where the system allows the studio hardly any files
OWN_FILES = 128  # that the studio has open beside its connections
BACKLOG = 64  # connections that are taken at once, before any of them can be closed again
SAY_SECONDS = 60.0  # between two lines in the log about one and the same want

FULL = SecuredAnswers(
    PlainTextResponse("Too many are here for now. Try again in a minute.", 503, {"Connection": "close"})
)


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with limits of time for what is asked. Answers may take as long as they like."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._most, self.limit_concurrency = self.limit_concurrency, None  # uvicorn's refusal is not as ours are
        self._waiting: asyncio.TimerHandle | None = None
        self._waits_for_body = False
        self._arrived = 0
        self._address = ""
        self._came = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As before; from now on something has to come."""
        super().connection_made(transport)
        self._address, self._came = household(self.client[0] if self.client else ""), self.loop.time()
        if self._most is not None and len(self.connections) >= self._most and not self._made_room():
            self.app = FULL
        self._wait(self.head_seconds)

    def data_received(self, data: bytes) -> None:
        """As before; what is still missing has to come in time."""
        self._arrived += len(data)
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """As before; a request that has come meanwhile may be half there."""
        super().on_response_complete()
        self._look()

    def send_400_response(self, msg: str) -> None:
        """As before, with what every answer says to browsers."""
        if self.cycle is None or self.cycle.response_complete:  # else it would stand within another answer
            told = {"Content-Type": "text/plain; charset=utf-8", "Connection": "close", "Content-Length": str(len(msg))}
            head = "".join(f"{name}: {value}\r\n" for name, value in (told | policy_headers()).items())
            self.transport.write(f"HTTP/1.1 400 Bad Request\r\n{head}\r\n{msg}".encode())
        self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        """As before, without anybody waiting."""
        self._stop()
        super().connection_lost(error)

    def _made_room(self) -> bool:
        """Close one of the address that holds most; of several such, where something is silent for longest, else this
        one's own.

        What has said nothing for longest is closed, for who asks for something comes first; else what came last, unless
        that would be this one or another of its own address.
        """
        others = [each for each in self.connections if isinstance(each, ImpatientProtocol) and each is not self]
        others = [each for each in others if not each.transport.is_closing()]
        held = Counter(each._address for each in (self, *others))
        by_silence = sorted(others, key=lambda each: each._silent_until, reverse=True)
        silent = {each._address: each for each in by_silence if each._silent_until < math.inf}  # the longest is last

        def crowd(address: str) -> tuple[int, float, bool]:
            until = silent[address]._silent_until if address in silent else math.inf
            return held[address], -until, address == self._address

        crowded = max(held, key=crowd)
        if crowded in silent:
            silent[crowded]._stop()
            silent[crowded].transport.close()
            return True
        if crowded == self._address:
            return False
        last = max((each for each in others if each._address == crowded), key=lambda each: each._came)
        last._stop()
        last.transport.abort()
        return True

    @property
    def _silent_until(self) -> float:
        """When it is closed, as long as nothing is asked here or not yet to its end; else it never is."""
        return self._waiting.when() if self._waiting and not self._waits_for_body else math.inf

    def _look(self) -> None:
        """Wait for the rest of a body or of a head, or no more. More of a head does not make the wait longer."""
        asked = self.cycle is not None and not self.cycle.response_complete
        if asked and self.cycle.more_body:
            if not self._waits_for_body:
                self._wait(self.body_seconds, body=True)
        elif asked or self.timeout_keep_alive_task is not None:
            self._stop()
        elif self._waiting is None or self._waits_for_body:
            self._wait(self.head_seconds)

    def _wait(self, seconds: float, body: bool = False) -> None:
        self._stop()
        self._waits_for_body, self._arrived = body, 0
        self._waiting = self.loop.call_later(seconds, self._too_late)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
        self._waiting, self._waits_for_body = None, False

    def _too_late(self) -> None:
        if self._waits_for_body and (self._arrived >= BODY_BYTES or self.flow.read_paused):
            self._wait(self.body_seconds, body=True)
        elif self.transport is not None and not self.transport.is_closing():
            self.transport.close()


class ClosingServer(uvicorn.Server):
    """A server that says when it answers, that it ends as soon as it is told to, and once a minute that it can take
    nobody in."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready
        self._closing = closing
        self._said = -SAY_SECONDS

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As before, and then that is said."""
        asyncio.get_running_loop().set_exception_handler(self._failed)
        await super().startup(sockets)
        if self.started:
            self._ready()

    def _failed(self, loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        """asyncio says with a traceback that it cannot accept, for each connection and again every second."""
        if "accept()" not in str(context.get("message")):
            loop.default_exception_handler(dict(context))
        elif time.monotonic() - self._said >= SAY_SECONDS:
            self._said = time.monotonic()
            log.warning("nobody can come in for now: %s", getattr(context.get("exception"), "strerror", "no room"))

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As before, once that was said."""
        self._closing()
        super().handle_exit(sig, frame)


def most_connections(visits: int) -> int:
    """How many connections may be open for so many visits: enough for them, and no more than files may be open."""
    wanted = LEAST_CONNECTIONS + CONNECTIONS_A_VISIT * visits
    try:
        import resource
    except ImportError:  # not on Windows
        return wanted
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if files == resource.RLIM_INFINITY:
        return wanted
    return max(FEWEST_CONNECTIONS, min(wanted, files - OWN_FILES - BACKLOG))
