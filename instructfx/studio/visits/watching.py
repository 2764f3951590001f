"""Pages that watch a session: what others write to the store reaches them, whoever that is."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from instructfx.errors import InstructFXError, LimitError
from instructfx.store import Store
from instructfx.store.watching import StoreWatch, state_of
from instructfx.studio.visits.jobs import entries_of
from instructfx.studio.visits.visits import Visit, Visits

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
MOST_PAGES = 8  # that watch one session
TOO_MANY = "this session is open on {} pages already; close one of them to have this one stay in step with them."


class WatchedVisits:
    """Which visits are watched, by how many pages. The store is looked at twice a second as long as any is."""

    def __init__(self, visits: Visits, store: Store) -> None:
        self._visits = visits
        self._store = store
        self._lock = threading.Lock()
        self._pages: Counter[str] = Counter()
        self._looks = False

    def pages(self, visit: Visit) -> int:
        """How many pages watch a visit."""
        return self._pages[visit.token]

    @contextmanager
    def by_a_page(self, visit: Visit) -> Iterator[None]:
        """Within the block one more page watches a visit. LimitError where too many do."""
        with self._lock:
            if self._pages[visit.token] >= MOST_PAGES:
                raise LimitError(TOO_MANY.format(MOST_PAGES))
            self._pages[visit.token] += 1
            if not self._looks:
                self._looks = True
                threading.Thread(target=self._looking, name="watch", daemon=True).start()
        try:
            yield
        finally:
            with self._lock:
                self._pages[visit.token] -= 1
                self._pages += Counter()  # without those that nobody watches

    def _looking(self) -> None:
        watch, late = StoreWatch(self._store), set[str]()
        while True:
            with self._lock:
                tokens = set(self._pages)
                if not tokens:
                    self._looks = False
                    break
            try:
                late = self._look(watch, tokens if watch.written() else late & tokens)
            except Exception:
                log.exception("looking for changes of open sessions failed")
            time.sleep(LOOK_SECONDS)
        watch.close()

    def _look(self, watch: StoreWatch, tokens: set[str]) -> set[str]:
        """Bring these visits up to date; those that have to be looked at again come back."""
        late = set()
        for token in tokens:
            visit = self._visits.watched(token)
            if visit is None:
                continue
            if visit.busy.locked():  # the turn that runs reads what there is at its end
                late.add(token)
                continue
            try:
                self._bring_up(visit, watch)
            except InstructFXError as error:
                log.warning("an open session could not be looked at: %s", error)
        return late

    def _bring_up(self, visit: Visit, watch: StoreWatch) -> None:
        session_id, known = visit.session.id, state_of(visit.session, visit.names)
        stored = watch.state(session_id)
        if stored is None or stored == known:
            return
        session = self._store.without_audio(session_id)
        if state_of(session, visit.names) != known:
            visit.begun()  # what was only looked after is of the chain before
        visit.take_in(session, entries_of(session), stored.names)
