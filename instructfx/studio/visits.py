"""Who is here: one session, one folder and one unguessable token for each visitor."""

from __future__ import annotations

import logging
import secrets
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instructfx.chain import Chain
    from instructfx.live import LiveSession
    from instructfx.session import Turn

log = logging.getLogger(__name__)

IDLE_SECONDS = 3600.0
AWAY_SECONDS = 120.0  # a page that lost its connection may come back within this time
SWEEP_SECONDS = 30.0
REMEMBERED = 10_000
RENDERS_KEPT = 2


@dataclass(frozen=True)
class Exchange:
    """What was said and what came of it: a turn, or one line that says why there is none."""

    words: str
    before: Chain
    turn: Turn | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Past:
    """What is remembered of a visit that was closed: its stored session, who listened and who planned."""

    session_id: str
    ear: str
    planner: str


@dataclass(eq=False)
class Visit:
    """One visitor with an open session. folder holds what is played and goes when the visit is closed.

    busy is held while a turn runs; stop asks that turn to keep its best so far and end.
    """

    token: str
    live: LiveSession
    folder: Path
    page: str
    dry: Path
    exchanges: list[Exchange] = field(default_factory=list)
    renders: list[Path] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)
    stop: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    seen: float = field(default_factory=time.monotonic)
    left: float | None = None

    @property
    def ear(self) -> str:
        """Who listens."""
        return self.live.minds.ear.name

    @property
    def planner(self) -> str:
        """Who plans."""
        return self.live.minds.planner.name

    @property
    def current(self) -> Path | None:
        """What the chain that plays now puts out; None before the first turn."""
        return self.renders[-1] if self.renders else None

    def next_render(self) -> Path:
        """A fresh path for the next render."""
        return self.folder / f"{secrets.token_hex(4)}.flac"

    def keep_render(self, path: Path) -> None:
        """Make a finished render the current one and remove those that nobody can ask for any more."""
        self.renders.append(path)
        while len(self.renders) > RENDERS_KEPT:
            old = self.renders.pop(0)
            old.unlink(missing_ok=True)
            old.with_suffix(".wav").unlink(missing_ok=True)


class Visits:
    """Open visits by token. A visit is closed when its page was left, after an hour unused, or on request."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._open: dict[str, Visit] = {}
        self._past: OrderedDict[str, Past] = OrderedDict()
        self._root = Path(tempfile.mkdtemp(prefix="instructfx-studio-"))

    def __len__(self) -> int:
        return len(self._open)

    def folder(self) -> Path:
        """A new folder that only this process reads."""
        return Path(tempfile.mkdtemp(dir=self._root))

    def welcome(self, live: LiveSession, folder: Path, dry: Path, page: str, token: str = "") -> Visit:
        """Open a visit; an earlier one of the same page is closed. page is what Gradio calls a browser tab."""
        visit = Visit(token or secrets.token_urlsafe(24), live, folder, page, dry, seen=self._now())
        with self._lock:
            earlier = [other for other in self._open.values() if other.page == page]
            self._open[visit.token] = visit
        for other in earlier:
            self.close(other.token)
        return visit

    def find(self, token: str) -> Visit | None:
        """The open visit of that token, now in use; None where there is none."""
        with self._lock:
            visit = self._open.get(token)
            if visit:
                visit.seen, visit.left = self._now(), None
            return visit

    def past(self, token: str) -> Past | None:
        """What is remembered of a visit that was closed; None where there never was one."""
        with self._lock:
            return self._past.get(token)

    def left(self, page: str) -> None:
        """A page was closed, or lost its connection."""
        with self._lock:
            for visit in self._open.values():
                if visit.page == page:
                    visit.left = self._now()

    def close(self, token: str) -> None:
        """Stop what runs, forget the visit and remove its files. The stored session stays."""
        with self._lock:
            visit = self._open.pop(token, None)
            if visit is None:
                return
            self._past[token] = Past(visit.live.session.id, visit.ear, visit.planner)
            while len(self._past) > REMEMBERED:
                self._past.popitem(last=False)
        visit.closed.set()
        visit.stop.set()
        shutil.rmtree(visit.folder, ignore_errors=True)

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
