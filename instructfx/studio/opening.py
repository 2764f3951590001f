"""From a file to a visit, and back to one that was closed."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.containers import ACCEPTED, READABLE
from instructfx.errors import AudioError, LimitError
from instructfx.studio.ears import as_before
from instructfx.studio.limits import Limits
from instructfx.studio.messages import Copy, Open, Opened, Reopen
from instructfx.studio.visits import Exchange, Visit, Visits, new_token
from instructfx.studio.workers import Pool, Watch

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

    def open_upload(self, source: Path, shown: str, page: str, ear: str, planner: str, watch: Watch) -> Visit:
        """Open a session on an uploaded file, which is taken away; InstructFXError where it cannot be used.

        The name that the visitor's file had is shown and never used as a path.
        """
        folder = self.visits.folder()
        try:
            suffix = Path(shown).suffix.lower()
            if suffix not in READABLE:
                raise AudioError(f"{shown} is not a kind of file that can be used. Accepted are {ACCEPTED}.")
            self._check_disk(source.stat().st_size)
            track = folder / f"upload{suffix}"
            shutil.move(source, track)
            visit = self._opened(track, shown, folder, page, ear, planner, watch)
            track.unlink()
            return visit
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        finally:
            source.unlink(missing_ok=True)

    def open_sample(self, source: Path, page: str, ear: str, planner: str, watch: Watch) -> Visit:
        """Open a session on a track of ours."""
        folder = self.visits.folder()
        try:
            return self._opened(source, source.name, folder, page, ear, planner, watch)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def reopen(self, token: str, page: str, watch: Watch) -> Visit | None:
        """A visit that was closed while its page stayed open, again with its ear; None where the token is unknown."""
        from instructfx.chain import Chain

        past = self.visits.past(token)
        if past is None:
            return None
        self.visits.check_room(page)
        folder = self.visits.folder()
        try:
            with self.visits.coming_back(past):
                opened = self.pool.run(Reopen(past.session_id, folder), watch)
                assert isinstance(opened, Opened)
                session, track = self.store.load(past.session_id)
                visit = Visit(token, session, track, as_before(past.ear), past.planner, folder, page, opened.dry)
                before = Chain()
                for turn in session.turns:
                    visit.exchanges.append(Exchange(turn.instruction, before, turn))
                    before = turn.chain
                if opened.rendered:
                    visit.keep_render(opened.rendered)
                return self.visits.welcome(visit)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def make_wav(self, path: Path) -> None:
        """A render as WAV beside it, made when it is first asked for."""
        wav = path.with_suffix(".wav")
        if not wav.exists():
            self.pool.run(Copy(path, wav))

    def _opened(self, source: Path, shown: str, folder: Path, page: str, ear: str, planner: str, watch: Watch) -> Visit:
        self.visits.check_room(page)
        request = Open(source, shown, folder, planner, ear, self.limits.track_seconds)
        opened = self.pool.run(request, watch)
        assert isinstance(opened, Opened)
        session, track = self.store.load(opened.session_id)
        return self.visits.welcome(Visit(new_token(), session, track, ear, planner, folder, page, opened.dry))

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
