"""The server: the page, the files that it plays, and nothing from anywhere else."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, Response

from instructfx.errors import InstructFXError
from instructfx.studio import quirks
from instructfx.studio.visits import Visit, Visits

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


def application(visits: Visits) -> FastAPI:
    """The page and its routes; only who knows a visit's token gets its files."""
    from instructfx.studio.handlers import Handlers
    from instructfx.studio.opening import copied
    from instructfx.studio.page import laid_out

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

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
        text = json.dumps(preset_of(visit_of(token)), indent=2)
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    @app.get("/audio/{token}/dry")
    def dry(token: str) -> Response:
        path = visit_of(token).dry
        return FileResponse(path, media_type=MEDIA_TYPES[path.suffix.lower()], headers=PRIVATE)

    @app.get("/audio/{token}/{name}")
    def rendered(token: str, name: str) -> Response:
        for path in visit_of(token).renders:
            if name == path.name:
                return FileResponse(path, media_type=MEDIA_TYPES[path.suffix], headers=PRIVATE)
            if name == f"{path.stem}.wav":
                wav = path.with_suffix(".wav")
                if not wav.exists():
                    copied(path, wav)
                return FileResponse(wav, media_type=MEDIA_TYPES[".wav"], headers=PRIVATE)
        raise HTTPException(404, "that version is no longer kept; the latest one is on the page")

    blocks = quirks.blocks()
    page = laid_out(quirks.state(visits.close), blocks)
    Handlers(page, visits).attach()
    return quirks.mounted(app, blocks)


def preset_of(visit: Visit) -> dict[str, object]:
    """The chain that plays now, as a file for another session or another program."""
    return {"format": "instructfx-preset", "version": 1, "chain": visit.live.chain.to_json()}


def serve(host: str = DEFAULT_HOST, port: int = DEFAULT_PORT) -> int:
    """Serve until interrupted; the exit status, 2 where a planner or the address cannot be had. Port 0 is any."""
    from instructfx.studio import planners
    from instructfx.studio.ears import offered
    from instructfx.studio.work import warm_up

    try:
        planners.check()
    except InstructFXError as error:
        log.error("The planner cannot be used: %s", error)
        return 2
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        log.error("Cannot listen on %s port %d: %s. Choose another with --port.", host, port, error.strerror)
        return 2
    visits = Visits()
    try:
        server = uvicorn.Server(
            uvicorn.Config(application(visits), log_level="warning", timeout_graceful_shutdown=SHUTDOWN_SECONDS)
        )
        shown = f"[{host}]" if ":" in host else host
        log.info("InstructFX is ready: open http://%s:%d (Ctrl+C stops it)", shown, listening.getsockname()[1])
        visits.watch()
        warm_up(offered().usual)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # uvicorn raises it again after its own shutdown
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        visits.close_all()
        listening.close()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """`python app.py [--host HOST] [--port PORT]`."""
    parser = argparse.ArgumentParser(prog="app.py", description="The InstructFX studio, a page for your browser.")
    parser.add_argument("--host", default=os.environ.get("INSTRUCTFX_HOST", DEFAULT_HOST))
    parser.add_argument("--port", type=int, default=os.environ.get("INSTRUCTFX_PORT", DEFAULT_PORT))
    asked = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    log.setLevel(logging.INFO)
    return serve(asked.host, asked.port)
