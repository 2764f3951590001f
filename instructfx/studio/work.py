"""What workers do for a page, and how far that has come: threads that only listen to them."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from instructfx.errors import InstructFXError
from instructfx.planners import BUILT_IN
from instructfx.studio.messages import At, Rendering, Report, Said, Say, Stepped, Taken, Waiting
from instructfx.studio.readable import sentence
from instructfx.studio.views import Progress
from instructfx.studio.visits import Exchange, Visit
from instructfx.studio.workers import Pool, SurpriseError, Watch

if TYPE_CHECKING:
    from instructfx.session import Turn
    from instructfx.store import Store

log = logging.getLogger(__name__)

OUR_FAULT = "Something went wrong on our side; nothing was lost. Please try again."
STARTS = {
    "opening": 0.3,
    "planning": 0.04,
    "asking": 0.04,
    "listening": 0.08,
    "hearing": 0.08,
    "refining": 0.1,
    "saving": 0.68,
}  # share of the bar
RENDERING = 0.7
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
                done = 1 - math.exp(-(self.progress.steps + 1) / USUAL_STEPS)
                share = STARTS["refining"] + done * (STARTS["saving"] - STARTS["refining"])
                self.progress = self.progress.stepped(loss, share)
            case Rendering(share):
                self.progress = self.progress.moved("rendering", RENDERING + (1 - RENDERING) * share)

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


class TurnJob(Job):
    """One turn of one visit, whose busy lock is held by then and released in every case.

    What happened becomes the visit's last exchange. turn is there as soon as it is in the store.
    """

    def __init__(self, visit: Visit, words: str, pool: Pool, store: Store) -> None:
        super().__init__(lambda job: self._take())
        self.visit = visit
        self.words = words
        self.before = visit.session.chain
        self.turn: Turn | None = None
        self._pool = pool
        self._store = store

    def run(self) -> None:
        """Take the turn, and say what came of it."""
        visit = self.visit
        try:
            super().run()
            if self.trouble:
                self._read_again()
        finally:
            visit.exchanges.append(Exchange(self.words, self.before, self.turn, self.trouble))
            visit.stop.clear()
            visit.busy.release()

    def tell(self, report: Report) -> None:
        """Note how far the work is; a turn that is in the store is read from there."""
        if isinstance(report, Taken):
            self._read()
        else:
            super().tell(report)

    def named(self, stage: str) -> str:
        """What the page calls a stage: who is asked and who listens makes a difference."""
        if stage == "listening" and self.visit.ear == "clap":
            return "hearing"
        if stage == "planning" and self.visit.planner != BUILT_IN:
            return "asking"
        return stage

    def _take(self) -> None:
        visit = self.visit
        session = visit.session
        request = Say(
            session.id, self.words, len(session.turns), visit.folder, visit.is_heard, visit.planner, visit.ear
        )  # fmt: skip
        said = self._pool.run(request, Watch(self.tell, visit.stop, visit.closed))
        assert isinstance(said, Said)
        if said.rendered:
            visit.keep_render(said.rendered)

    def _read(self) -> None:
        session, _ = self._store.load(self.visit.session.id)
        if len(session.turns) > len(self.visit.session.turns):
            self.turn = session.turns[-1]
        self.visit.session = session

    def _read_again(self) -> None:
        """A worker that was ended may have stored the turn before."""
        try:
            self._read()
        except InstructFXError:
            log.exception("a session cannot be read after its turn failed")
