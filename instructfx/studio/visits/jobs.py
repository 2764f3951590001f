"""What workers do for a page: opening a session, answering a question, taking a turn."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from instructfx.chain import Chain
from instructfx.errors import InstructFXError
from instructfx.studio.visits.job import STARTS, AskJob, Job, SessionJob
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.visits.room import DiskRoom
from instructfx.studio.visits.visits import Visit, VisitEntry
from instructfx.studio.workers.messages import (
    Draw,
    Render,
    Rendered,
    RenderExcerpt,
    RenderReference,
    TakeTurn,
)
from instructfx.studio.workers.orders import Instruct, Order
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


Sounding = Render | RenderExcerpt | RenderReference


class SoundJob(AskJob):
    """What a turn or the reference sounds like, which the visit keeps as soon as it is there, whoever waits for it."""

    def __init__(self, visit: Visit, request: Sounding, pool: Pool) -> None:
        super().__init__(pool, request, visit.over)
        self._visit = visit
        self._wanted = request

    def serves(self) -> bool:
        """Only while it runs: what it made may be gone again."""
        return self.is_alive()

    def named(self, stage: str) -> str:
        """What the page calls a stage: not all that is rendered is the track."""
        return "referring" if isinstance(self._wanted, RenderReference) and stage == "rendering" else stage

    def ask(self) -> None:
        """As before, and keep what came."""
        super().ask()
        if not isinstance(self.answer, Rendered) or gone(self._visit):
            return
        if isinstance(self._wanted, RenderReference):
            self._visit.keep_reference(self._wanted.sha256, self.answer.sound)
        else:
            self._visit.keep_sound(self._wanted.turn_id, self.answer.sound)


def gone(visit: Visit) -> bool:
    """Whether a visit was closed; then nothing is left of its folder, which a worker may have made again."""
    if visit.closed.is_set():
        shutil.rmtree(visit.folder, ignore_errors=True)
    return visit.closed.is_set()


def looked_after(visit: Visit, wanted: Sounding | Draw, pool: Pool) -> AskJob:
    """What answers a request for the pages of a visit, started once however many of them wait for it, and ended when
    something new begins there."""
    job = visit.looked_after.get(wanted)
    if job is None or not job.serves():
        job = AskJob(pool, wanted, visit.over) if isinstance(wanted, Draw) else SoundJob(visit, wanted, pool)
        visit.looked_after[wanted] = job
        job.start()
    return job


class ReferenceJob(Job):
    """A track of a person's own that a session comes to be held against. It is no turn."""

    def __init__(self, holding: Callable[[RequestCallbacks], None]) -> None:
        super().__init__(lambda job: holding(RequestCallbacks(self.tell)))
        self.progress = self.progress.moved("referring", STARTS["referring"])

    def named(self, stage: str) -> str:
        """All of it is one stage for the page."""
        return stage if stage == "waiting" else "referring"


class TurnJob(SessionJob):
    """One order of one visit, whose busy lock is held by then and released in every case.

    What comes of it is read from the store and becomes the visit's last entries.
    """

    def __init__(self, visit: Visit, order: Order, pool: Pool, store: Store, room: DiskRoom | None = None) -> None:
        super().__init__(lambda job: self._take(), order.words if isinstance(order, Instruct) else "")
        visit.begun()
        self.visit = visit
        self.order = order
        visit.job = self
        self._pool = pool
        self._store = store
        self._room = room or DiskRoom()

    def run(self) -> None:
        """Carry out the order, and say what came of it."""
        visit = self.visit
        try:
            super().run()
            self._read_again()
            if self.trouble:
                visit.entries.append(VisitEntry(self.words, visit.session.chain, None, self.trouble))
        finally:
            visit.job = None
            visit.stop.clear()
            visit.busy.release()
            visit.changed()

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
            session, visit.track = self._store.load(visit.session.id)
            visit.take_in(session, entries_of(session))
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
