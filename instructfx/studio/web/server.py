"""The server: the page, the files that it plays, and nothing from anywhere else."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import socket
import sys
from collections.abc import Sequence

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from instructfx.audio.scratch import abandoned, scratch_folder
from instructfx.errors import InstructFXError, PlannerError, SetupError
from instructfx.extras import needs_extra
from instructfx.studio.visits import retention
from instructfx.studio.visits.opening import Studio
from instructfx.studio.web import changes, routes
from instructfx.studio.web.auth import AccessMiddleware, Passwords, passwords_from
from instructfx.studio.web.connections import BACKLOG, ClosingServer, ImpatientProtocol, most_connections
from instructfx.studio.web.origins import Hosts, hosts_from
from instructfx.studio.web.secured import SecuredAnswers
from instructfx.studio.web.uploads import UploadGate
from instructfx.studio.workers.limits import Limits, limits_from

log = logging.getLogger("instructfx")

SHUTDOWN_SECONDS = 1


def application(studio: Studio, passwords: Passwords | None = None, hosts: Hosts | None = None) -> ASGIApp:
    """The page and its routes, behind a gate; only who knows a visit's token gets its files."""
    from instructfx.studio.page import gradio_compat
    from instructfx.studio.page.handlers import Handlers
    from instructfx.studio.page.layout import HEADER, laid_out
    from instructfx.studio.web.api import Api

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    routes.add(app, studio)
    changes.add(app, studio)
    limits = studio.limits
    blocks = gradio_compat.blocks()
    page = laid_out(gradio_compat.state(), blocks, limits, studio.private)
    Api(studio).attach(blocks)  # before the page's own events, whose names Gradio would number these by
    Handlers(page, studio).attach()
    whole = gradio_compat.mounted(app, blocks, limits.upload_mb, limits.mcp)
    uploads = UploadGate(whole, studio.room, studio.arrivals)
    gate = AccessMiddleware(uploads, limits.upload_mb, passwords, limits.mcp, hosts or Hosts())
    return SecuredAnswers(gate, gradio_compat.HEAD, gradio_compat.SHELL.format(header=HEADER))


def serve(host: str, port: int, ends: Sequence[signal.Signals] = (signal.SIGTERM,)) -> int:
    """Serve until interrupted, or told to end by one of these signals; the exit status, 2 where a setting, a planner or
    the address cannot be used.

    Port 0 is any.
    """
    from instructfx.studio.visits import planner_options

    try:
        limits, passwords = limits_from(os.environ), passwords_from(os.environ)
        hosts = hosts_from(os.environ, host)
        planner_options.check()
        if limits.mcp:
            with needs_extra("mcp", "INSTRUCTFX_MCP=1"):
                import mcp  # noqa: F401 - Gradio does, when the page is made
        listening = _listening(host, port)
    except PlannerError as error:
        log.error("The planner cannot be used: %s", error)
        return 2
    except InstructFXError as error:
        log.error("%s", error)
        return 2
    with listening, scratch_folder() as uploads:
        from instructfx.studio.page import (
            gradio_compat,  # Gradio, once nothing can be wrong with what was asked
        )

        gradio_compat.keep_uploads_in(uploads)
        try:
            return _serve(listening, limits, passwords, hosts, ends)
        except InstructFXError as error:
            log.error("%s", error)
            return 2


def _listening(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise SetupError(f"There is no port {port}: ports are 0 to 65535. Choose another with --port.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SetupError(
            f"Cannot listen on {host} port {port}: {error.strerror}. Choose another with --port."
        ) from error


def _address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _serve(
    listening: socket.socket,
    limits: Limits,
    passwords: Passwords | None,
    hosts: Hosts,
    ends: Sequence[signal.Signals],
) -> int:
    from instructfx.store import Store
    from instructfx.studio.visits.arrivals import Arrivals
    from instructfx.studio.visits.ear_options import offered
    from instructfx.studio.visits.visits import Visits
    from instructfx.studio.workers.pool import Pool

    for path in abandoned():  # by a studio that was killed
        shutil.rmtree(path, ignore_errors=True)
    store = Store()  # before the workers, so that they find it made
    pool, visits = Pool(limits), Visits(most=limits.visits)
    private = passwords is not None or hosts.loopback_alone
    studio = Studio(visits, pool, store, limits, Arrivals(limits.opens), private)
    try:
        server = ClosingServer(
            uvicorn.Config(
                application(studio, passwords, hosts),
                http=ImpatientProtocol,
                log_config=None,  # its lines go through ours, which hide ids
                access_log=False,
                ws="none",
                backlog=BACKLOG,
                limit_concurrency=most_connections(limits.visits),
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            ),
            ready=lambda: log.info("InstructFX is ready: open %s (Ctrl+C stops it)", _address_of(listening)),
            closing=pool.begin_closing,
        )
        visits.watch()
        if limits.keep_days is not None:
            retention.watch(store, visits, limits.keep_days)
        pool.warm_up(offered().usual)
        for told in ends:  # uvicorn takes some over while it serves, and raises them again after its own shutdown
            taken_over = told in uvicorn.server.HANDLED_SIGNALS
            signal.signal(told, (lambda *_: sys.exit(0)) if taken_over else server.handle_exit)
        server.run(sockets=[listening])
    except (KeyboardInterrupt, SystemExit):  # as it was told to end
        pass
    finally:
        pool.close()
        visits.close_all()
    return 0
