"""While something runs for a visit, and after it: what the page shows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator

import gradio

from instructfx.planners.phrases import capital
from instructfx.sessions.runs import runs_of, steps_of
from instructfx.studio.page import html, part_data
from instructfx.studio.page.examples import suitable
from instructfx.studio.page.gradio_compat import Changes, visible
from instructfx.studio.page.layout import Page
from instructfx.studio.page.take_data import take_data
from instructfx.studio.visits.job import Job, SessionJob
from instructfx.studio.visits.jobs import AskJob, sound_job
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.progress import progress
from instructfx.studio.visits.visits import Visit
from instructfx.studio.workers.messages import Draw, Drawn, Render, RenderExcerpt


class Follower:
    """Follows the jobs of one page's visitors."""

    def __init__(self, page: Page, studio: Studio) -> None:
        self._page = page
        self._studio = studio

    async def follow(self, visit: Visit, job: SessionJob) -> AsyncIterator[Changes]:
        """A turn that has started, to its end; then what it sounds and looks like, unless something newer started."""
        page = self._page
        yield {
            page.words: "",
            page.notice: "",
            page.conversation: part_data.conversation(visit, job),
            page.chain: part_data.rack_data(visit, editable=False),
            **self.running(True),
        }
        async for text in self.watched(visit, job):
            yield {page.progress: text}
        if visit.closed.is_set() or job.serial != visit.serial:
            return
        yield self.everything(visit)
        async for changes in self.look_after(visit, job.serial):
            yield changes

    async def look_after(self, visit: Visit, serial: int) -> AsyncIterator[Changes]:
        """Have rendered and drawn what the page is to play and show, while nothing newer starts."""
        page, session, pool = self._page, visit.session, self._studio.pool
        standing = session.standing
        for request in _missing(visit):
            job = sound_job(visit, request, pool)
            async for text in self.watched(visit, job):
                if serial == visit.serial and isinstance(request, Render):
                    yield {page.rendering: text}
            if visit.closed.is_set() or serial != visit.serial:
                return
            yield {
                page.rendering: html.notice(job.trouble or capital("; ".join(job.told))),
                page.player: part_data.player_data(visit),
                page.history: part_data.tree_data(visit),
                page.take: take_data(visit),
            }
        if standing is None:
            return
        shown = runs_of(session)[standing.id].telling  # locks have no pictures of their own
        wanted = Draw(session.id, len(session.conversation), shown.id, visit.compared, visit.agents)
        drawing = AskJob(pool, wanted, visit.over)
        await drawing.done()
        if isinstance(drawing.answer, Drawn) and serial == visit.serial and not visit.closed.is_set():
            visit.pictures = drawing.answer.pictures
            yield {page.pictures: part_data.pictures(visit.pictures)}

    async def watched(self, visit: Visit, job: Job) -> AsyncIterator[str]:
        """How far a job is that runs already, as long as its visit is open."""
        told = ""
        while job.is_alive() and not visit.closed.is_set():
            text = progress(job.progress)
            if text != told:
                told = text
                yield text
            await job.looked_at()

    async def until_done(self, job: Job) -> AsyncIterator[str]:
        """Start a job and show how far it is until it ends."""
        job.start()
        told = ""
        while job.is_alive():
            text = progress(job.progress)
            if text != told:
                told = text
                yield text
            await job.looked_at()

    def everything(self, visit: Visit) -> Changes:
        """The page of a visit when nothing runs."""
        page, session = self._page, visit.session
        if visit.busy.locked():
            return {}
        steps = steps_of(session)
        return {
            page.conversation: part_data.conversation(visit),
            page.progress: "",
            page.rendering: "",
            page.notice: "",
            page.player: part_data.player_data(visit),
            page.chain: part_data.rack_data(visit, editable=True),
            page.history: part_data.tree_data(visit),
            page.pictures: part_data.pictures(visit.pictures if session.turns else {}),
            page.take: take_data(visit),
            **self.running(False),
            **self.examples(suitable(visit.track, session.chain)),
            page.undo: gradio.update(interactive=steps.can_undo),
            page.redo: gradio.update(interactive=steps.redo is not None),
        }

    def nothing(self) -> Changes:
        """The choice of tracks, and nothing of a session that was there before."""
        page = self._page
        return {
            page.token: "",
            page.address: part_data.address_data(""),
            page.choosing: "",
            page.player: None,
            page.conversation: html.conversation([]),
            page.notice: "",
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

    def examples(self, shown: Collection[str]) -> Changes:
        """Which examples can be pressed."""
        each = self._page.examples.items()
        return {button: gradio.update(interactive=True, visible=visible(words in shown)) for words, button in each}

    def samples(self, usable: bool) -> Changes:
        """Whether a track can be chosen."""
        return {button: gradio.update(interactive=usable) for button in self._page.samples.values()}


def _missing(visit: Visit) -> Iterator[Render | RenderExcerpt]:
    """What the page is to play and is not there yet: excerpts, which are quick, those of other takes too, then whole
    tracks."""
    session, standing = visit.session, visit.session.standing
    wanted = (standing.id if standing else None, visit.picked, visit.pinned)
    turns = [turn_id for turn_id in dict.fromkeys(wanted) if turn_id]
    takes = [take.id for take in session.takes_of(standing.id)] if standing else []
    for turn_id in dict.fromkeys([*turns, *takes]):
        if not visit.audible_of(turn_id):
            yield RenderExcerpt(session.id, len(session.conversation), turn_id, visit.folder, visit.agents)
    for turn_id in turns:
        if not visit.sound_of(turn_id):
            yield Render(session.id, turn_id, visit.folder)
