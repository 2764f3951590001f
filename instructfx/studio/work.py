"""The work behind the page: taking a turn and rendering it, and how far that has come."""

from __future__ import annotations

import logging
import math
import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.errors import Cancelled, InstructFXError
from instructfx.planners import BUILT_IN
from instructfx.studio.readable import sentence
from instructfx.studio.views import Progress
from instructfx.studio.visits import Exchange, Visit

if TYPE_CHECKING:
    from instructfx.refine import Step
    from instructfx.session import Turn

log = logging.getLogger(__name__)

OUR_FAULT = "Something went wrong on our side; nothing was lost. Please try again."
STARTS = {
    "planning": 0.04,
    "asking": 0.04,
    "listening": 0.08,
    "hearing": 0.08,
    "refining": 0.1,
    "saving": 0.68,
}  # share of the bar
RENDERING = 0.7
WARM_STEPS = 8  # enough to meet every part of a search
USUAL_STEPS = 30  # the bar is two thirds through refinement after this many
PLACES = max(2, (os.cpu_count() or 1) // 2)  # turns that run at once


class Places:
    """A limited number of turns at a time; whoever waits knows how many are before."""

    def __init__(self, count: int = PLACES) -> None:
        self._free = count
        self._waiting: list[object] = []
        self._changed = threading.Condition()

    @contextmanager
    def taken(self, job: Job) -> Iterator[None]:
        """Wait for a place and hold it; Cancelled when the job is stopped before."""
        with self._changed:
            self._waiting.append(job)
            try:
                while self._free == 0 or self._waiting[0] is not job:
                    job.tell("waiting", before=self._waiting.index(job) + 1)
                    self._changed.wait(0.5)
                    if job.visit.stop.is_set():
                        raise Cancelled("Stopped before anything changed.")
                self._free -= 1
            finally:
                self._waiting.remove(job)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


class Job(threading.Thread):
    """One turn of one visit in a thread of its own, with its progress. The visit's busy lock is held by then.

    It runs on when the page that started it goes away, and releases the lock in every case.
    """

    def __init__(self, visit: Visit, words: str, places: Places) -> None:
        super().__init__(name="turn", daemon=True)
        self.visit = visit
        self.words = words
        self._places = places
        self.before = visit.live.chain
        self.turn: Turn | None = None
        self.progress = Progress()

    def run(self) -> None:
        """Take the turn and render it; what happened becomes the visit's last exchange."""
        visit, trouble = self.visit, ""
        try:
            with self._places.taken(self):
                self._take()
        except InstructFXError as error:
            trouble = sentence(error)
        except Exception:
            log.exception("a turn failed")
            trouble = OUR_FAULT
        finally:
            visit.exchanges.append(Exchange(self.words, self.before, self.turn, trouble))
            visit.stop.clear()
            visit.busy.release()

    def tell(self, stage: str, share: float = 0.0, before: int = 0) -> None:
        """Note where the work is; the bar never runs back."""
        self.progress = self.progress.moved(stage, share, before)

    def _take(self) -> None:
        from instructfx.engine import Watch

        visit = self.visit
        watch = Watch(on_stage=self._on_stage, on_step=self._on_step, cancelled=visit.stop.is_set)
        self.turn = visit.live.say(self.words, watch)
        if self.turn.chain == self.before and (visit.current or not self.before.slots):
            return
        render(visit, lambda share: self.tell("rendering", RENDERING + (1 - RENDERING) * share))

    def _on_stage(self, stage: str) -> None:
        if stage == "listening" and self.visit.ear == "clap":
            stage = "hearing"
        elif stage == "planning" and self.visit.planner != BUILT_IN:
            stage = "asking"
        self.tell(stage, STARTS[stage])

    def _on_step(self, step: Step) -> None:
        done = 1 - math.exp(-(self.progress.steps + 1) / USUAL_STEPS)
        share = STARTS["refining"] + done * (STARTS["saving"] - STARTS["refining"])
        self.progress = self.progress.stepped(step.loss, share)


def render(visit: Visit, on_progress: Callable[[float], None] = lambda share: None) -> None:
    """Render the whole track through the chain that plays now, and make it what is heard."""
    path = visit.next_render()
    visit.live.render_to(path, on_progress=on_progress, cancelled=visit.closed.is_set)
    visit.keep_render(path)


def warm_up(ear: str = "") -> threading.Thread:
    """Import and run once what the first turn with that ear, or the usual one, needs, in the background."""

    def warming() -> None:
        from instructfx.engine import Watch
        from instructfx.live import open_session
        from instructfx.studio.quirks import STATIC

        tried: list[Step] = []
        watch = Watch(on_step=tried.append, cancelled=lambda: len(tried) > WARM_STEPS)
        try:
            with tempfile.TemporaryDirectory() as folder:
                live = open_session(STATIC / "samples" / "guitar.flac", planner="builtin", ear=ear, store=folder)
                live.say("make it warmer")
                live.say("put it in a small room", watch)
                live.render_to(Path(folder) / "warm.flac")
        except Exception:
            log.exception("warming up failed; the first turn will be slower")

    thread = threading.Thread(target=warming, name="warm-up", daemon=True)
    thread.start()
    return thread
