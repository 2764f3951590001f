"""What a worker does with a request: sessions are taken on, rendered, heard in part, drawn and taken away."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.audio.containers import check_length, opened
from instructfx.errors import SettingsError
from instructfx.locations import static_folder
from instructfx.planners import BUILT_IN, planner_at
from instructfx.studio.workers.messages import (
    BUNDLE,
    AgentNames,
    At,
    Draw,
    Drawn,
    Export,
    Finished,
    Made,
    Open,
    Opened,
    PreviewRequest,
    ProgressReport,
    Render,
    Rendered,
    RenderExcerpt,
    RenderingReport,
    Reopen,
    Sound,
    Stepped,
    TakeTurn,
    Warm,
    WorkAnswer,
    WorkRequest,
)
from instructfx.studio.workers.orders import Edit, GoTo, Instruct, ListenFrom, Scale
from instructfx.studio.workers.waveform import part_of, sound_of

if TYPE_CHECKING:
    from instructfx.audio.track import Track
    from instructfx.chain import Chain, SlotJson
    from instructfx.engine.live import LiveSession
    from instructfx.store import Store

PLAYS_AS_IT_IS = (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus")
SESSIONS_HELD = 4
SEARCHED = 0.8  # of the time that a turn may take; the rest is for reading and keeping what came of it
WARM_WORDS = ("make it warmer", "put it in a small room", "add some grit")  # every kind of search
WARM_STEPS = 2  # enough to meet every part of a search
WARM_TRACK = static_folder() / "samples" / "guitar.flac"
WARM_SECONDS = 1  # of it; what is prepared does not depend on the length


class Service:
    """The sessions that a worker holds open, and what it does with them.

    tell is called with every report; stop ends a search with its best so far, abandoned ends a render too. seconds is
    how long any work may take: a search ends with its best so far while there is still time to keep it.
    """

    def __init__(
        self,
        tell: Callable[[ProgressReport], None],
        stop: threading.Event,
        abandoned: threading.Event,
        seconds: float,
    ) -> None:
        self._tell = tell
        self._seconds = seconds
        self._stop = stop
        self._abandoned = abandoned
        self._held: OrderedDict[str, tuple[AgentNames, LiveSession]] = OrderedDict()
        self._kept: Store | None = None

    def do(self, request: WorkRequest) -> WorkAnswer:
        """Do what is asked; InstructFXError where it cannot be done."""
        match request:
            case Open():
                return self._open(request)
            case Reopen():
                return self._reopen(request)
            case TakeTurn():
                return self._take(request)
            case Render():
                return self._render(request)
            case RenderExcerpt():
                return self._excerpt(request)
            case PreviewRequest():
                return self._preview(request)
            case Draw():
                return self._draw(request)
            case Export():
                return self._export(request)
            case Warm():
                self._warm(request.ear)
                return Finished()

    @property
    def _store(self) -> Store:
        from instructfx.store import Store

        self._kept = self._kept or Store()
        return self._kept

    def _open(self, request: Open) -> Opened:
        from instructfx.engine.live import open_session

        self._tell(At("opening"))
        if request.source.suffix == BUNDLE:
            return self._import(request)
        check_length(request.source, request.shown, request.longest_seconds)
        agents = request.agents
        live = open_session(request.source, agents.planner, agents.ear, store=self._store, name=request.shown)
        self._hold(live, agents)
        return _opened(live.session.id, live.track, request.folder)

    def _import(self, request: Open) -> Opened:
        from instructfx.bundles import import_bundle

        longest_seconds = request.longest_seconds
        session_id = import_bundle(request.source, self._store, longest_seconds=longest_seconds).session.id
        _, track = self._store.load(session_id)
        return _opened(session_id, track, request.folder)

    def _reopen(self, request: Reopen) -> Opened:
        self._tell(At("opening"))
        session, track = self._store.load(request.session_id)
        return _opened(session.id, track, request.folder)

    def _take(self, request: TakeTurn) -> Finished:
        from instructfx.engine import Callbacks
        from instructfx.engine.budget import Budget

        budget = Budget(SEARCHED * self._seconds)
        if not request.agents.built_in_planner:
            from instructfx.planners.llm import PAUSES

            PAUSES.take_over(request.rests)
            PAUSES.tell = self._tell
        live = self._session(request.session_id, request.length, request.agents)
        callbacks = Callbacks(
            on_stage=lambda stage: self._tell(At(stage)),
            on_step=lambda step: self._tell(Stepped(step.loss)),
            cancelled=self._stop.is_set,
            budget=budget,
        )
        match request.order:
            case Instruct(words, options, takes):
                if takes > 1:
                    live.takes(words, takes, callbacks, options)
                else:
                    live.say(words, callbacks, options)
            case Edit(slots):
                live.edit(_set_by_hand(slots, [live.chain]))
            case Scale(share):
                live.amount(share)
            case GoTo(turn_id):
                live.go_to(turn_id)
            case ListenFrom(start_seconds):
                live.listen_from(start_seconds)
        return Finished()

    def _render(self, request: Render) -> Rendered:
        from instructfx.rendering.track import render_file

        session, track = self._store.load(request.session_id)
        path = _new_file(request.folder)
        chain = session.turn(request.turn_id).chain
        report = render_file(chain, track, path, None, self._rendering, self._abandoned.is_set)
        self._store.add_signature(request.turn_id, report.signature)
        return Rendered(replace(sound_of(path), warnings=report.level.warnings))

    def _excerpt(self, request: RenderExcerpt) -> Rendered:
        from instructfx.audio import save

        live = self._session(request.session_id, request.length, request.agents)
        path = _new_file(request.folder, ".wav")  # which is quicker to write and to cut
        save(live.preview(live.session.turn(request.turn_id).chain), path)
        return Rendered(part_of(path, live.track, live.session.excerpt_start))

    def _preview(self, request: PreviewRequest) -> Made:
        from instructfx.audio import save
        from instructfx.engine.amounts import scaled

        live = self._session(request.session_id, request.length, request.agents)
        if request.slots is None:
            chain = live.chain if request.share is None else scaled(live.session, request.share)
        else:
            chain = _set_by_hand(request.slots, [turn.chain for turn in live.turns])
        path = _new_file(request.folder)
        save(live.preview(chain), path)
        return Made(path)

    def _draw(self, request: Draw) -> Drawn:
        from instructfx.studio.workers.figures import figures_of

        live = self._session(request.session_id, request.length, request.agents)
        return Drawn(figures_of(live, request.turn_id, request.compared))

    def _export(self, request: Export) -> Made:
        from instructfx.exports import export, format_named

        session, track = self._store.load(request.session_id)
        exported = export(
            session, track, request.folder, format_named(request.format), self._rendering, self._abandoned.is_set
        )
        return Made(exported.path, exported.notes)

    def _session(self, session_id: str, length: int, agents: AgentNames) -> LiveSession:
        """The session as it is in the store; what another worker did to it since is read anew."""
        from instructfx.engine.live import resume_session

        held = self._held.pop(session_id, None)
        if held and held[0] == agents and len(held[1].session.conversation) == length:
            live = held[1]
        else:
            planner = BUILT_IN if agents.access else agents.planner
            live = resume_session(session_id, planner, agents.ear, store=self._store)
            if agents.access:
                live.agents = replace(live.agents, planner=planner_at(agents.access))
        self._hold(live, agents)
        return live

    def _hold(self, live: LiveSession, agents: AgentNames) -> None:
        self._held[live.session.id] = agents, live
        while len(self._held) > SESSIONS_HELD:
            self._held.popitem(last=False)

    def _rendering(self, share: float) -> None:
        self._tell(RenderingReport(share))

    def _warm(self, ear: str) -> None:
        from instructfx.audio import Audio, load, save
        from instructfx.engine import Callbacks
        from instructfx.engine.live import open_session
        from instructfx.refine import Step

        def few_steps() -> Callbacks:
            tried: list[Step] = []
            return Callbacks(on_step=tried.append, cancelled=lambda: len(tried) > WARM_STEPS or self._stop.is_set())

        with tempfile.TemporaryDirectory() as folder:
            track, path = load(WARM_TRACK), Path(folder) / "warm.wav"
            save(Audio(track.samples[:, : WARM_SECONDS * track.sample_rate].copy(), track.sample_rate), path)
            live = open_session(path, planner="builtin", ear=ear, store=folder)
            for words in WARM_WORDS:
                live.say(words, few_steps())
            live.render_to(Path(folder) / "warm.flac", cancelled=self._stop.is_set)


def _set_by_hand(slots: Sequence[SlotJson], known: Sequence[Chain]) -> Chain:
    """A chain from the page; SettingsError where it has an effect that is not here otherwise than the known chains."""
    from instructfx.chain import Chain

    chain = Chain.from_json(list(slots))
    for slot in chain.slots:
        if slot.effect.absent and not any(slot in each.slots for each in known):
            raise SettingsError(f"there is no effect {slot.effect.name!r} here; one of a chain can be moved or removed")
    return chain


def _opened(session_id: str, track: Track, folder: Path) -> Opened:
    from instructfx.exports.tags import read_tags

    return Opened(session_id, _playable(track, folder), read_tags(track.path).held)


def _playable(track: Track, folder: Path) -> Sound:
    """The stored file as it is, or its samples as FLAC where browsers do not play its format, or read it otherwise."""
    path = track.path
    with opened(path) as file:
        regular = file.regular
    if not regular or path.suffix.lower() not in PLAYS_AS_IT_IS:
        path = folder / "dry.flac"
        _copied(track.path, path)
    return sound_of(path)


def _copied(source: Path, target: Path) -> None:
    """The same samples in a file of the format that the target's name says, at 24 bits where it is WAV or FLAC."""
    from instructfx.audio import blocks, put, writing

    with opened(source) as file, writing(target, file.samplerate, file.channels) as copy:
        for block in blocks(file, source.name):
            put(copy, block)


def _new_file(folder: Path, suffix: str = ".flac") -> Path:
    return folder / f"{secrets.token_hex(4)}{suffix}"
