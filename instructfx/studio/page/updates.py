"""While something runs for a visit, and after it: what the page shows."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from pathlib import Path

import gradio

from instructfx.planners.phrases import capital
from instructfx.sessions.runs import runs_of, steps_of
from instructfx.studio.page import html, part_data, planner_panel
from instructfx.studio.page.examples import suitable
from instructfx.studio.page.gradio_compat import Changes, visible
from instructfx.studio.page.layout import Page
from instructfx.studio.page.take_data import take_data
from instructfx.studio.visits.job import Job, SessionJob
from instructfx.studio.visits.jobs import ReferenceJob, looked_after
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.progress import progress
from instructfx.studio.visits.visits import Visit
from instructfx.studio.workers.messages import Draw, Drawn, Render, Rendered, RenderExcerpt, RenderReference


class Follower:
    """Follows the jobs of one page's visitors."""

    def __init__(self, page: Page, studio: Studio) -> None:
        self._page = page
        self._studio = studio

    async def follow(self, visit: Visit, job: SessionJob) -> AsyncIterator[Changes]:
        """A turn that this page has started, to its end; then what it sounds and looks like."""
        page = self._page
        yield {
            page.words: "",
            page.notice: "",
            page.conversation: part_data.conversation(visit, job),
            page.chain: part_data.rack_data(visit, editable=False),
            **self.running(True),
            **self.stepping(visit, job),
        }
        async for text in self.watched(visit, job):
            yield {page.progress: text}
        async for changes in self.caught_up(visit):
            yield changes

    async def caught_up(self, visit: Visit) -> AsyncIterator[Changes]:
        """The page of a visit, whatever it showed before; then the turn that runs there, whoever has started it, to its
        end; then what the page is to play and to show."""
        while not visit.closed.is_set():
            job = visit.job
            yield self.everything(visit, job)
            if job is None:
                break
            async for text in self.watched(visit, job):
                yield {self._page.progress: text}
        async for changes in self._looked_after(visit):
            yield changes

    async def refer(self, visit: Visit, source: Path) -> AsyncIterator[Changes]:
        """Hold a session against an uploaded track: how far that is, beside the player, and the page with it."""
        job = ReferenceJob(functools.partial(self._studio.hold_against, visit, source, source.name))
        async for text in self.until_done(job):
            yield {self._page.rendering: text}
        if job.trouble:
            yield {self._page.rendering: html.notice(job.trouble)}
            return
        async for changes in self.caught_up(visit):
            yield changes

    async def _looked_after(self, visit: Visit) -> AsyncIterator[Changes]:
        """Have rendered and drawn what the page is to play and show, while nothing changes on it."""
        page, session, pool, revision = self._page, visit.session, self._studio.pool, visit.revision

        def is_old() -> bool:
            return visit.closed.is_set() or visit.revision != revision

        standing = session.standing
        for request in _missing(visit):
            job = looked_after(visit, request, pool)
            async for text in self.told(job, is_old):
                if not isinstance(request, RenderExcerpt):
                    yield {page.rendering: text}
            if is_old():
                return
            warnings = job.answer.sound.warnings if isinstance(job.answer, Rendered) else ()
            yield {
                page.rendering: html.notice(job.trouble or capital("; ".join(warnings))),
                page.player: part_data.player_data(visit),
                page.history: part_data.tree_data(visit),
                page.take: take_data(visit),
            }
        if standing is None:
            return
        shown = runs_of(session)[standing.id].telling  # locks have no pictures of their own
        wanted = Draw(session.id, len(session.conversation), shown.id, visit.compared, visit.agents)
        drawing = looked_after(visit, wanted, pool)
        while drawing.is_alive() and not is_old():
            await drawing.looked_at()
        if isinstance(drawing.answer, Drawn) and not is_old():
            visit.pictures = drawing.answer.pictures
            yield {page.pictures: part_data.pictures(visit.pictures)}

    async def watched(self, visit: Visit, job: Job) -> AsyncIterator[str]:
        """How far a job is that runs already, as long as its visit is open."""
        async for text in self.told(job, visit.closed.is_set):
            yield text

    async def until_done(self, job: Job) -> AsyncIterator[str]:
        """Start a job and show how far it is until it ends."""
        job.start()
        async for text in self.told(job):
            yield text

    async def told(self, job: Job, over: Callable[[], bool] = lambda: False) -> AsyncIterator[str]:
        """How far a job is, to its end, unless what it is for is over."""
        told = ""
        while job.is_alive() and not over():
            text = progress(job.progress)
            if text != told:
                told = text
                yield text
            await job.looked_at()

    def everything(self, visit: Visit, job: SessionJob | None) -> Changes:
        """The page of a visit on which a job runs, or none. What was refused because of it is said as long as it
        runs."""
        page, session = self._page, visit.session
        return {
            page.address: part_data.address_data(visit),
            page.conversation: part_data.conversation(visit, job),
            page.progress: progress(job.progress) if job else "",
            page.rendering: "",
            **({} if job else {page.notice: ""}),
            page.player: part_data.player_data(visit),
            page.chain: part_data.rack_data(visit, editable=job is None),
            page.history: part_data.tree_data(visit),
            page.pictures: part_data.pictures(visit.pictures if session.turns else {}),
            page.take: take_data(visit),
            page.model: planner_panel.state(visit.agents, self._studio.pool.pauses.rests()),
            **self.running(job is not None),
            **self.examples(suitable(visit.track, session.chain), usable=job is None),
            **self.stepping(visit, job),
        }

    def nothing(self) -> Changes:
        """The choice of tracks, and nothing of a session that was there before."""
        page = self._page
        return {
            page.token: "",
            page.address: part_data.address_data(None),
            page.choosing: "",
            page.player: None,
            page.conversation: html.conversation([]),
            page.notice: "",
            page.model: "",
            page.progress: "",
            page.rendering: "",
            **self.running(False),
            **self.examples(suitable()),
            page.undo: gradio.update(interactive=False),
            page.redo: gradio.update(interactive=False),
        }

    def trouble(self, text: str) -> Changes:
        """One line of what is wrong, and everything usable again."""
        page = self._page
        return {
            page.notice: html.notice(text),
            page.choosing: html.notice(text),
            page.upload: None,
            page.progress: "",
            **self.samples(True),
            **self.running(False),
        }

    def running(self, running: bool) -> Changes:
        """Whether the buttons that start a turn can be pressed."""
        page = self._page
        buttons = (page.send, page.takes, *page.examples.values(), *((page.undo, page.redo) if running else ()))
        states: Changes = {button: gradio.update(interactive=not running) for button in buttons}
        return {**states, page.stop: gradio.update(visible=visible(running), value="Stop", interactive=True)}

    def stepping(self, visit: Visit, job: SessionJob | None) -> Changes:
        """Whether undo and redo can be pressed: while something is done by hand too, for whose end they wait."""
        steps, free = steps_of(visit.session), job is None or job.by_hand
        return {
            self._page.undo: gradio.update(interactive=steps.can_undo and free),
            self._page.redo: gradio.update(interactive=steps.redo is not None and free),
        }

    def examples(self, shown: Collection[str], usable: bool = True) -> Changes:
        """Which examples are there, and whether they can be pressed."""
        each = self._page.examples.items()
        return {button: gradio.update(interactive=usable, visible=visible(words in shown)) for words, button in each}

    def samples(self, usable: bool) -> Changes:
        """Whether a track can be chosen."""
        return {button: gradio.update(interactive=usable) for button in self._page.samples.values()}


def _missing(visit: Visit) -> Iterator[Render | RenderExcerpt | RenderReference]:
    """What the page is to play and is not there yet: excerpts, which are quick, those of other takes too, then the
    track that it is held against, and whole tracks."""
    session, standing = visit.session, visit.session.standing
    wanted = (standing.id if standing else None, visit.picked, visit.pinned)
    turns = [turn_id for turn_id in dict.fromkeys(wanted) if turn_id]
    takes = [take.id for take in session.takes_of(standing.id)] if standing else []
    for turn_id in dict.fromkeys([*turns, *takes]):
        if not visit.audible_of(turn_id):
            yield RenderExcerpt(session.id, len(session.conversation), turn_id, visit.folder, visit.agents)
    held = session.reference
    if held and not visit.reference():
        yield RenderReference(session.id, held.sha256, visit.folder)
    for turn_id in turns:
        if not visit.sound_of(turn_id):
            yield Render(session.id, turn_id, visit.folder)
