"""What a worker does with a request: sessions are taken on, rendered, heard in part, drawn and taken away."""

from __future__ import annotations

import functools
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.audio.containers import check_length
from instructfx.audio.naming import brief, one_line
from instructfx.errors import Cancelled, SettingsError, StoreError
from instructfx.planners import BUILT_IN, planner_at
from instructfx.studio.workers.messages import (
    BUNDLE,
    AgentNames,
    At,
    Draw,
    Drawn,
    Export,
    Finished,
    HoldAgainst,
    Made,
    Open,
    Opened,
    PreviewRequest,
    ProgressReport,
    Referred,
    Render,
    Rendered,
    RenderExcerpt,
    RenderingReport,
    RenderReference,
    Reopen,
    Stepped,
    TakeTurn,
    Warm,
    WorkAnswer,
    WorkRequest,
)
from instructfx.studio.workers.orders import Edit, GoTo, Instruct, ListenFrom, Scale
from instructfx.studio.workers.playable import beside, playable
from instructfx.studio.workers.warming import warm
from instructfx.studio.workers.waveform import part_of, sound_of

if TYPE_CHECKING:
    from instructfx.audio.track import Track
    from instructfx.chain import Chain, SlotJson
    from instructfx.engine.live import LiveSession
    from instructfx.store import Store

SESSIONS_HELD = 4
SEARCHED = 0.8  # of the time that a turn may take; the rest is for reading and keeping what came of it


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
            case HoldAgainst():
                return self._hold_against(request)
            case RenderReference():
                return self._reference(request)
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
                warm(request.ear, self._stop.is_set)
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

        limit, shown = request.longest_seconds, brief(request.shown)
        session_id = import_bundle(request.source, self._store, longest_seconds=limit, shown=shown).session.id
        _, track = self._store.load(session_id)
        return _opened(session_id, track, request.folder)

    def _reopen(self, request: Reopen) -> Opened:
        self._tell(At("opening"))
        session, track = self._store.load(request.session_id)
        return _opened(session.id, track, request.folder)

    def _hold_against(self, request: HoldAgainst) -> Referred:
        from instructfx.audio.track import inspect

        self._tell(At("opening"))
        name = one_line(request.shown)
        check_length(request.source, brief(name), request.longest_seconds)
        _, track = self._store.load(request.session_id)
        reference = replace(inspect(request.source, brief(name)), name=name)
        sound = beside(reference, track, _new_file(request.folder), self._going_on)
        self._store.hold_against(request.session_id, reference)
        return Referred(reference.sha256, sound)

    def _reference(self, request: RenderReference) -> Rendered:
        _, track = self._store.load(request.session_id)
        reference = self._store.reference(request.session_id)
        if reference is None or reference.sha256 != request.sha256:
            raise StoreError("this session is held against another track by now")
        return Rendered(beside(reference, track, _new_file(request.folder), self._going_on))

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
            session,
            track,
            request.folder,
            format_named(request.format),
            self._rendering,
            self._abandoned.is_set,
            reference=functools.partial(self._store.reference, session.id),
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

    def _going_on(self, share: float) -> None:
        if self._abandoned.is_set():
            raise Cancelled("nobody waits for this any more")
        self._rendering(share)

    def _rendering(self, share: float) -> None:
        self._tell(RenderingReport(share))


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

    return Opened(session_id, playable(track, folder), read_tags(track.path).held)


def _new_file(folder: Path, suffix: str = ".flac") -> Path:
    return folder / f"{secrets.token_hex(4)}{suffix}"
