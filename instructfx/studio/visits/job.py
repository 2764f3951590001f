"""A thread that has something done elsewhere, and how far that has come."""

from __future__ import annotations

import asyncio
import logging
import math
import threading
from collections.abc import Callable

from instructfx.errors import InstructFXError
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.visits.progress import JobProgress
from instructfx.studio.workers.messages import (
    At,
    ProgressReport,
    RenderingReport,
    Stepped,
    Waiting,
    WorkAnswer,
    WorkRequest,
)
from instructfx.studio.workers.pool import Pool, RequestCallbacks, SurpriseError

log = logging.getLogger(__name__)

OUR_FAULT = "Something went wrong on our side; nothing was lost. Please try again."
STARTS = {
    "opening": 0.3,
    "referring": 0.3,
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
        self.progress = JobProgress()
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

    def tell(self, report: ProgressReport) -> None:
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
            case RenderingReport(share):
                self.progress = self.progress.moved(self.named("rendering"), share)

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


class AskJob(Job):
    """A request whose answer somebody waits for; answer is there at the end, None where it failed."""

    def __init__(self, pool: Pool, request: WorkRequest, over: threading.Event) -> None:
        super().__init__(lambda job: self.ask())
        self.answer: WorkAnswer | None = None
        self._pool, self._request, self._over = pool, request, over

    def serves(self) -> bool:
        """Whether who asks for the same can wait for it, or have its answer."""
        return not self.trouble

    def ask(self) -> None:
        """Have it answered."""
        self.answer = self._pool.run(self._request, RequestCallbacks(self.tell, over=self._over))


class SessionJob(Job):
    """Work on one visitor's session: what was said, empty for what is done by hand."""

    def __init__(self, work: Callable[[Job], None], words: str) -> None:
        super().__init__(work)
        self.words = words

    @property
    def by_hand(self) -> bool:
        """An edit or a step through the history, which is short."""
        return not self.words
