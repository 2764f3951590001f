"""What workers do for a page: opening a session, answering a question, taking a turn."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from instructfx.chain import Chain
from instructfx.errors import InstructFXError
from instructfx.studio.visits.job import STARTS, Job, SessionJob
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.visits.room import DiskRoom
from instructfx.studio.visits.visits import Visit, VisitEntry
from instructfx.studio.workers.messages import (
    Instruct,
    Order,
    Render,
    Rendered,
    RenderExcerpt,
    TakeTurn,
    WorkAnswer,
    WorkRequest,
)
from instructfx.studio.workers.pool import Pool, RequestCallbacks

if TYPE_CHECKING:
    from instructfx.sessions import Session
    from instructfx.store import Store

log = logging.getLogger(__name__)


class OpenJob(Job):
    """A session that is being opened; visit is there at the end, None where it failed."""

    def __init__(self, opening: Callable[[RequestCallbacks], Visit | None]) -> None:
        super().__init__(lambda job: self._open(opening))
        self.progress = self.progress.moved("opening", STARTS["opening"])
        self.visit: Visit | None = None

    def _open(self, opening: Callable[[RequestCallbacks], Visit | None]) -> None:
        self.visit = opening(RequestCallbacks(self.tell))


class AskJob(Job):
    """A request whose answer somebody waits for; answer is there at the end, None where it failed."""

    def __init__(self, pool: Pool, request: WorkRequest, over: threading.Event) -> None:
        super().__init__(lambda job: self._ask())
        self.answer: WorkAnswer | None = None
        self._pool, self._request, self._over = pool, request, over

    def _ask(self) -> None:
        self.answer = self._pool.run(self._request, RequestCallbacks(self.tell, over=self._over))


class SoundJob(Job):
    """What a turn sounds like, which the visit keeps as soon as it is there, whoever waits for it.

    told is what a person should know of it.
    """

    def __init__(self, visit: Visit, request: Render | RenderExcerpt, pool: Pool) -> None:
        super().__init__(lambda job: self._make())
        self.request = request
        self.over = visit.over
        self.told: tuple[str, ...] = ()
        self._visit, self._pool = visit, pool
        visit.making = self

    def _make(self) -> None:
        visit, request = self._visit, self.request
        answer = self._pool.run(request, RequestCallbacks(self.tell, over=self.over))
        assert isinstance(answer, Rendered)
        if visit.closed.is_set():
            shutil.rmtree(visit.folder, ignore_errors=True)  # which the worker may have made again
            return
        visit.keep_sound(request.turn_id, answer.sound)
        self.told = answer.sound.warnings


def sound_job(visit: Visit, request: Render | RenderExcerpt, pool: Pool) -> SoundJob:
    """What is asked for, started; where another page of the visit is waiting for the same, that."""
    making = visit.making
    if isinstance(making, SoundJob) and making.is_alive() and making.request == request and making.over is visit.over:
        return making
    job = SoundJob(visit, request, pool)
    job.start()
    return job


class TurnJob(SessionJob):
    """One order of one visit, whose busy lock is held by then and released in every case.

    What comes of it is read from the store and becomes the visit's last entries.
    """

    def __init__(self, visit: Visit, order: Order, pool: Pool, store: Store, room: DiskRoom | None = None) -> None:
        words = order.words if isinstance(order, Instruct) else ""
        super().__init__(lambda job: self._take(), words, visit.begun())
        self.visit = visit
        self.order = order
        visit.job = self
        self._pool = pool
        self._store = store
        self._room = room or DiskRoom()

    def run(self) -> None:
        """Carry out the order, and say what came of it."""
        visit, before = self.visit, len(self.visit.session.conversation)
        try:
            super().run()
            self._read_again()
            visit.entries += entries_of(visit.session)[before:]
            if self.trouble:
                visit.entries.append(VisitEntry(self.words, visit.session.chain, None, self.trouble))
        finally:
            visit.job = None
            visit.stop.clear()
            visit.busy.release()

    def named(self, stage: str) -> str:
        """What the page calls a stage: who is asked and who listens makes a difference."""
        if stage == "listening" and not self.visit.agents.built_in_ear:
            return "hearing"
        if stage == "planning" and not self.visit.agents.built_in_planner:
            return "asking"
        return stage

    def _take(self) -> None:
        visit = self.visit
        session = visit.session
        request = TakeTurn(session.id, self.order, len(session.conversation), visit.agents)
        self._room.check()
        self._pool.run(request, RequestCallbacks(self.tell, visit.stop, visit.closed))

    def _read_again(self) -> None:
        """The session as it is now; a worker that was ended may have stored the turn before."""
        visit = self.visit
        try:
            visit.session, visit.track = self._store.load(visit.session.id)
        except InstructFXError as error:
            log.exception("a session cannot be read after its turn")
            self.trouble = self.trouble or sentence(error)


def entries_of(session: Session) -> list[VisitEntry]:
    """The story of a stored session: turn by turn, and what was answered between."""
    from instructfx.sessions import Exchange

    found, playing = [], Chain()
    for each in session.conversation:
        if isinstance(each, Exchange):
            found.append(VisitEntry(each.instruction, playing, answer=each))
            continue
        if each.kind != "undone":  # else what changes is what played
            playing = session.turn(each.parent_id).chain if each.parent_id else Chain()
        found.append(VisitEntry(each.instruction, playing, each))
        playing = each.chain
    return found
