"""What a command says while it works: one line on standard error, rewritten on a terminal, now and then elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instructfx.refine import Step

QUIET_SECONDS = 10.0  # between two lines about the same work, where lines stay


class TerminalProgress:
    """Stages, steps and shares of work."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._said = -QUIET_SECONDS

    def say(self, text: str) -> None:
        """A line that stays."""
        self.clear()
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def now(self, text: str) -> None:
        """Where long work stands: rewritten on a terminal, elsewhere a line every ten seconds."""
        if self._live or time.monotonic() - self._said >= QUIET_SECONDS:
            self._said = time.monotonic()
            self._show(text, always=True)

    def stage(self, stage: str) -> None:
        """What is being done."""
        self._show(f"{stage} ...", always=True)

    def step(self, step: Step) -> None:
        """A step of a search."""
        self._show(f"refining: step {step.iteration}, loss {step.loss:.3f}")

    def render(self, share: float) -> None:
        """How much of a file is rendered."""
        self._show(f"rendering: {share:4.0%}")

    def clear(self) -> None:
        """Take the line away."""
        if self._live:
            sys.stderr.write("\r\033[K")

    def _show(self, text: str, always: bool = False) -> None:
        if self._live:
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()
        elif always:
            sys.stderr.write(f"{text}\n")
            sys.stderr.flush()
