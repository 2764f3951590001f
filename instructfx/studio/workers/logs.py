"""What the studio writes into its log: never the id of a session nor the token of a visitor."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
import traceback
from pathlib import Path

log = logging.getLogger(__name__)

LONGEST = 1000  # characters of a line
MOST_LINES = 200
SECRET = re.compile(r"(?<![\w-])(?=[a-z_-]*[A-Z0-9])[\w-]{32,}(?![\w-])")
"""Tokens, ids and check sums, but no long name of a function."""
HIDDEN = "<hidden>"


class Discreet(logging.Formatter):
    """The usual lines, tracebacks included, with everything that could be an id hidden and nothing without end."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines()
        kept = lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES // 2], "...", *lines[-MOST_LINES // 2 :]]
        return "\n".join(SECRET.sub(HIDDEN, one if len(one) <= LONGEST else f"{one[:LONGEST]}...") for one in kept)


def worth_a_line(record: logging.LogRecord) -> bool:
    """Whether something happened: what was cut off because the studio ends did not fail."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def failed() -> None:
    """Tell of the error that is being handled: as a whole where it went through our code, else as one line of its kind,
    because what others say of a request that they cannot read repeats it."""
    error = sys.exc_info()[1]
    ours = Path(__file__).parents[2]
    frames = traceback.extract_tb(error.__traceback__) if error else []
    if any(ours in Path(frame.filename).parents for frame in frames):
        log.error("an event failed", exc_info=error)
    else:
        log.warning("a request could not be read (%s)", type(error).__name__)


def to_stderr() -> None:
    """Log warnings and our own news to standard error, discreetly."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet("%(message)s"))
    handler.addFilter(worth_a_line)
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("instructfx").setLevel(logging.INFO)
