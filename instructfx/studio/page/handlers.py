"""What happens on each event. Thin: the work is elsewhere, and so is what is shown."""

from __future__ import annotations

import functools
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import gradio

from instructfx.chain import preset
from instructfx.errors import AudioError, InstructFXError, InstructionError
from instructfx.sessions.runs import NOWHERE, steps_of
from instructfx.studio.page import ear_panel, events, html, own_model, part_data
from instructfx.studio.page.gradio_compat import LISTENER, STATIC, Changes, Handler, was_uploaded, with_first
from instructfx.studio.page.layout import Page
from instructfx.studio.page.options_panel import chosen, usual_agents
from instructfx.studio.page.updates import Follower
from instructfx.studio.visits.job import OUR_FAULT
from instructfx.studio.visits.jobs import OpenJob, TurnJob
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.visits.visits import Visit
from instructfx.studio.workers.messages import AgentNames
from instructfx.studio.workers.orders import Edit, GoTo, Instruct, Order
from instructfx.studio.workers.pool import RequestCallbacks

log = logging.getLogger(__name__)

CHOOSE_FIRST = "Choose a track first: upload your own, or click one of the three samples."
SAY_SOMETHING = 'Say what should change, for example "make it warmer".'
ONE_AT_A_TIME = "One turn at a time: wait for this one, or press Stop."
TRACK_BEFORE_PRESET = "a preset needs a track: choose one first, then drop the preset on the page again."
ONE_TRACK = (
    "a track is open here: press New track first, so that you find your way back, then drop the file again. Dropped on "
    "the player it is compared with."
)
PRESET = ".json"
NOT_UPLOADED = "that file was not uploaded here; choose it again."
TAKES = 3
ADDRESS_FIRST = "(asked, ...rest) => [location.hash, ...rest]"


def guarded(handler: Handler) -> Handler:
    """Show whatever goes wrong as one line, and leave the page usable."""

    @functools.wraps(handler)
    async def safely(self: Handlers, *args: Any) -> AsyncIterator[Changes]:
        try:
            async for changes in handler(self, *args):
                yield changes
        except InstructFXError as error:
            yield self.follower.trouble(sentence(error))
        except Exception:
            log.exception("the page failed in %s", handler.__name__)
            yield self.follower.trouble(OUR_FAULT)
        # When an event ends, Gradio repeats what it said last, though the page may show something newer by then; after
        # one that said nothing it would empty everything.
        yield {self.page.notice: gradio.skip()}

    return safely


