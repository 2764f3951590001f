"""From a file to a visit, and back to one that was closed."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.audio.containers import ACCEPTED, READABLE
from instructfx.errors import AudioError, LimitError
from instructfx.studio.visits.ear_options import as_before
from instructfx.studio.visits.jobs import entries_of
from instructfx.studio.visits.visits import Past, Visit, Visits, new_token
from instructfx.studio.workers.limits import Limits
from instructfx.studio.workers.messages import AgentNames, Open, Opened, Reopen
from instructfx.studio.workers.pool import Pool, RequestCallbacks

if TYPE_CHECKING:
    from instructfx.store import Store

log = logging.getLogger(__name__)

DISK_FULL = (
    "the sessions kept here fill the {:g} GB that this studio may use; its host can make room. Try a sample track."
)


@dataclass(frozen=True)
class Studio:
    """Everything that a page's events need: who is here, who works, where sessions are kept, and what is allowed."""

    visits: Visits
    pool: Pool
    store: Store
    limits: Limits

    def open_upload(
        self, source: Path, shown: str, page: str, agents: AgentNames, callbacks: RequestCallbacks
    ) -> Visit:
        """Open a session on an uploaded file; InstructFXError where it cannot be used.

        The name that the visitor's file had is shown and never used as a path. The upload stays where it is: Gradio
        names uploads by what they hold, so another visitor's same file is this one.
        """
        folder = self.visits.folder()
        try:
            suffix = Path(shown).suffix.lower()
            if suffix not in READABLE:
                raise AudioError(f"{shown} is not a kind of file that can be used. Accepted are {ACCEPTED}.")
            self._check_disk(source.stat().st_size)
            track = folder / f"upload{suffix}"
            shutil.copyfile(source, track)
            visit = self._opened(track, shown, folder, page, agents, callbacks)
            track.unlink()
            return visit
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

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
            return self.visits.moved(there, page)
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
                opened = self.pool.run(Reopen(past.session_id, folder), callbacks)
                assert isinstance(opened, Opened)
                agents = AgentNames(past.agents.planner, as_before(past.agents.ear))
                return self._welcome(token, opened, folder, page, agents)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _opened(
        self, source: Path, shown: str, folder: Path, page: str, agents: AgentNames, callbacks: RequestCallbacks
    ) -> Visit:
        self.visits.check_room(page)
        opened = self.pool.run(Open(source, shown, folder, agents, self.limits.track_seconds), callbacks)
        assert isinstance(opened, Opened)
        return self._welcome(new_token(), opened, folder, page, agents)

    def _welcome(self, token: str, opened: Opened, folder: Path, page: str, agents: AgentNames) -> Visit:
        session, track = self.store.load(opened.session_id)
        self.store.touch(session.id)
        visit = Visit(token, session, track, agents, folder, page, opened.dry, self.store.names(session.id))
        visit.entries += entries_of(session)
        return self.visits.welcome(visit)

    def _check_disk(self, more_bytes: int) -> None:
        most = self.limits.disk_gb
        if most is not None and used_bytes(self.store.folder) + more_bytes > most * 1e9:
            log.warning("an upload was refused: the sessions fill the %g GB of INSTRUCTFX_MAX_DISK_GB", most)
            raise LimitError(DISK_FULL.format(most))


def used_bytes(folder: Path) -> int:
    """What the files under a folder hold together."""
    used = 0
    for path in folder.rglob("*"):
        try:
            used += path.stat().st_size if path.is_file() else 0
        except OSError:  # removed meanwhile
            continue
    return used
