"""Connections that say nothing, or never finish what they say, are closed; and an end that is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 20.0  # for a request to say what it wants, from the first moment of a connection
BODY_SECONDS = 30.0  # within which a body that is being sent must get on
BODY_BYTES = 10_000  # by so much, or come to its end
CONNECTIONS_A_VISIT = 8  # a browser opens six


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 as uvicorn speaks it, with limits of time for what is asked. Answers may take as long as they like."""

    head_seconds = HEAD_SECONDS
    body_seconds = BODY_SECONDS

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: asyncio.TimerHandle | None = None
        self._waits_for_body = False
        self._arrived = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """As before; from now on something has to come."""
        super().connection_made(transport)
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

    def connection_lost(self, error: Exception | None) -> None:
        """As before, without anybody waiting."""
        self._stop()
        super().connection_lost(error)

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
    """A server that says that it ends, as soon as it is told to."""

    def __init__(self, config: uvicorn.Config, closing: Callable[[], None]) -> None:
        super().__init__(config)
        self._closing = closing

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As before, once that was said."""
        self._closing()
        super().handle_exit(sig, frame)
