"""That something has changed, told to the pages of a visit: one stream of server-sent events for each.

A page hears a number, the visit's revision, and asks for what is there where it shows an older one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import FastAPI, HTTPException
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from instructfx.errors import LimitError
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.visits.visits import Visit

LOOK_SECONDS = 0.1
SAY_SECONDS = 15.0  # after which something is said, so that a page that is gone is noticed
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # the second tells nginx to pass it on at once
UNKNOWN = "no session of that kind was opened here"


def add(app: FastAPI, studio: Studio) -> None:
    """Add the stream to an application: 404 for a token that never was, 204 for a visit that was closed, 429 where too
    many pages watch one."""

    @app.get("/changes/{token}")
    async def changes(token: str) -> Response:
        visit = studio.visits.find(token)
        if visit:
            return _Stream(studio, visit)
        if studio.visits.past(token):
            return Response(status_code=204)
        raise HTTPException(404, UNKNOWN)


class _Stream(Response):
    """The stream of one page, counted as long as it lasts: to the end of the page, the visit or the studio."""

    def __init__(self, studio: Studio, visit: Visit) -> None:
        super().__init__()
        self._studio, self._visit = studio, visit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._studio.watching.by_a_page(self._visit):
                told = StreamingResponse(self._told(), media_type="text/event-stream", headers=HEADERS)
                await told(scope, receive, send)
        except LimitError as error:
            await PlainTextResponse(sentence(error), 429)(scope, receive, send)

    async def _told(self) -> AsyncIterator[str]:
        visit, pool, clock = self._visit, self._studio.pool, asyncio.get_running_loop().time
        told, said = -1, clock()
        while not visit.closed.is_set() and not pool.closing:
            if visit.revision != told:
                told, said = visit.revision, clock()
                yield f"data: {told}\n\n"
            elif clock() - said > SAY_SECONDS:
                said = clock()
                yield ": nothing new\n\n"
            await asyncio.sleep(LOOK_SECONDS)
