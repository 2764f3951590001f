"""The server: the page, the files that it plays, and nothing from anywhere else."""

from __future__ import annotations

import argparse
import functools
import logging
import os
import shutil
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, Response
from starlette.types import ASGIApp

from instructfx import preset as preset_file
from instructfx.errors import InstructFXError, PlannerError, SetupError
from instructfx.scratch import abandoned
from instructfx.studio import logs, retention
from instructfx.studio.gate import Gate, Passwords, passwords_from
from instructfx.studio.limits import Limits, limits_from
from instructfx.studio.opening import Studio
from instructfx.studio.visits import Visit
from instructfx.studio.work import Job

log = logging.getLogger("instructfx")

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860
SHUTDOWN_SECONDS = 2
MEDIA_TYPES = {
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
}
PRIVATE = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}


def application(studio: Studio, passwords: Passwords | None = None) -> ASGIApp:
    """The page and its routes, behind a gate; only who knows a visit's token gets its files."""
    from instructfx.studio import quirks
    from instructfx.studio.handlers import Handlers
    from instructfx.studio.page import laid_out

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    visits = studio.visits

    def visit_of(token: str) -> Visit:
        visit = visits.find(token)
        if visit is None:
            raise HTTPException(404, "this session is closed; choose the track again")
        return visit

    @app.get("/page/studio.js")
    def script() -> Response:
        return FileResponse(quirks.STATIC / "studio.js", media_type="text/javascript")

    @app.get("/page/style.css")
    def style() -> Response:
        return FileResponse(quirks.STATIC / "style.css", media_type="text/css")

    @app.get("/audio/{token}/preset.json")
    def preset(token: str) -> Response:
        text = preset_file.to_text(visit_of(token).session.chain)
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    @app.get("/audio/{token}/dry")
    def dry(token: str) -> Response:
        path = visit_of(token).dry.path
        return FileResponse(path, media_type=MEDIA_TYPES[path.suffix.lower()], headers=PRIVATE)

    @app.get("/audio/{token}/{name}")
    async def rendered(token: str, name: str) -> Response:
        for path in [render.sound.path for render in visit_of(token).renders]:
            if name == path.name:
                return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=PRIVATE)
            if name == f"{path.stem}.wav":
                copying = Job(functools.partial(_make_wav, studio, path))
                await copying.done()
                if copying.trouble:
                    raise HTTPException(503, copying.trouble)
                return FileResponse(path.with_suffix(".wav"), media_type=MEDIA_TYPES[".wav"], headers=PRIVATE)
        raise HTTPException(404, "that version is no longer kept; the latest one is on the page")

    limits = studio.limits
    blocks = quirks.blocks()
    page = laid_out(quirks.state(visits.close), blocks, limits)
    Handlers(page, studio).attach()
    return Gate(quirks.mounted(app, blocks, limits.upload_mb), limits.upload_mb, passwords)


def _make_wav(studio: Studio, path: Path, job: Job) -> None:
    studio.make_wav(path)


def serve(host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> int:
    """Serve until interrupted; the exit status, 2 where a setting, a planner or the address cannot be used.

    Port 0 is any.
    """
    from instructfx.studio import planners

    try:
        limits, passwords = limits_from(os.environ), passwords_from(os.environ)
        planners.check()
        listening = _listening(host, port)
    except PlannerError as error:
        log.error("The planner cannot be used: %s", error)
        return 2
    except InstructFXError as error:
        log.error("%s", error)
        return 2
    with listening:
        try:
            return _serve(listening, limits, passwords)
        except InstructFXError as error:
            log.error("%s", error)
            return 2


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SetupError(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another with --port."
        ) from error


def _serve(listening: socket.socket, limits: Limits, passwords: Passwords | None) -> int:
    from instructfx.store import Store
    from instructfx.studio.ears import offered
    from instructfx.studio.visits import Visits
    from instructfx.studio.workers import Pool

    for path in abandoned():  # by a studio that was killed
        shutil.rmtree(path, ignore_errors=True)
    store = Store()  # before the workers, so that they find it made
    pool, visits = Pool(limits), Visits(most=limits.visits)
    try:
        server = uvicorn.Server(
            uvicorn.Config(
                application(Studio(visits, pool, store, limits), passwords),
                log_config=None,  # its lines go through ours, which hide ids
                access_log=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            )
        )
        host, port = listening.getsockname()[:2]
        log.info("InstructFX is ready: open http://%s:%d (Ctrl+C stops it)", f"[{host}]" if ":" in host else host, port)
        visits.watch()
        if limits.keep_days is not None:
            retention.watch(store, visits, limits.keep_days)
        pool.warm_up(offered().usual)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again after its own shutdown
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        pool.close()
        visits.close_all()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python app.py [--host HOST] [--port PORT]`."""
    parser = argparse.ArgumentParser(prog="app.py", description="The InstructFX studio, a page for your browser.")
    parser.add_argument("--host", default=os.environ.get("INSTRUCTFX_HOST", DEFAULT_HOST))
    parser.add_argument("--port", type=int, default=os.environ.get("INSTRUCTFX_PORT", DEFAULT_PORT))
    asked = parser.parse_args(arguments)
    logs.to_stderr()
    return serve(asked.host, asked.port)
