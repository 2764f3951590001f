"""What stands before an upload: is there room for it, is it one too many, and did it break off?"""

from __future__ import annotations

import asyncio
import logging
from contextlib import ExitStack

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from instructfx.errors import LimitError
from instructfx.studio.visits.arrivals import Arrivals
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.visits.room import DiskRoom

log = logging.getLogger(__name__)

UPLOAD = "/gradio_api/upload"


class UploadGate:
    """An ASGI application before another. An upload is refused before its body is read: 429 where an address sends too
    many, 507 where the disk has no room for it and all that is on its way. One that breaks off is a line in the log."""

    def __init__(self, app: ASGIApp, room: DiskRoom, arrivals: Arrivals) -> None:
        self._app = app
        self._room = room
        self._arrivals = arrivals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on, or refuse it."""
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].startswith(UPLOAD):
            await self._app(scope, receive, send)
            return
        try:
            self._arrivals.sends(str((scope.get("client") or ("",))[0]))
        except LimitError as error:
            await PlainTextResponse(sentence(error), 429)(scope, receive, send)
            return
        coming = int(Headers(scope=scope)["content-length"])  # the gate before this one has seen to that
        with ExitStack() as until_it_is_here:
            try:
                await asyncio.to_thread(until_it_is_here.enter_context, self._room.held(coming))
            except LimitError as error:
                await PlainTextResponse(sentence(error), 507)(scope, receive, send)
                return
            await self._received(scope, receive, send)

    async def _received(self, scope: Scope, receive: Receive, send: Send) -> None:
        arrived = 0
        broken = whole = False

        async def counted() -> Message:
            nonlocal arrived, broken, whole
            message = await receive()
            if message["type"] == "http.disconnect":
                broken = not whole
            else:
                arrived += len(message.get("body", b""))
                whole = whole or not message.get("more_body", False)
            return message

        try:
            await self._app(scope, counted, send)
        except (ClientDisconnect, OSError):
            if not broken:
                raise
        if broken:
            log.info("an upload broke off after %.1f MB", arrived / 1e6)
