"""How long stored sessions are kept: those that nobody has used for so many days are deleted."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from instructfx.errors import InstructFXError
from instructfx.studio.visits.visits import Visits

log = logging.getLogger(__name__)

SWEEP_SECONDS = 3600.0


class Kept(Protocol):
    """What is asked of a store."""

    def unused_since(self, moment: datetime) -> tuple[str, ...]:
        """The ids of the sessions that nobody has used since then."""

    def delete(self, session_id: str) -> None:
        """Delete a session, its turns and its audio where no other session has it."""


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def sweep(store: Kept, visits: Visits, keep_days: float, at: Callable[[], datetime] = now) -> int:
    """Delete what was not used for so many days, but nothing that a visit uses; how many sessions that were.

    A session that cannot be deleted is left for the next time.
    """
    deleted = 0
    for session_id in store.unused_since(at() - timedelta(days=keep_days)):
        try:
            deleted += visits.unless_used(session_id, store.delete)
        except InstructFXError as error:
            log.warning("a session could not be deleted: %s", error)
    if deleted:
        log.info("%d sessions were deleted, unused for more than %g days", deleted, keep_days)
    return deleted


def watch(store: Kept, visits: Visits, keep_days: float) -> threading.Thread:
    """Sweep now and every hour, in a thread that ends with the process."""

    def sweeping() -> None:
        while True:
            try:
                sweep(store, visits, keep_days)
            except Exception:
                log.exception("sweeping the sessions failed")
            time.sleep(SWEEP_SECONDS)

    thread = threading.Thread(target=sweeping, name="retention", daemon=True)
    thread.start()
    return thread
