"""Who is here: one session, one folder and one unguessable token for each visitor."""

from __future__ import annotations

import json
import logging
import secrets
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.audio.scratch import new_scratch_folder
from instructfx.errors import LimitError
from instructfx.studio.visits.job import SessionJob
from instructfx.studio.workers.messages import AgentNames, Compared, Sound

if TYPE_CHECKING:
    from instructfx.audio.track import Track
    from instructfx.chain import Chain
    from instructfx.sessions import Exchange, Session, Turn

log = logging.getLogger(__name__)

IDLE_SECONDS = 3600.0
AWAY_SECONDS = 120.0  # a page that lost its connection may come back within this time
SWEEP_SECONDS = 30.0
REMEMBERED = 10_000
RENDERS_KEPT = 6
FULL = "the studio is full: {} sessions are open. Try again in a few minutes."


@dataclass(frozen=True)
class VisitEntry:
    """What was said and what came of it: a turn after the chain `before`, an answer that changed nothing, or one line
    that says why there is neither."""

    words: str
    before: Chain
    turn: Turn | None = None
    trouble: str = ""
    answer: Exchange | None = None


@dataclass(frozen=True)
class Past:
    """What is remembered of a visit that was closed: its stored session, who planned and who listened."""

    session_id: str
    agents: AgentNames


@dataclass(eq=False)
class Visit:
    """One visitor with an open session, as it was in the store after its last turn.

    folder holds what is played and goes when the visit is closed. busy is held while a turn runs, which is job; stop
    asks that turn to keep its best so far and end. serial counts what was started here, so that whoever watches
    something older knows; over ends what nobody waits for since. picked and compared are what the page looks at
    beside the turn that plays; playing is what it played last; made are files that a program asked for, by their names.
    """

    token: str
    session: Session
    track: Track
    agents: AgentNames
    folder: Path
    page: str
    dry: Sound
    names: Mapping[str, str] = field(default_factory=dict)
    entries: list[VisitEntry] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)
    job: SessionJob | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    serial: int = 0
    playing: str | None = None
    picked: str | None = None
    compared: Compared | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)
    made: dict[str, Path] = field(default_factory=dict)
    seen: float = field(default_factory=time.monotonic)
    left: float | None = None
    _renders: OrderedDict[str, Sound] = field(default_factory=OrderedDict)

    def begun(self) -> int:
        """Note that something new starts here, and end what was only looked after; its serial number."""
        self.over.set()
        self.over = threading.Event()
        self.serial += 1
        return self.serial

    def sound_of(self, turn_id: str | None) -> Sound | None:
        """What the track sounds like after a turn, the dry track after none; None where that is not rendered."""
        if turn_id is None:
            return self.dry
        chain = self.session.turn(turn_id).chain
        return self._renders.get(_sound_key(chain)) if chain.slots else self.dry

    def heard(self) -> str | None:
        """The turn whose sound is played: the one that stands, or while that is not rendered, what was played."""
        standing = self.session.standing
        if standing is None or self.sound_of(standing.id):
            self.playing = standing.id if standing else None
        return self.playing

    def sound_named(self, name: str) -> Sound | None:
        """The render in the file of that name."""
        return next((sound for sound in self._renders.values() if sound.path.name == name), None)

    def keep_render(self, turn_id: str, sound: Sound) -> None:
        """Note a finished render of a turn, and remove those that were made longest ago."""
        self._renders[_sound_key(self.session.turn(turn_id).chain)] = sound
        self.heard()
        while len(self._renders) > RENDERS_KEPT:
            _, old = self._renders.popitem(last=False)
            old.path.unlink(missing_ok=True)


def _sound_key(chain: Chain) -> str:
    """The same for chains that sound the same."""
    heard = [(slot.effect.name, dict(slot.settings)) for slot in chain.slots if slot.heard]
    return json.dumps(heard, sort_keys=True)


def new_token() -> str:
    """An id that cannot be guessed: 192 bits."""
    return secrets.token_urlsafe(24)


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

    def check_room(self, page: str) -> None:
        """Raise LimitError where there is no room for a visit of that page."""
        with self._lock:
            if sum(visit.page != page for visit in self._open.values()) >= self._most:
                raise LimitError(FULL.format(self._most))

    def welcome(self, visit: Visit) -> Visit:
        """Open a visit; an earlier one of the same page is closed. Its page is what Gradio calls a browser tab."""
        visit.seen = self._now()
        with self._lock:
            same = self._open.pop(visit.token, None)
            earlier = [other for other in self._open.values() if other.page == visit.page]
            self._open[visit.token] = visit
        for other in earlier:
            self.close(other.token)
        if same:
            _end(same)
        return visit

    def find(self, token: str) -> Visit | None:
        """The open visit of that token, now in use; None where there is none."""
        with self._lock:
            visit = self._open.get(token)
            if visit:
                visit.seen, visit.left = self._now(), None
            return visit

    def of_session(self, session_id: str) -> Visit | None:
        """The open visit that has a session open; None where none has."""
        with self._lock:
            return next((visit for visit in self._open.values() if visit.session.id == session_id), None)

    def moved(self, visit: Visit, page: str) -> Visit:
        """A visit goes on in another page: the same one loaded again, or one that was given its address."""
        with self._lock:
            earlier = [other for other in self._open.values() if other.page == page and other is not visit]
            visit.page, visit.seen, visit.left = page, self._now(), None
        for other in earlier:
            self.close(other.token)
        return visit

    def past(self, token: str) -> Past | None:
        """What is remembered of a visit that was closed; None where there never was one."""
        with self._lock:
            return self._past.get(token)

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
                if visit.page == page:
                    visit.left = self._now()

    def close(self, token: str) -> None:
        """Stop what runs, forget the visit and remove its files. The stored session stays."""
        with self._lock:
            visit = self._open.pop(token, None)
            if visit is None:
                return
            self._past[token] = Past(visit.session.id, visit.agents)
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
