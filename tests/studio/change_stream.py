"""Listening to what a studio tells a page of changes, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

WAIT_SECONDS = 240


@contextmanager
def listening(url: str, visit: str) -> Iterator[Iterator[int]]:
    """The numbers that a page hears, as they come; they end with the stream."""
    with (
        httpx.Client(base_url=url, trust_env=False, timeout=WAIT_SECONDS) as client,
        client.stream("GET", f"/changes/{visit}") as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield (int(line.removeprefix("data:")) for line in answer.iter_lines() if line.startswith("data:"))