class Handlers:
    """The events of one page, for all its visitors."""

    def __init__(self, page: Page, studio: Studio) -> None:
        self.page = page
        self.studio = studio
        self.visits = studio.visits
        self.follower = Follower(page, studio)

    def attach(self) -> None:
        """Connect the page's events."""
        page, outputs = self.page, self.page.outputs
        ear_panel.attach(page.advanced.ears, page.blocks)
        own_model.attach(page, self.studio, self.follower)
        with page.blocks:
            settings = page.advanced.inputs
            said = [page.words, page.token, *settings]
            page.upload.upload(self.choose_upload, [page.upload, page.token, *settings], outputs, **LISTENER)
            for name, button in page.samples.items():
                button.click(with_first(self.choose_sample, name), settings, outputs, **LISTENER)
            gradio.on([page.send.click, page.words.submit], self.say, said, outputs, **LISTENER)
            page.takes.click(self.three_takes, said, outputs, **LISTENER)
            for text, button in page.examples.items():
                button.click(with_first(self.say, text), [page.token, *settings], outputs, **LISTENER)
            page.undo.click(with_first(self.step, "undo"), [page.token], outputs, **LISTENER)
            page.redo.click(with_first(self.step, "redo"), [page.token], outputs, **LISTENER)
            for part in (page.player, page.chain, page.history, page.address):
                part.submit(self.part_event, [page.token], outputs, **LISTENER)
            page.stop.click(self.stop, [page.token], [page.stop], queue=False, **LISTENER)
            page.new.click(self.new_track, [page.token, page.advanced.ears.remembered], outputs, **LISTENER)
            page.blocks.load(self.come_back, [page.asked, *settings], outputs, js=ADDRESS_FIRST, **LISTENER)
            page.blocks.unload(self.leave)

    # Opening

    @guarded
    async def choose_upload(
        self, request: gradio.Request, file: str | None, token: str, *settings: Any
    ) -> AsyncIterator[Changes]:
        """Open a session on an uploaded track, or one in a bundle; put a preset on the track that is open."""
        if file is None:
            yield {self.page.notice: ""}
            return
        source = _sent(file)
        is_open = bool(self.visits.find(token) or self.visits.past(token))
        if source.suffix.lower() == PRESET:
            if not is_open:
                raise InstructionError(TRACK_BEFORE_PRESET)
            yield {self.page.upload: None}
            async for changes in self._carry_out(request, token, Edit(preset.load(source).to_json())):
                yield changes
            return
        if is_open:
            raise InstructionError(ONE_TRACK)
        agents, _ = chosen(*settings)
        self.studio.arrivals.opens(_address_of(request))
        opening = functools.partial(self.studio.open_upload, source, source.name, _page_of(request), agents)
        async for changes in self._open(opening):
            yield changes

    @guarded
    async def choose_sample(self, request: gradio.Request, name: str, *settings: Any) -> AsyncIterator[Changes]:
        """Open a session on one of our tracks."""
        agents, _ = chosen(*settings)
        self.studio.arrivals.opens(_address_of(request))
        track = STATIC / "samples" / f"{name}.flac"
        async for changes in self._open(functools.partial(self.studio.open_sample, track, _page_of(request), agents)):
            yield changes

    @guarded
    async def come_back(self, request: gradio.Request, asked: str, *settings: Any) -> AsyncIterator[Changes]:
        """Open the session whose id the page's address carries, at the point where it is."""
        session_id = str(asked or "").removeprefix("#").strip()
        if not session_id:
            return
        agents, _ = chosen(*settings)
        async for changes in self._come_back(request, session_id, agents):
            yield changes

    async def _come_back(self, request: gradio.Request, session_id: str, agents: AgentNames) -> AsyncIterator[Changes]:
        if self.visits.of_session(session_id) is None:
            self.studio.arrivals.opens(_address_of(request))
        opening = functools.partial(self.studio.come_back, session_id, _page_of(request), agents)
        async for changes in self._open(opening):
            yield changes

    async def _open(self, opening: Callable[[RequestCallbacks], Visit]) -> AsyncIterator[Changes]:
        page, job = self.page, OpenJob(opening)
        yield {page.notice: "", **self.follower.samples(False)}
        async for progress in self.follower.until_done(job):
            yield {page.choosing: progress}
        visit = job.visit
        if visit is None:
            yield {**self.follower.trouble(job.trouble), page.address: part_data.address_data(None)}
            return
        yield {
            page.token: visit.token,
            page.choosing: "",
            page.upload: None,
            page.track: html.track_line(visit.track, visit.dry.fold),
            page.new: gradio.update(interactive=True),
            **self.follower.samples(True),
        }
        async for changes in self.follower.caught_up(visit):
            yield changes

    # Turns

    @guarded
    async def say(
        self, request: gradio.Request, words: str | None, token: str, *settings: Any
    ) -> AsyncIterator[Changes]:
        """Take a turn and show how far it is."""
        async for changes in self._instruct(request, words, token, settings, takes=1):
            yield changes

    @guarded
    async def three_takes(
        self, request: gradio.Request, words: str | None, token: str, *settings: Any
    ) -> AsyncIterator[Changes]:
        """The same instruction three times, for a choice; without words, that of the last turn."""
        visit = self.visits.find(token)
        said = [turn.instruction for turn in visit.session.path if turn.kind == "said"] if visit else []
        async for changes in self._instruct(request, words or (said[-1] if said else ""), token, settings, takes=TAKES):
            yield changes

    async def _instruct(
        self, request: gradio.Request, words: str | None, token: str, settings: tuple[Any, ...], takes: int
    ) -> AsyncIterator[Changes]:
        page = self.page
        said = " ".join(str(words or "").split())  # what a program sends may be anything
        if not said:
            known = self.visits.find(token) or self.visits.past(token)
            yield {page.notice: html.notice(SAY_SOMETHING if known else CHOOSE_FIRST)}
            return
        agents, options = chosen(*settings)
        async for changes in self._carry_out(request, token, Instruct(said, options, takes), agents):
            yield changes

    @guarded
    async def step(self, request: gradio.Request, way: str, token: str) -> AsyncIterator[Changes]:
        """Back by one turn ("undo"), or forward again ("redo"); of what a hand just did too, once it is taken in."""
        visit = self.visits.find(token)
        yield {self.page.notice: ""}
        while visit and visit.job and visit.job.by_hand:
            async for text in self.follower.watched(visit, visit.job):
                yield {self.page.progress: text}
        steps = steps_of(visit.session) if visit else NOWHERE
        if steps.can_undo if way == "undo" else steps.redo:
            async for changes in self._carry_out(request, token, GoTo(steps.undo if way == "undo" else steps.redo)):
                yield changes

    @guarded
    async def part_event(self, request: gradio.Request, event: gradio.EventData, token: str) -> AsyncIterator[Changes]:
        """What a person did with the player, the chain or the history."""
        visit = self.visits.find(token, _page_of(request))
        said = events.read(event._data)
        if order := events.order_of(said):
            following = self._carry_out(request, token, order)
        elif said["do"] == "reference" and visit:
            self.studio.arrivals.opens(_address_of(request))
            following = self.follower.refer(visit, _sent(said["file"]))
        elif visit:
            await events.noted(said, visit, self.studio.store)
            following = self.follower.caught_up(visit)
        elif said["do"] == "refresh":
            following = self._come_back(request, said["session"], usual_agents())
        else:
            raise InstructionError(CHOOSE_FIRST)
        async for changes in following:
            yield changes

    async def _carry_out(
        self, request: gradio.Request, token: str, order: Order, agents: AgentNames | None = None
    ) -> AsyncIterator[Changes]:
        """Have a worker do it, in a session that is opened again where it was closed meanwhile."""
        page, visit = self.page, self.visits.find(token, _page_of(request))
        if visit is None and self.visits.past(token):
            again = OpenJob(functools.partial(self.studio.reopen, token, _page_of(request)))
            yield self.follower.running(True)
            async for progress in self.follower.until_done(again):
                yield {page.progress: progress}
            if again.trouble:
                yield self.follower.trouble(again.trouble)
                return
            visit = again.visit
        if visit is None:
            yield {page.notice: html.notice(CHOOSE_FIRST)}
            return
        if not visit.busy.acquire(blocking=False):
            yield {page.notice: html.notice(ONE_AT_A_TIME)}
            return
        visit.agents = agents.asking(visit.agents.access) if agents else visit.agents
        job = TurnJob(visit, order, self.studio.pool, self.studio.store, self.studio.room)
        job.start()
        async for changes in self.follower.follow(visit, job):
            yield changes

    def stop(self, token: str) -> Any:
        """Ask the turn that runs to end with its best so far."""
        visit = self.visits.find(token)
        if visit and visit.busy.locked():
            visit.stop.set()
            return gradio.update(value="Stopping …", interactive=False)
        return gradio.update()

    # Leaving

    @guarded
    async def new_track(self, request: gradio.Request, token: str, remembered: object) -> AsyncIterator[Changes]:
        """Close the session and show the choice of tracks again."""
        self.visits.put_away(token, _page_of(request))
        yield {**self.follower.nothing(), **ear_panel.updates(self.page.advanced.ears, remembered)}

    def leave(self, request: gradio.Request) -> None:
        """A page was closed or lost its connection."""
        self.visits.left(_page_of(request))


def _sent(path: str) -> Path:
    """A file that was uploaded here; AudioError for any other, whatever a page says."""
    source = Path(path)
    if not was_uploaded(source):
        raise AudioError(NOT_UPLOADED)
    return source


def _page_of(request: gradio.Request) -> str:
    return request.session_hash or ""


def _address_of(request: gradio.Request) -> str:
    return request.client.host if request.client else ""
