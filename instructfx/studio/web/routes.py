"""The files of a visit: what is played, heard in passing and taken home. Only who knows a visit's token gets them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

from fastapi import Body, FastAPI, HTTPException
from fastapi.responses import FileResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from instructfx.audio.segments import segment_of
from instructfx.errors import AudioError, InstructionError
from instructfx.studio.page import events, gradio_compat
from instructfx.studio.page.part_types import DRY
from instructfx.studio.visits.job import AskJob
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.visits.visits import Visit
from instructfx.studio.web.saving import saving
from instructfx.studio.workers.messages import Made, PreviewRequest, Sound, WorkRequest
from instructfx.studio.workers.orders import Slots

MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
}
PAGE_FILES = {".js": "text/javascript", ".css": "text/css"}
PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
ONCE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
CLOSED = "this session is closed; load the page again"
NO_FORMAT = "there is no such format"
NO_SEGMENT = "there is no such segment of that sound"
GONE = "that version is no longer kept; the latest one is on the page"


def add(app: FastAPI, studio: Studio) -> None:
    """Add them to an application."""
    found = (path for path in gradio_compat.STATIC.rglob("*") if path.suffix in PAGE_FILES)
    files = {path.relative_to(gradio_compat.STATIC).as_posix(): path for path in found}

    def visit_of(token: str) -> Visit:
        visit = studio.visits.find(token)
        if visit is None:
            raise HTTPException(404, CLOSED)
        return visit

    async def made(request: WorkRequest, over: threading.Event) -> Made:
        job = AskJob(studio.pool, request, over)
        await job.done()
        if not isinstance(job.answer, Made):
            raise HTTPException(422, job.trouble)
        return job.answer

    @app.get("/page/{name:path}")
    def page_file(name: str) -> Response:
        if name not in files:
            raise HTTPException(404, "there is no such file")
        return FileResponse(
            files[name], media_type=PAGE_FILES[files[name].suffix], headers={"Cache-Control": "no-cache"}
        )

    def sound_of(visit: Visit, name: str) -> Sound:
        found = visit.dry if name == DRY else visit.sound_named(name)
        if found is None:
            raise HTTPException(404, GONE)
        return found

    @app.get("/audio/{token}/{name}")
    def sound(token: str, name: str) -> Response:
        path = sound_of(visit_of(token), name).path
        return FileResponse(path, media_type=MEDIA_TYPES[path.suffix.lower()], headers=PRIVATE)

    @app.get("/audio/{token}/{name}/{number}")
    def segment(token: str, name: str, number: int) -> Response:
        """In a thread of the server: a fraction of a second, and workers may be busy with turns."""
        visit = visit_of(token)
        heard = sound_of(visit, name)
        frames = round(heard.seconds * visit.session.dry.sample_rate) if heard.goes_round else None
        try:
            cut = segment_of(heard.path, number, frames)
        except IndexError:
            raise HTTPException(404, NO_SEGMENT) from None
        except AudioError:  # the visit was closed, or newer files have taken its place
            raise HTTPException(404, GONE) from None
        return Response(cut.content, media_type=MEDIA_TYPES[f".{cut.container.lower()}"], headers=PRIVATE)

    @app.post("/preview/{token}")
    async def preview(token: str, said: Annotated[object, Body()]) -> Response:
        visit = visit_of(token)
        try:
            asked = events.read_preview(said)
        except InstructionError as error:
            raise HTTPException(422, sentence(error)) from None
        wanted = _preview(visit, asked.get("chain"), asked.get("share"))
        return _once(await made(wanted, visit.closed), MEDIA_TYPES[".flac"])

    @app.get("/step/{token}/{turn_id}/{step}")
    async def step(token: str, turn_id: str, step: int) -> Response:
        visit = visit_of(token)
        turn = next((turn for turn in visit.session.turns if turn.id == turn_id), None)
        if turn is None or not 0 <= step <= len(turn.refined.steps):
            raise HTTPException(404, "there is no such step")
        chain = turn.refined.steps[step - 1].chain if step else visit.session.before_turn(turn)
        return _once(await made(_preview(visit, chain.to_json(), None), visit.closed), MEDIA_TYPES[".flac"])

    @app.post("/export/{token}/{name}")
    async def export(token: str, name: str) -> Response:
        from instructfx.exports import FORMATS

        visit = visit_of(token)
        if name not in FORMATS:
            raise HTTPException(404, NO_FORMAT)
        return StreamingResponse(saving(studio.pool, visit, name), media_type="application/x-ndjson", headers=ONCE)

    @app.get("/made/{token}/{name}")
    def made_before(token: str, name: str) -> Response:
        path = visit_of(token).made.pop(name, None)
        if path is None:
            raise HTTPException(404, GONE)
        return _once(Made(path), "application/octet-stream", name)


def _preview(visit: Visit, slots: Slots | None, share: float | None) -> PreviewRequest:
    return PreviewRequest(visit.session.id, len(visit.session.conversation), slots, share, visit.folder, visit.agents)


def _once(made: Made, media_type: str, shown: str | None = None) -> Response:
    """A file that is asked for once, and removed when it is sent."""

    def gone(path: Path = made.path) -> None:
        path.unlink(missing_ok=True)

    return FileResponse(
        made.path, media_type=media_type, filename=shown, headers=ONCE, background=BackgroundTask(gone)
    )  # fmt: skip
