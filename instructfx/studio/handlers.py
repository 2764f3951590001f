"""What happens on each event. Thin: the work is elsewhere, and so is the HTML."""

from __future__ import annotations

import functools
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import gradio

from instructfx.errors import AudioError, InstructFXError
from instructfx.naming import file_name
from instructfx.studio import ear_choice, planners, views
from instructfx.studio.ears import granted
from instructfx.studio.messages import Sound
from instructfx.studio.opening import Studio
from instructfx.studio.page import EMPTY_CHAIN, Page
from instructfx.studio.quirks import LISTENER, STATIC, was_uploaded
from instructfx.studio.readable import sentence
from instructfx.studio.visits import Exchange, Visit
from instructfx.studio.work import OUR_FAULT, OpenJob, TurnJob
from instructfx.studio.workers import Watch

log = logging.getLogger(__name__)

CHOOSE_FIRST = "Choose a track first: upload your own, or click one of the three samples."
SAY_SOMETHING = 'Say what should change, for example "make it warmer".'
ONE_AT_A_TIME = "One turn at a time: wait for this one, or press Stop."
NOT_UPLOADED = "that file was not uploaded here; choose it again."

Changes = dict[Any, Any]
"""Component -> its new value or state."""

Handler = Callable[..., AsyncIterator[Changes]]
"""Handlers wait without holding a thread, however many visitors wait."""


def guarded(handler: Handler) -> Handler:
    """Show whatever goes wrong as one line, and leave the page usable."""

    @functools.wraps(handler)
    async def safely(self: Handlers, *args: Any) -> AsyncIterator[Changes]:
        try:
            async for changes in handler(self, *args):
                yield changes
        except InstructFXError as error:
            yield self.trouble(sentence(error))
        except Exception:
            log.exception("the page failed in %s", handler.__name__)
            yield self.trouble(OUR_FAULT)

    return safely


