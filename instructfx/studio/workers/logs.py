"""What the studio writes into its log: never the id of a session nor the token of a visitor."""

from __future__ import annotations

import logging
import re

SECRET = re.compile(r"(?<![\w-])(?=[a-z_-]*[A-Z0-9])[\w-]{32,}(?![\w-])")
"""Tokens, ids and check sums, but no long name of a function."""
HIDDEN = "<hidden>"


class Discreet(logging.Formatter):
    """The usual lines, tracebacks included, with everything that could be an id hidden."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub(HIDDEN, super().format(record))


def to_stderr() -> None:
    """Log warnings and our own news to standard error, discreetly."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("instructfx").setLevel(logging.INFO)
