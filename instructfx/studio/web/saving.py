"""A file that somebody wants to take away: how far it is, line by line, then where it is fetched."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator
from urllib.parse import quote

from instructfx.studio.page.part_types import NotSavedData, SavedData, SavingData
from instructfx.studio.visits.job import AskJob
from instructfx.studio.visits.visits import Visit
from instructfx.studio.workers.messages import Export, Made
from instructfx.studio.workers.pool import Pool


async def saving(pool: Pool, visit: Visit, format: str) -> AsyncIterator[str]:
    """SavingData until it is made, then SavedData or NotSavedData, each a line of JSON. Who stops reading stops it."""
    over = threading.Event()
    job = AskJob(pool, Export(visit.session.id, format, visit.folder), over)
    job.start()
    try:
        told = None
        while job.is_alive():
            now: SavingData = {"share": round(job.progress.share, 2), "before": job.progress.before}
            if now != told:
                yield _line(now)
            told = now
            await job.looked_at()
            if visit.closed.is_set():
                over.set()
    finally:
        over.set()
    if not isinstance(job.answer, Made):
        yield _line({"trouble": job.trouble})
        return
    made = job.answer
    visit.keep_made(made.path)
    url = f"/made/{visit.token}/{quote(made.path.name)}"
    yield _line({"url": url, "name": made.path.name, "notes": list(made.notes)})


def _line(data: SavingData | SavedData | NotSavedData) -> str:
    return json.dumps(data) + "\n"
