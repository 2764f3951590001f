"""The rack for programs: five named endpoints, and the same as tools of the Model Context Protocol.

A session's id is all that is needed to go on with it, and who holds it may.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import gradio

from instructfx.audio.fold_down import warning
from instructfx.errors import InstructFXError, InstructionError, LimitError
from instructfx.sessions import Exchange, readable, readable_exchange
from instructfx.sessions.options import TurnOptions
from instructfx.sessions.runs import steps_of
from instructfx.studio.page.gradio_compat import STATIC, was_uploaded
from instructfx.studio.page.layout import SAMPLES
from instructfx.studio.page.options_panel import usual_agents
from instructfx.studio.visits import planner_options
from instructfx.studio.visits.ear_options import granted
from instructfx.studio.visits.job import AskJob
from instructfx.studio.visits.jobs import OpenJob, TurnJob
from instructfx.studio.visits.opening import Studio
from instructfx.studio.visits.phrases import sentence
from instructfx.studio.visits.visits import Visit
from instructfx.studio.workers.messages import AgentNames, Export, Made, Render, Rendered
from instructfx.studio.workers.orders import GoTo, Instruct, Order

BUSY = "a turn of this session is running; wait for it"
NOTHING_TO_UNDO = "this session has no turn that could be undone"
ONE_TRACK = f"open takes either a file or a sample, one of {', '.join(SAMPLES)}, or the id of a session"


class Api:
    """The endpoints. Each answers with plain JSON; what is wrong comes as an error of one line."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def attach(self, blocks: gradio.Blocks) -> None:
        """Offer them on a page.

        Not through Gradio's queue: for that its tools would call this server under the address that the first request
        claims it has, with everybody's passwords.
        """
        with blocks:
            for name in ("open", "say", "undo", "render", "export"):
                gradio.events.api(getattr(self, name), api_name=name, queue=False, concurrency_limit=None)

    async def open(
        self,
        request: gradio.Request,
        file: gradio.FileData | None = None,
        sample: str = "",
        session: str = "",
        planner: str = "",
        ear: str = "",
    ) -> dict[str, Any]:
        """Start a session on an audio file or on a sample track, go on with one in a bundle, or look at one again.

        Args:
            file: an audio file, WAV, FLAC, AIFF, OGG, Opus, MP3 or M4A, or a session with its track as export made it,
                .ifx.zip
            sample: in its place one of the studio's tracks: groove, guitar or strings
            session: in place of both, the id of a session that was opened before
            planner: who chooses effects; the usual one unless named
            ear: who listens, "perceptual" or "clap"; the usual one unless named
        """
        _texts(sample=sample, session=session, planner=planner, ear=ear)
        if sum(bool(each) for each in (file, sample, session)) != 1 or (sample and sample not in SAMPLES):
            raise _refusal(InstructionError(ONE_TRACK))
        if session:
            return _state(await self._visit(session))
        try:
            agents = AgentNames(planner_options.granted(planner), granted(ear))
            self._studio.arrivals.opens(request.client.host if request.client else "")
        except InstructFXError as error:
            raise _refusal(error) from error
        if sample:
            track = STATIC / "samples" / f"{sample}.flac"
            job = OpenJob(functools.partial(self._studio.open_sample, track, "", agents))
        else:
            source, shown = _uploaded(file)
            job = OpenJob(functools.partial(self._studio.open_upload, source, shown, "", agents))
        visit = await _opened(job)
        return {**_state(visit), "notes": [note for note in (warning(visit.dry.fold),) if note]}

    async def say(self, session: str, instruction: str) -> dict[str, Any]:
        """Say something: a wish refines the session's chain of effects and is a turn; a question is answered, and
        nothing changes.

        Args:
            session: the id that open gave
            instruction: how it should sound, such as "make it warmer" or "less reverb", or a question about it
        """
        _texts(session=session)
        said = " ".join(str(instruction or "").split())  # what a program sends may be anything
        return await self._turn(session, Instruct(said, TurnOptions()))

    async def undo(self, session: str) -> dict[str, Any]:
        """Go back by one turn; nothing is lost.

        Args:
            session: the id that open gave
        """
        visit = await self._visit(session)
        steps = steps_of(visit.session)
        if not steps.can_undo:
            raise _refusal(InstructionError(NOTHING_TO_UNDO))
        return await self._turn(session, GoTo(steps.undo))

    async def render(self, request: gradio.Request, session: str) -> dict[str, Any]:
        """Render the whole track through the chain that plays now; the answer has its address.

        Args:
            session: the id that open gave
        """
        visit = await self._visit(session)
        turn = visit.session.standing
        sound = visit.sound_of(turn.id if turn else None)
        if turn and sound is None:
            answer = await self._asked(Render(visit.session.id, turn.id, visit.folder), visit)
            assert isinstance(answer, Rendered)
            sound = answer.sound
            visit.keep_sound(turn.id, sound)
        assert sound
        name = "dry" if sound is visit.dry else sound.path.name
        return {
            "url": f"{_base(request)}/audio/{visit.token}/{name}",
            "seconds": sound.seconds,
            "loudness_lufs": sound.loudness_lufs,
            "mono_loss_db": sound.fold.loss_db,
            "notes": list(sound.warnings),
        }

    async def export(self, request: gradio.Request, session: str, format: str) -> dict[str, Any]:
        """Make a file of the session that can be taken away; the answer has its address, which works once.

        Args:
            session: the id that open gave
            format: such as wav24, flac, mp3, preset, python, reverb, sheet or session
        """
        from instructfx.exports import format_named

        _texts(session=session, format=format)
        visit = await self._visit(session)
        try:
            chosen = format_named(format)
        except InstructFXError as error:
            raise _refusal(error) from error
        answer = await self._asked(Export(visit.session.id, chosen.name, visit.folder), visit)
        assert isinstance(answer, Made)
        visit.keep_made(answer.path)
        url = f"{_base(request)}/made/{visit.token}/{answer.path.name}"
        return {"url": url, "name": answer.path.name, "notes": list(answer.notes)}

    async def _turn(self, session: str, order: Order) -> dict[str, Any]:
        visit = await self._visit(session)
        if not visit.busy.acquire(blocking=False):
            raise _refusal(LimitError(BUSY))
        job = TurnJob(visit, order, self._studio.pool, self._studio.store, self._studio.room)
        await job.done()
        if job.trouble:
            raise _trouble(job.trouble)
        last = visit.session.conversation[-1]
        told = (
            {"turn": None, "answer": readable_exchange(last)}
            if isinstance(last, Exchange)
            else {"turn": readable(last), "answer": None}
        )
        return {**_state(visit), "reply": last.reply, **told}

    async def _visit(self, session: str) -> Visit:
        """The session's visit, opened again where it was closed. A program is no page of it."""
        _texts(session=session)
        there = self._studio.visits.of_session(session)
        if there:
            return there
        return await _opened(OpenJob(functools.partial(self._studio.come_back, session, "", usual_agents())))

    async def _asked(self, wanted: Render | Export, visit: Visit) -> Rendered | Made:
        job = AskJob(self._studio.pool, wanted, visit.closed)
        await job.done()
        if not isinstance(job.answer, Rendered | Made):
            raise _trouble(job.trouble)
        return job.answer


