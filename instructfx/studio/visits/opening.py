"""From a file to a visit, and back to one that was closed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.audio.containers import ACCEPTED, READABLE
from instructfx.audio.naming import brief
from instructfx.audio.scratch import own_scratch
from instructfx.errors import AudioError, LimitError
from instructfx.studio.visits import planner_options
from instructfx.studio.visits.arrivals import Arrivals
from instructfx.studio.visits.ear_options import as_before
from instructfx.studio.visits.jobs import entries_of, gone
from instructfx.studio.visits.room import DiskRoom
from instructfx.studio.visits.visits import Past, Visit, Visits, new_token
from instructfx.studio.visits.watching import WatchedVisits
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import BUNDLE, AgentNames, HoldAgainst, Open, Opened, Referred, Reopen
from instructfx.studio.workers.pool import Pool, RequestCallbacks

if TYPE_CHECKING:
    from instructfx.store import Store


@dataclass(frozen=True)
class Studio:
    """Everything that a page's events need: who is here, who works, where sessions are kept, and what is allowed.

    private: strangers cannot come in, so that whoever is here may have a language model asked with a key of his own.
    """

    visits: Visits
    pool: Pool
    store: Store
    limits: Limits
    arrivals: Arrivals = field(default_factory=Arrivals)
    private: bool = False
    room: DiskRoom = field(init=False)
    watching: WatchedVisits = field(init=False)

    def __post_init__(self) -> None:
        room = DiskRoom(lambda: (self.store.folder, *own_scratch()), self.limits.disk_gb)
        object.__setattr__(self, "room", room)
        object.__setattr__(self, "watching", WatchedVisits(self.visits, self.store))

    def open_upload(
        self, source: Path, shown: str, page: str, agents: AgentNames, callbacks: RequestCallbacks
    ) -> Visit:
        """Open a session on an uploaded track, or the session in a bundle; InstructFXError where it cannot be used.

        The name that the visitor's file had is shown and never used as a path. The upload stays where it is: Gradio
        names uploads by what they hold, so another visitor's same file is this one.
        """
        folder = self.visits.folder()
        try:
            also = "; a saved session (.ifx.zip); and on an open track a preset (.json)"
            suffix = _checked(shown, (*READABLE, BUNDLE), also)
            track = folder / f"upload{suffix}"
            _same_file(source, track)
            visit = self._opened(track, shown, folder, page, agents, callbacks)
            track.unlink()
            return visit
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def hold_against(self, visit: Visit, source: Path, shown: str, callbacks: RequestCallbacks) -> None:
        """Hold a visit's session against an uploaded track of a person's own, as `open_upload` opens one; until it is
        heard and kept everything stays as it was."""
        suffix, longest = _checked(shown, READABLE), self.limits.track_seconds
        file = visit.folder / f"reference-{new_token()}{suffix}"
        waiting = replace(callbacks, over=visit.closed)
        try:
            with self.room.held(source.stat().st_size):
                _same_file(source, file)
                wanted = HoldAgainst(visit.session.id, file, shown, visit.folder, longest)
                heard = self.pool.run(wanted, waiting)
        finally:
            file.unlink(missing_ok=True)
        assert isinstance(heard, Referred)
        if not gone(visit):
            visit.keep_reference(heard.sha256, heard.sound)
            session = self.store.without_audio(visit.session.id)
            visit.take_in(session, entries_of(session))

    def open_sample(self, source: Path, page: str, agents: AgentNames, callbacks: RequestCallbacks) -> Visit:
        """Open a session on a track of ours."""
        folder = self.visits.folder()
        try:
            return self._opened(source, source.name, folder, page, agents, callbacks)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def come_back(self, session_id: str, page: str, agents: AgentNames, callbacks: RequestCallbacks) -> Visit:
        """A page has the address of a session: the visit that has it open, or a new one.

        StoreError where there is no such session (any more).
        """
        there = self.visits.of_session(session_id)
        if there:
            return self.visits.joined(there, page)
        return self._reopened(new_token(), Past(session_id, agents), page, callbacks)

    def reopen(self, token: str, page: str, callbacks: RequestCallbacks) -> Visit | None:
        """A visit that was closed while its page stayed open, again with its ear; None where the token is unknown."""
        past = self.visits.past(token)
        return self._reopened(token, past, page, callbacks) if past else None

    def _reopened(self, token: str, past: Past, page: str, callbacks: RequestCallbacks) -> Visit:
        self.visits.check_room(page)
        folder = self.visits.folder()
        try:
            with self.visits.coming_back(past):
                self.room.check()
                opened = self.pool.run(Reopen(past.session_id, folder), callbacks)
                assert isinstance(opened, Opened)
                agents = AgentNames(planner_options.as_before(past.agents.planner), as_before(past.agents.ear))
                return self._welcome(token, opened, folder, page, agents)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _opened(
        self, source: Path, shown: str, folder: Path, page: str, agents: AgentNames, callbacks: RequestCallbacks
    ) -> Visit:
        self.visits.check_room(page)
        coming = self._coming_bytes(source, shown)
        with self.room.held(coming):
            opened = self.pool.run(Open(source, shown, folder, agents, self.limits.track_seconds), callbacks)
        assert isinstance(opened, Opened)
        return self._welcome(new_token(), opened, folder, page, agents)

    def _coming_bytes(self, source: Path, shown: str) -> int:
        """What a file takes here once it is open; LimitError where that is more than may be uploaded."""
        if source.suffix != BUNDLE:
            return source.stat().st_size
        from instructfx.bundles.archive import unpacked_bytes

        coming, most = unpacked_bytes(source, brief(shown)), self.limits.upload_mb
        if coming > most * 2**20:
            raise LimitError(f"{shown} is {coming / 2**20:,.0f} MB once unpacked; up to {most} MB can be uploaded.")
        return coming

    def _welcome(self, token: str, opened: Opened, folder: Path, page: str, agents: AgentNames) -> Visit:
        session, track = self.store.load(opened.session_id)
        self.store.touch(session.id)
        pages, names = {page} - {""}, self.store.names(session.id)
        visit = Visit(token, session, track, agents, folder, pages, opened.dry, names, tags=opened.tags)
        visit.entries += entries_of(session)
        return self.visits.welcome(visit)


def _checked(shown: str, accepted: Collection[str], also: str = "") -> str:
    """The extension of a file by its name; AudioError for one that is not accepted."""
    suffix = Path(shown).suffix.lower()
    if suffix not in accepted:
        raise AudioError(f"{brief(shown)} is not a kind of file that can be used. Accepted are {ACCEPTED}{also}.")
    return suffix


def _same_file(source: Path, target: Path) -> None:
    """The same file under one more name, where the disk knows that; else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