class Handlers:
    """The events of one page, for all its visitors."""

    def __init__(self, page: Page, studio: Studio) -> None:
        self.page = page
        self.studio = studio
        self.visits = studio.visits

    def attach(self) -> None:
        """Connect the page's events."""
        page, outputs = self.page, self.page.outputs
        ear_choice.attach(page.ears, page.blocks)
        with page.blocks:
            minds = [page.ears.ear, page.planner]
            page.upload.upload(self.choose_upload, [page.upload, *minds], outputs, **LISTENER)
            for name, button in page.samples.items():
                button.click(self._sampling(name), minds, outputs, **LISTENER)
            gradio.on([page.send.click, page.words.submit], self.say, [page.words, page.token], outputs, **LISTENER)
            for text, button in page.examples.items():
                button.click(_asking(functools.partial(self.say, text)), [page.token], outputs, **LISTENER)
            page.undo.click(_asking(functools.partial(self.say, "go back")), [page.token], outputs, **LISTENER)
            page.stop.click(self.stop, [page.token], [page.stop], queue=False, **LISTENER)
            page.new.click(self.new_track, [page.token, page.ears.remembered], outputs, **LISTENER)
            page.blocks.unload(self.leave)

    @guarded
    async def choose_upload(
        self, file: str | None, ear: str, planner: str, request: gradio.Request
    ) -> AsyncIterator[Changes]:
        """Open a session on an uploaded file."""
        if file is None:
            return
        source, page = Path(file), request.session_hash or ""
        if not was_uploaded(source):
            raise AudioError(NOT_UPLOADED)
        minds = granted(ear), planners.granted(planner)
        opening = functools.partial(self.studio.open_upload, source, source.name, page, *minds)
        async for changes in self._open(opening):
            yield changes

    @guarded
    async def choose_sample(self, name: str, ear: str, planner: str, request: gradio.Request) -> AsyncIterator[Changes]:
        """Open a session on one of our tracks."""
        track, page = STATIC / "samples" / f"{name}.flac", request.session_hash or ""
        minds = granted(ear), planners.granted(planner)
        async for changes in self._open(functools.partial(self.studio.open_sample, track, page, *minds)):
            yield changes

    def _sampling(self, name: str) -> Handler:
        """`choose_sample` of one track, in a form whose request parameter Gradio recognises."""

        async def choose(ear: str, planner: str, request: gradio.Request) -> AsyncIterator[Changes]:
            async for changes in self.choose_sample(name, ear, planner, request):
                yield changes

        return choose

    async def _open(self, opening: Callable[[Watch], Visit]) -> AsyncIterator[Changes]:
        page = self.page
        job = OpenJob(opening)
        yield {page.notice: "", **self._samples(False)}
        async for progress in _until_open(job):
            yield {page.choosing: progress}
        visit = job.visit
        if visit is None:
            yield self.trouble(job.trouble)
            return
        yield {
            page.token: visit.token,
            page.choosing: "",
            page.upload: None,
            page.chooser: gradio.update(visible=False),
            page.listen: gradio.update(visible=True),
            page.track: views.track_line(visit.track),
            page.dry: _player(visit, "Dry", "as it came", visit.dry, "dry"),
            page.new: gradio.update(interactive=True),
            **self._samples(True),
            **self._shown(visit),
        }

    @guarded
    async def say(self, words: str | None, token: str, request: gradio.Request) -> AsyncIterator[Changes]:
        """Take a turn and show how far it is."""
        page = self.page
        visit = self.visits.find(token)
        said = " ".join(str(words or "").split())  # what a program sends may be anything
        if visit is None and said and self.visits.past(token):
            again = OpenJob(functools.partial(self.studio.reopen, token, request.session_hash or ""))
            yield self._running(True)
            async for progress in _until_open(again):
                yield {page.progress: progress}
            if again.trouble:
                yield self.trouble(again.trouble)
                return
            visit = again.visit
        if visit is None or not said:
            yield {page.notice: views.notice(SAY_SOMETHING if visit else CHOOSE_FIRST)}
            return
        if not visit.busy.acquire(blocking=False):
            yield {page.notice: views.notice(ONE_AT_A_TIME)}
            return
        job = TurnJob(visit, said, self.studio.pool, self.studio.store)
        job.start()
        yield {
            page.words: "",
            page.notice: "",
            page.conversation: views.conversation(visit.exchanges, said),
            page.progress: views.progress(job.progress),
            **self._running(True),
        }
        shown, told = job.progress, False
        while job.is_alive() and not visit.closed.is_set():
            await job.looked_at()
            if job.turn and job.is_alive() and not told:
                told = True
                now = Exchange(said, job.before, job.turn)
                yield {
                    page.conversation: views.conversation([*visit.exchanges, now]),
                    page.chain: views.chain_table(job.turn.chain),
                    page.readings: views.readings(job.turn),
                    page.stop: gradio.update(visible=False),
                }
            if job.progress != shown:
                shown = job.progress
                yield {page.progress: views.progress(shown)}
        if not visit.closed.is_set():
            yield self._shown(visit)

    def stop(self, token: str) -> Any:
        """Ask the turn that runs to end with its best so far."""
        visit = self.visits.find(token)
        if visit and visit.busy.locked():
            visit.stop.set()
            return gradio.update(value="Stopping …", interactive=False)
        return gradio.update()

    @guarded
    async def new_track(self, token: str, remembered: object) -> AsyncIterator[Changes]:
        """Close the session and show the choice of tracks again."""
        page = self.page
        self.visits.close(token)
        yield {
            page.token: "",
            page.choosing: "",
            page.chooser: gradio.update(visible=True),
            page.listen: gradio.update(visible=False),
            page.dry: "",
            page.current: "",
            page.downloads: "",
            page.chain: EMPTY_CHAIN,
            page.readings: views.readings(None),
            page.conversation: views.conversation([]),
            page.notice: "",
            page.progress: "",
            **self._running(False),
            page.undo: gradio.update(interactive=False),
            **ear_choice.shown(page.ears, remembered),
        }

    def leave(self, request: gradio.Request) -> None:
        """The visitor's page was closed or lost its connection."""
        self.visits.left(request.session_hash or "")

    def trouble(self, text: str) -> Changes:
        """One line, and everything usable again."""
        page = self.page
        return {
            page.notice: views.notice(text),
            page.choosing: views.notice(text),
            page.upload: None,
            page.progress: "",
            **self._samples(True),
            **self._running(False),
        }

    def _shown(self, visit: Visit) -> Changes:
        """The page when nothing runs."""
        page, chain, turns = self.page, visit.session.chain, visit.session.turns
        playing = visit.current
        note = f"after turn {playing.turns}, as loud as the dry track" if playing else "after your first turn"
        sound, name = (playing.sound, playing.sound.path.name) if playing else (None, "")
        return {
            page.conversation: views.conversation(visit.exchanges),
            page.progress: "",
            page.notice: "",
            page.current: _player(visit, "Current", note, sound, name),
            page.downloads: views.downloads(_links(visit)) if playing else "",
            page.chain: views.chain_table(chain),
            page.readings: views.readings(turns[-1] if turns else None),
            **self._running(False),
            page.undo: gradio.update(interactive=bool(visit.session.path)),
        }

    def _running(self, running: bool) -> Changes:
        page = self.page
        buttons = (page.send, page.undo, *page.examples.values())
        states: Changes = {button: gradio.update(interactive=not running) for button in buttons}
        return {**states, page.stop: gradio.update(visible=running, value="Stop", interactive=True)}

    def _samples(self, usable: bool) -> Changes:
        return {button: gradio.update(interactive=usable) for button in self.page.samples.values()}


async def _until_open(job: OpenJob) -> AsyncIterator[str]:
    """Start the job and show how far it is until it ends."""
    job.start()
    shown = job.progress
    yield views.progress(shown)
    while job.is_alive():
        await job.looked_at()
        if job.progress != shown:
            shown = job.progress
            yield views.progress(shown)


def _player(visit: Visit, label: str, note: str, sound: Sound | None, name: str) -> str:
    url, peaks = (f"/audio/{visit.token}/{name}", sound.outline) if sound else ("", ())
    return views.player(label, note, url, peaks)


def _asking(handler: Handler) -> Handler:
    """A handler with its first argument given, in a form whose request parameter Gradio recognises."""

    async def asked(value: str, request: gradio.Request) -> AsyncIterator[Changes]:
        async for changes in handler(value, request):
            yield changes

    return asked


def _links(visit: Visit) -> list[tuple[str, str, str]]:
    said = [turn.instruction for turn in visit.session.path]
    base, playing = f"/audio/{visit.token}", visit.current
    if playing is None:
        return []
    shown, stem = visit.track.name, playing.sound.path.stem
    return [
        ("FLAC", f"{base}/{stem}.flac", file_name(shown, said, "flac")),
        ("WAV", f"{base}/{stem}.wav", file_name(shown, said, "wav")),
        ("Preset", f"{base}/preset.json", file_name(shown, said, "json")),
    ]
