"""What workers do for a page, and how far that has come: threads that only listen to them."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from instructfx.chain import Chain
from instructfx.errors import InstructFXError
from instructfx.planners import BUILT_IN
from instructfx.studio.messages import (
    Answer,
    At,
    Instruct,
    Order,
    Rendering,
    Report,
    Request,
    Stepped,
    Take,
    Waiting,
)
from instructfx.studio.progress import Progress
from instructfx.studio.readable import sentence
from instructfx.studio.visits import Exchange, Visit
from instructfx.studio.workers import Pool, SurpriseError, Watch

if TYPE_CHECKING:
    from instructfx.session import Session
    from instructfx.store import Store

log = logging.getLogger(__name__)

OUR_FAULT = "Something went wrong on our side; nothing was lost. Please try again."
STARTS = {
    "opening": 0.3,
    "planning": 0.05,
    "asking": 0.05,
    "listening": 0.12,
    "hearing": 0.12,
    "refining": 0.15,
    "saving": 0.97,
}  # share of the bar
USUAL_STEPS = 30  # the bar is two thirds through refinement after this many
LOOK_SECONDS = 0.2


class Job(threading.Thread):
    """Some work in a thread of its own, with its progress. trouble is one line where it failed.

    It runs on when the page that started it goes away.
    """

    def __init__(self, work: Callable[[Job], None]) -> None:
        super().__init__(name="job", daemon=True)
        self._work = work
        self.progress = Progress()
        self.trouble = ""

    def run(self) -> None:
        """Do the work."""
        try:
            self._work(self)
        except InstructFXError as error:
            self.trouble = sentence(error)
        except SurpriseError:
            self.trouble = OUR_FAULT
        except Exception:
            log.exception("work for a page failed")
            self.trouble = OUR_FAULT

    def tell(self, report: Report) -> None:
        """Note how far the work is; the bar never runs back."""
        match report:
            case Waiting(before):
                self.progress = self.progress.moved("waiting", 0.0, before)
            case At(stage):
                stage = self.named(stage)
                self.progress = self.progress.moved(stage, STARTS[stage])
            case Stepped(loss):
                done = 1 - math.exp(-(len(self.progress.losses) + 1) / USUAL_STEPS)
                share = STARTS["refining"] + done * (STARTS["saving"] - STARTS["refining"])
                self.progress = self.progress.stepped(loss, share)
            case Rendering(share):
                self.progress = self.progress.moved("rendering", share)

    def named(self, stage: str) -> str:
        """What the page calls a stage."""
        return stage

    async def done(self) -> None:
        """Start, and wait for the end."""
        self.start()
        while self.is_alive():
            await self.looked_at()

    async def looked_at(self) -> None:
        """Wait a moment, less if it ends, without holding a thread."""
        end = asyncio.get_running_loop().time() + LOOK_SECONDS
        while self.is_alive() and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(LOOK_SECONDS / 8)


class OpenJob(Job):
    """A session that is being opened; visit is there at the end, None where it failed."""

    def __init__(self, opening: Callable[[Watch], Visit | None]) -> None:
        super().__init__(lambda job: self._open(opening))
        self.progress = self.progress.moved("opening", STARTS["opening"])
        self.visit: Visit | None = None

    def _open(self, opening: Callable[[Watch], Visit | None]) -> None:
        self.visit = opening(Watch(self.tell))


class AskJob(Job):
    """A request whose answer somebody waits for; answer is there at the end, None where it failed."""

    def __init__(self, pool: Pool, request: Request, over: threading.Event) -> None:
        super().__init__(lambda job: self._ask())
        self.answer: Answer | None = None
        self._pool, self._request, self._over = pool, request, over

    def _ask(self) -> None:
        self.answer = self._pool.run(self._request, Watch(self.tell, over=self._over))


class TurnJob(Job):
    """One order of one visit, whose busy lock is held by then and released in every case.

    What comes of it is read from the store and becomes the visit's last exchanges.
    """

    def __init__(self, visit: Visit, order: Order, pool: Pool, store: Store) -> None:
        super().__init__(lambda job: self._take())
        self.visit = visit
        self.order = order
        self.serial = visit.begun()
        visit.job = self
        self._pool = pool
        self._store = store

    @property
    def words(self) -> str:
        """What was said; empty for what is done by hand."""
        return self.order.words if isinstance(self.order, Instruct) else ""

    def run(self) -> None:
        """Carry out the order, and say what came of it."""
        visit, before = self.visit, len(self.visit.session.turns)
        try:
            super().run()
            self._read_again()
            visit.exchanges += exchanges_of(visit.session)[before:]
            if self.trouble:
                visit.exchanges.append(Exchange(self.words, visit.session.chain, None, self.trouble))
        finally:
            visit.job = None
            visit.stop.clear()
            visit.busy.release()

    def named(self, stage: str) -> str:
        """What the page calls a stage: who is asked and who listens makes a difference."""
        if stage == "listening" and self.visit.minds.ear == "clap":
            return "hearing"
        if stage == "planning" and self.visit.minds.planner != BUILT_IN:
            return "asking"
        return stage

    def _take(self) -> None:
        visit = self.visit
        session = visit.session
        request = Take(session.id, self.order, len(session.turns), visit.minds)
        self._pool.run(request, Watch(self.tell, visit.stop, visit.closed))

    def _read_again(self) -> None:
        """The session as it is now; a worker that was ended may have stored the turn before."""
        visit = self.visit
        try:
            visit.session, visit.track = self._store.load(visit.session.id)
        except InstructFXError as error:
            log.exception("a session cannot be read after its turn")
            self.trouble = self.trouble or sentence(error)


def exchanges_of(session: Session) -> list[Exchange]:
    """The story of a stored session, turn by turn."""
    found, playing = [], Chain()
    for turn in session.turns:
        if turn.kind != "undone":  # else what changes is what played
            playing = session.turn(turn.parent_id).chain if turn.parent_id else Chain()
        found.append(Exchange(turn.instruction, playing, turn))
        playing = turn.chain
    return found
