"""Libraries in C that write to standard error whatever we do: libmpg123 a line for each frame that it cannot read."""

from __future__ import annotations

import faulthandler
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """As long as the block runs, what they write goes nowhere, and what we write goes where it went, as does where
    Python was when something kills the process.

    Nothing where standard error is no file of the system's, or not the usual one.
    """
    ours = sys.stderr
    try:
        number = ours.fileno()
    except (AttributeError, OSError, ValueError):  # io.UnsupportedOperation is both
        number = -1
    if number != 2:
        yield
        return
    ours.flush()
    kept = os.dup(number)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)
    sys.stderr = loud = io.TextIOWrapper(os.fdopen(kept, "wb", 0), ours.encoding, ours.errors, write_through=True)
    tells = not faulthandler.is_enabled()
    if tells:
        faulthandler.enable(loud)
    try:
        yield
    finally:
        if tells:
            faulthandler.disable()
        os.dup2(kept, number)
        sys.stderr = ours
        loud.close()
