"""What a worker does: all that is heavy, in a process of its own: `python -m instructfx.studio.tasks FOLDER`.

It reads messages from standard input and answers on what was its standard output. It ends, with whatever it has
started, as soon as its input does: when the server closes it or is no more. FOLDER is its own, for temporary files.
"""

from __future__ import annotations

import importlib
import logging
import os
import pickle
import queue
import secrets
import shutil
import signal
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from instructfx.audio import blocks, writing
from instructfx.containers import MAX_MINUTES, opened
from instructfx.errors import AudioError, InstructFXError
from instructfx.studio import logs
from instructfx.studio.messages import (
    Answer,
    At,
    Copy,
    Failed,
    Finished,
    Open,
    Opened,
    Rendering,
    Reopen,
    Report,
    Request,
    Said,
    Say,
    Sound,
    Stepped,
    Stop,
    Taken,
    Warm,
)  # fmt: skip
from instructfx.studio.waveform import outline

if TYPE_CHECKING:
    from instructfx.live import LiveSession
    from instructfx.store import Store
    from instructfx.track import Track

log = logging.getLogger("instructfx.worker")

PLAYS_AS_IT_IS = (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus")
SESSIONS_HELD = 4
NICENESS = 5  # the page comes first
WARM_STEPS = 8  # enough to meet every part of a search
WARM_TRACK = Path(__file__).parent.parent.parent / "static" / "samples" / "guitar.flac"

Minds = tuple[str, str, int]
"""Planner, ear and seed, as they were asked for."""


class Desk:
    """The sessions that a worker holds open, and what it does with them.

    tell is called with every report; stop ends a search with its best so far, abandoned ends a render too.
    """

    def __init__(self, tell: Callable[[Report], None], stop: threading.Event, abandoned: threading.Event) -> None:
        self._tell = tell
        self._stop = stop
        self._abandoned = abandoned
        self._held: OrderedDict[str, tuple[Minds, LiveSession]] = OrderedDict()
        self._kept: Store | None = None

    def do(self, request: Request) -> Answer:
        """Do what is asked; InstructFXError where it cannot be done."""
        match request:
            case Open():
                return self._open(request)
            case Reopen():
                return self._reopen(request)
            case Say():
                return self._say(request)
            case Copy():
                copied(request.source, request.target)
                return Finished()
            case Warm():
                self._warm(request.ear)
                return Finished()

    @property
    def _store(self) -> Store:
        from instructfx.store import Store

        self._kept = self._kept or Store()
        return self._kept

    def _open(self, request: Open) -> Opened:
        from instructfx.live import open_session

        self._tell(At("opening"))
        _check_length(request)
        live = open_session(request.source, request.planner, request.ear, store=self._store, name=request.shown)
        self._hold(live, (request.planner, request.ear, 0))
        return Opened(live.session.id, _playable(live.track, request.folder))

    def _reopen(self, request: Reopen) -> Opened:
        from instructfx.render import render_file

        self._tell(At("opening"))
        session, track = self._store.load(request.session_id)
        rendered = None
        if session.turns:
            path = _new_render(request.folder)
            render_file(session.chain, track, path, None, self._rendering, self._abandoned.is_set)
            rendered = _sound(path)
        return Opened(session.id, _playable(track, request.folder), rendered)

    def _say(self, request: Say) -> Said:
        from instructfx.engine import Watch

        live = self._session(request)
        before = live.chain
        watch = Watch(
            on_stage=lambda stage: self._tell(At(stage)),
            on_step=lambda step: self._tell(Stepped(step.loss)),
            cancelled=self._stop.is_set,
        )
        turn = live.say(request.words, watch)
        self._tell(Taken())
        if turn.chain == before and request.heard:
            return Said(None)
        path = _new_render(request.folder)
        live.render_to(path, on_progress=self._rendering, cancelled=self._abandoned.is_set)
        return Said(_sound(path))

    def _session(self, request: Say) -> LiveSession:
        """The session as it is in the store; what another worker did to it since is read anew."""
        from instructfx.live import resume_session

        asked = (request.planner, request.ear, request.seed)
        held = self._held.pop(request.session_id, None)
        if held and held[0] == asked and len(held[1].turns) == request.turns:
            live = held[1]
        else:
            live = resume_session(request.session_id, *asked, store=self._store)
        self._hold(live, asked)
        return live

    def _hold(self, live: LiveSession, minds: Minds) -> None:
        self._held[live.session.id] = minds, live
        while len(self._held) > SESSIONS_HELD:
            self._held.popitem(last=False)

    def _rendering(self, share: float) -> None:
        self._tell(Rendering(share))

    def _warm(self, ear: str) -> None:
        from instructfx.engine import Watch
        from instructfx.live import open_session
        from instructfx.refine import Step

        tried: list[Step] = []
        watch = Watch(on_step=tried.append, cancelled=lambda: len(tried) > WARM_STEPS or self._stop.is_set())
        with tempfile.TemporaryDirectory() as folder:
            live = open_session(WARM_TRACK, planner="builtin", ear=ear, store=folder)
            live.say("make it warmer")
            live.say("put it in a small room", watch)
            live.render_to(Path(folder) / "warm.flac", cancelled=self._stop.is_set)


def copied(source: Path, target: Path) -> None:
    """The same samples in a file of the format that the target's name says, at 24 bits where it is WAV or FLAC."""
    with opened(source) as file, writing(target, file.samplerate, file.channels) as copy:
        for block in blocks(file, source.name):
            copy.write(block.T)


def _check_length(request: Open) -> None:
    """AudioError for a track longer than this studio takes, before anybody has listened to it."""
    if request.longest_seconds >= MAX_MINUTES * 60:
        return  # that much is seen to where the file is read
    with opened(request.source, request.shown) as file:
        seconds = file.frames / file.samplerate
    if seconds > request.longest_seconds:
        raise AudioError(
            f"{request.shown} is {seconds:,.0f} seconds long; up to {request.longest_seconds:,.0f} are accepted here. "
            "Cut it."
        )


def _playable(track: Track, folder: Path) -> Sound:
    """The stored file as it is, or its samples as FLAC where browsers do not play its format."""
    path = track.path
    if path.suffix.lower() not in PLAYS_AS_IT_IS:
        path = folder / "dry.flac"
        copied(track.path, path)
    return _sound(path)


def _sound(path: Path) -> Sound:
    return Sound(path, tuple(outline(path)))


def _new_render(folder: Path) -> Path:
    return folder / f"{secrets.token_hex(4)}.flac"


class Worker:
    """The loop of a worker process: one request after the other, while a thread listens for Stop and for the end."""

    def __init__(self, source: BinaryIO, target: BinaryIO, folder: Path) -> None:
        self._source, self._target, self._folder = source, target, folder
        self._requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self._stop, self._abandoned = threading.Event(), threading.Event()
        self._desk = Desk(self._tell, self._stop, self._abandoned)

    def run(self) -> None:
        """Work until the process ends."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        importlib.import_module("instructfx.live")  # seconds, for which nobody has to wait yet
        while True:
            self._tell(self._answer(self._requests.get()))

    def _answer(self, request: Request) -> Answer:
        try:
            return self._desk.do(request)
        except InstructFXError as error:
            return Failed(error)
        except Exception:
            log.exception("a worker failed at %s", type(request).__name__)
            return Failed()

    def _tell(self, message: Report | Answer) -> None:
        try:
            pickle.dump(message, self._target)
            self._target.flush()
        except OSError:
            self._end()

    def _listen(self) -> None:
        while True:
            try:
                message: Request | Stop = pickle.load(self._source)
            except (EOFError, OSError, pickle.UnpicklingError):
                self._end()
            if isinstance(message, Stop):
                self._stop.set()
                if message.abandoned:
                    self._abandoned.set()
            else:
                self._stop.clear()
                self._abandoned.clear()
                self._requests.put(message)

    def _end(self) -> NoReturn:
        """End at once, with every process that was started here and all that was left in the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)
        if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os._exit(0)


def main() -> None:
    """Become a worker: give way to others, and keep what libraries print out of the pipe."""
    folder = Path(sys.argv[1])
    tempfile.tempdir = str(folder)
    target = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    logs.to_stderr()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    Worker(sys.stdin.buffer, target, folder).run()


if __name__ == "__main__":
    main()
