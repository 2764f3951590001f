"""Somebody new on the page, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PHONE = {"width": 390, "height": 844}


@contextmanager
def visitor(chromium: Any, url: str) -> Iterator[Any]:
    """The page with its "Advanced" fold open, by somebody new with a phone; nothing may be wrong on the console."""
    wrong: list[str] = []
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda told: wrong.append(f"{told.text} {told.location}") if told.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(url)
    wait_for_parts(page)
    unfold(page)
    yield page
    context.close()
    assert wrong == []


def wait_for_parts(page: Any) -> None:
    """Until the page's own script has run."""
    page.wait_for_function("!!customElements.get('ifx-address')")


def unfold(page: Any) -> None:
    """Open "Advanced", which is closed when the page is loaded."""
    page.get_by_role("button", name="Advanced").click()
    page.locator("#ear label").first.wait_for()


def is_wide(page: Any) -> bool:
    """Whether the page scrolls sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