def _refusal(error: InstructFXError) -> gradio.Error:
    return _trouble(sentence(error))


def _trouble(line: str) -> gradio.Error:
    """What a program is told; it is nothing for our log."""
    return gradio.Error(line, print_exception=False)


async def _opened(job: OpenJob) -> Visit:
    await job.done()
    if job.visit is None:
        raise _trouble(job.trouble)
    return job.visit


def _texts(**given: Any) -> None:
    """An error of one line for a name or an id that is no text, or holds half a character."""
    for name, value in given.items():
        try:
            value.encode()
        except (AttributeError, UnicodeEncodeError):
            raise _trouble(f"{name.capitalize()} must be text, such as it was given out here.") from None


def _uploaded(file: Any) -> tuple[Path, str]:
    """Where an uploaded file lies, and what its owner calls it; an error for what was not uploaded here."""
    if isinstance(file, str):  # as assistants give it
        file = {"path": file}
    given = file if isinstance(file, dict) else getattr(file, "__dict__", {})
    source = Path(str(given.get("path") or ""))
    if not was_uploaded(source):
        raise _trouble("That file was not uploaded here; send it again.")
    return source, str(given.get("orig_name") or source.name)


def _state(visit: Visit) -> dict[str, Any]:
    session = visit.session
    return {
        "session": session.id,
        "track": visit.track.name,
        "seconds": visit.track.seconds,
        "turns": len(session.turns),
        "chain": session.chain.to_json(),
    }


def _base(request: gradio.Request) -> str:
    return str(request.base_url).partition("/gradio_api")[0].rstrip("/")
