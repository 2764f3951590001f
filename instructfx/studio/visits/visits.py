"""Who is here: one session, one folder and one unguessable token for each visitor."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from instructfx.audio.scratch import new_scratch_folder
from instructfx.errors import LimitError
from instructfx.studio.visits.visit import RENDERS_KEPT, Visit, VisitEntry, new_token
from instructfx.studio.workers.messages import AgentNames

log = logging.getLogger(__name__)

IDLE_SECONDS = 3600.0
AWAY_SECONDS = 120.0  # a page that lost its connection may come back within this time
SWEEP_SECONDS = 30.0
REMEMBERED = 10_000
FULL = "the studio is full: {} sessions are open and in use. Try again in a few minutes."


@dataclass(frozen=True)
class Past:
    """What is remembered of a visit that was closed: its stored session, who planned and who listened."""

    session_id: str
    agents: AgentNames


class Visits:
    """Open visits by token. A visit is closed when its page was left, after an hour unused, or on request."""

    def __init__(self, now: Callable[[], float] = time.monotonic, most: int = 200) -> None:
        self._now = now
        self._most = most
        self._lock = threading.Lock()
        self._open: dict[str, Visit] = {}
        self._past: OrderedDict[str, Past] = OrderedDict()
        self._coming: list[str] = []
        self._root = new_scratch_folder()

    def __len__(self) -> int:
        return len(self._open)

    def folder(self) -> Path:
        """A new folder that only this process reads."""
        return Path(tempfile.mkdtemp(dir=self._root))

    def check_room(self, page: str, come: Visit | None = None) -> None:
        """Make room for a visit of that page, which may have come already: where as many as may be are open, the idle
        one that nobody has used for longest is closed; it opens again by its id. LimitError where all are busy."""
        while True:
            with self._lock:
                others = [visit for visit in self._open.values() if visit is not come and visit.pages != {page}]
                idle = [visit for visit in others if not visit.busy.locked()]
                if len(others) < self._most:
                    return
                if not idle:
                    raise LimitError(FULL.format(self._most))
                longest = min(idle, key=lambda visit: (visit.left is None, visit.seen))
            log.info("the studio is full: the visit that nobody has used for longest was closed")
            self.close(longest.token)

    def welcome(self, visit: Visit) -> Visit:
        """Open a visit; its pages leave others that they were at. A page is what Gradio calls a browser tab."""
        with self._lock:
            same = self._open.pop(visit.token, None)
            self._open[visit.token] = visit
        for page in tuple(visit.pages):
            self.joined(visit, page)
        if same:
            _end(same)
        with suppress(LimitError):  # who is here stays; several may have come in at once
            self.check_room(next(iter(visit.pages), ""), visit)
        return visit

    def find(self, token: str, page: str = "") -> Visit | None:
        """The open visit of that token, now in use, by a page where one asks; None where there is none, also for what
        is no text."""
        with self._lock:
            visit = self._open.get(token) if isinstance(token, str) else None
            if visit:
                visit.seen, visit.left = self._now(), None
                visit.pages |= {page} - {""}
            return visit

    def watched(self, token: str) -> Visit | None:
        """The open visit of that token; being looked at is no use of it."""
        with self._lock:
            return self._open.get(token)

    def of_session(self, session_id: str) -> Visit | None:
        """The open visit that has a session open; None where none has."""
        with self._lock:
            return next((visit for visit in self._open.values() if visit.session.id == session_id), None)

    def joined(self, visit: Visit, page: str) -> Visit:
        """One more page is at a visit: the same one loaded again, or one that was given its address. A visit that it
        was at before is closed where no other page is."""
        with self._lock:
            earlier = [other for other in self._open.values() if page in other.pages and other is not visit]
            visit.seen, visit.left = self._now(), None
            visit.pages |= {page} - {""}
        for other in earlier:
            self.put_away(other.token, page)
        return visit

    def past(self, token: str) -> Past | None:
        """What is remembered of a visit that was closed; None where there never was one."""
        with self._lock:
            return self._past.get(token) if isinstance(token, str) else None

    @contextmanager
    def coming_back(self, past: Past) -> Iterator[None]:
        """Within the block the session of a closed visit is in use."""
        with self._lock:
            self._coming.append(past.session_id)
        try:
            yield
        finally:
            with self._lock:
                self._coming.remove(past.session_id)

    def unless_used(self, session_id: str, delete: Callable[[str], None]) -> bool:
        """Delete a stored session unless a visit uses it, and let none use it meanwhile; whether it was deleted."""
        with self._lock:
            if session_id in self._coming or any(visit.session.id == session_id for visit in self._open.values()):
                return False
            delete(session_id)
            for token in [token for token, past in self._past.items() if past.session_id == session_id]:
                del self._past[token]
            return True

    def left(self, page: str) -> None:
        """A page was closed, or lost its connection."""
        with self._lock:
            for visit in self._open.values():
                if page in visit.pages:
                    visit.pages.discard(page)
                    visit.left = None if visit.pages else self._now()

    def put_away(self, token: str, page: str) -> None:
        """A page is done with a visit, which is closed where no other page is at it."""
        with self._lock:
            visit = self._open.get(token)
            if visit:
                visit.pages.discard(page)
        if visit and not visit.pages:
            self.close(token)

    def close(self, token: str) -> None:
        """Stop what runs, forget the visit and remove its files. The stored session stays."""
        with self._lock:
            visit = self._open.pop(token, None)
            if visit is None:
                return
            self._past[token] = Past(visit.session.id, visit.agents.without_access)
            while len(self._past) > REMEMBERED:
                self._past.popitem(last=False)
        _end(visit)

    def sweep(self) -> None:
        """Close the visits that nobody uses."""
        now = self._now()
        with self._lock:
            stale = [
                visit.token
                for visit in self._open.values()
                if not visit.busy.locked()
                and (now - visit.seen > IDLE_SECONDS or (visit.left is not None and now - visit.left > AWAY_SECONDS))
            ]
        for token in stale:
            self.close(token)

    def close_all(self) -> None:
        """Close every visit and remove all files."""
        for token in list(self._open):
            self.close(token)
        shutil.rmtree(self._root, ignore_errors=True)

    def watch(self) -> threading.Thread:
        """Sweep from now on, in a thread that ends with the process."""

        def sweeping() -> None:
            while True:
                time.sleep(SWEEP_SECONDS)
                try:
                    self.sweep()
                except Exception:
                    log.exception("sweeping visits failed")

        thread = threading.Thread(target=sweeping, name="sweep", daemon=True)
        thread.start()
        return thread


def _end(visit: Visit) -> None:
    visit.closed.set()
    visit.over.set()
    visit.stop.set()
    shutil.rmtree(visit.folder, ignore_errors=True)


__all__ = ["AWAY_SECONDS", "IDLE_SECONDS", "RENDERS_KEPT", "Past", "Visit", "VisitEntry", "Visits", "new_token"]
