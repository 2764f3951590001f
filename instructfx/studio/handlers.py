"""What happens on each event. Thin: the work is elsewhere, and so is the HTML."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio

from instructfx.errors import InstructFXError
from instructfx.studio import ear_choice, planners, views
from instructfx.studio.ears import granted
from instructfx.studio.page import EMPTY_CHAIN, Page
from instructfx.studio.quirks import LISTENER, STATIC
from instructfx.studio.readable import file_name, sentence
from instructfx.studio.visits import Exchange, Visit, Visits
from instructfx.studio.work import OUR_FAULT, Job, Places

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
CHOOSE_FIRST = "Choose a track first: upload your own, or click one of the three samples."
SAY_SOMETHING = 'Say what should change, for example "make it warmer".'
ONE_AT_A_TIME = "One turn at a time: wait for this one, or press Stop."

Changes = dict[Any, Any]
"""Component -> its new value or state."""

Handler = Callable[..., Iterator[Changes]]


def guarded(handler: Handler) -> Handler:
    """Show whatever goes wrong as one line, and leave the page usable."""

    @functools.wraps(handler)
    def safely(self: Handlers, *args: Any) -> Iterator[Changes]:
        try:
            yield from handler(self, *args)
        except InstructFXError as error:
            yield self.trouble(sentence(error))
        except Exception:
            log.exception("the page failed in %s", handler.__name__)
            yield self.trouble(OUR_FAULT)

    return safely


class Handlers:
    """The events of one page, for all its visitors."""

    def __init__(self, page: Page, visits: Visits) -> None:
        self.page = page
        self.visits = visits
        self.places = Places()

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
    def choose_upload(self, file: str | None, ear: str, planner: str, request: gradio.Request) -> Iterator[Changes]:
        """Open a session on an uploaded file."""
        if file is not None:
            yield from self._open(Path(file), Path(file).name, ear, planner, request, move=True)

    @guarded
    def choose_sample(self, name: str, ear: str, planner: str, request: gradio.Request) -> Iterator[Changes]:
        """Open a session on one of our tracks."""
        track = STATIC / "samples" / f"{name}.flac"
        yield from self._open(track, track.name, ear, planner, request, move=False)

    def _sampling(self, name: str) -> Callable[..., Iterator[Changes]]:
        """`choose_sample` of one track, in a form whose request parameter Gradio recognises."""

        def choose(ear: str, planner: str, request: gradio.Request) -> Iterator[Changes]:
            yield from self.choose_sample(name, ear, planner, request)

        return choose

    def _open(
        self, source: Path, shown: str, ear: str, planner: str, request: gradio.Request, move: bool
    ) -> Iterator[Changes]:
        from instructfx.studio.opening import open_visit

        page = self.page
        opening = views.progress(views.Progress("opening", 0.3))
        yield {page.choosing: opening, page.notice: "", **self._samples(False)}
        minds = granted(ear), planners.granted(planner)
        visit = open_visit(self.visits, source, shown, request.session_hash or "", move, *minds)
        yield {
            page.token: visit.token,
            page.choosing: "",
            page.upload: None,
            page.chooser: gradio.update(visible=False),
            page.listen: gradio.update(visible=True),
            page.track: views.track_line(visit.live.track),
            page.dry: self._player(visit, "Dry", "as it came", visit.dry, "dry"),
            page.new: gradio.update(interactive=True),
            **self._samples(True),
            **self._shown(visit),
        }

    @guarded
    def say(self, words: str, token: str, request: gradio.Request) -> Iterator[Changes]:
        """Take a turn and show how far it is."""
        page = self.page
        visit = self._visit(token, request)
        if visit is None or not words.strip():
            yield {page.notice: views.notice(SAY_SOMETHING if visit else CHOOSE_FIRST)}
            return
        if not visit.busy.acquire(blocking=False):
            yield {page.notice: views.notice(ONE_AT_A_TIME)}
            return
        said = " ".join(words.split())
        job = Job(visit, said, self.places)
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
            job.join(LOOK_SECONDS)
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
    def new_track(self, token: str, remembered: object) -> Iterator[Changes]:
        """Close the session and show the choice of tracks again."""
        page = self.page
        self.visits.close(token)
        yield {
            page.token: "",
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

    def _visit(self, token: str, request: gradio.Request) -> Visit | None:
        from instructfx.studio.opening import reopen_visit

        return self.visits.find(token) or reopen_visit(self.visits, token, request.session_hash or "")

    def _shown(self, visit: Visit) -> Changes:
        """The page when nothing runs."""
        page, chain = self.page, visit.live.chain
        turns = visit.live.turns
        playing = visit.current
        note = f"after turn {len(turns)}, as loud as the dry track" if playing else "after your first turn"
        return {
            page.conversation: views.conversation(visit.exchanges),
            page.progress: "",
            page.notice: "",
            page.current: self._player(visit, "Current", note, playing, playing.name if playing else ""),
            page.downloads: views.downloads(_links(visit)) if playing else "",
            page.chain: views.chain_table(chain),
            page.readings: views.readings(turns[-1] if turns else None),
            **self._running(False),
            page.undo: gradio.update(interactive=bool(visit.live.session.path)),
        }

    def _running(self, running: bool) -> Changes:
        page = self.page
        buttons = (page.send, page.undo, *page.examples.values())
        states: Changes = {button: gradio.update(interactive=not running) for button in buttons}
        return {**states, page.stop: gradio.update(visible=running, value="Stop", interactive=True)}

    def _samples(self, usable: bool) -> Changes:
        return {button: gradio.update(interactive=usable) for button in self.page.samples.values()}

    def _player(self, visit: Visit, label: str, note: str, path: Path | None, name: str) -> str:
        from instructfx.studio.waveform import outline

        if path is None:
            return views.player(label, note, "", ())
        return views.player(label, note, f"/audio/{visit.token}/{name}", outline(path))


def _asking(handler: Callable[..., Iterator[Changes]]) -> Handler:
    """A handler with its first argument given, in a form whose request parameter Gradio recognises."""

    def asked(value: str, request: gradio.Request) -> Iterator[Changes]:
        yield from handler(value, request)

    return asked


def _links(visit: Visit) -> list[tuple[str, str, str]]:
    said = [turn.instruction for turn in visit.live.session.path]
    base, playing = f"/audio/{visit.token}", visit.current
    if playing is None:
        return []
    shown = visit.live.track.name
    return [
        ("FLAC", f"{base}/{playing.stem}.flac", file_name(shown, said, "flac")),
        ("WAV", f"{base}/{playing.stem}.wav", file_name(shown, said, "wav")),
        ("Preset", f"{base}/preset.json", file_name(shown, said, "json")),
    ]
