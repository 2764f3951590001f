"""Somebody new on the page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def visitor(chromium: Any, url: str) -> Iterator[Any]:
    """The page, opened by somebody new; nothing may be wrong on the console."""
    wrong: list[str] = []
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda told: wrong.append(f"{told.text} {told.location}") if told.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(url)
    page.wait_for_selector("#ear label")
    yield page
    context.close()
    assert wrong == []
