"""`instructfx studio`: the page, until it is interrupted."""

from __future__ import annotations

import argparse
import logging
import os
from typing import Any

from instructfx.cli.interrupts import told_to_end

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 7860


def add_commands(commands: Any) -> None:
    """Add `studio` to the subparsers of the command line."""
    studio = commands.add_parser("studio", help="serve the page for your browser")
    studio.add_argument(
        "--host",
        default=os.environ.get("INSTRUCTFX_HOST", DEFAULT_HOST),
        help="address to listen at (default: INSTRUCTFX_HOST, else 127.0.0.1)",
    )
    studio.add_argument(
        "--port",
        type=int,
        default=os.environ.get("INSTRUCTFX_PORT", DEFAULT_PORT),
        help="port to listen at, 0 for any that is free (default: INSTRUCTFX_PORT, else 7860)",
    )
    studio.set_defaults(run=_studio)


def _studio(options: argparse.Namespace) -> int:
    from instructfx.studio.web.server import serve
    from instructfx.studio.workers import logs

    logs.to_stderr()
    status = serve(options.host, options.port, told_to_end())
    if status == 0:  # it has served and put away what was its own; what libraries do at the end takes seconds
        logging.shutdown()
        os._exit(0)
    return status
