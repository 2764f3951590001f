"""Somebody new on the page, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
WAIT_MS = 240_000  # for a state to come; who waits longer than this waits for ever, however slow the machine is


class Guest:
    """A window on the page at url. wrong is whatever its console held against the page, and what it asked elsewhere."""

    def __init__(self, chromium: Any, url: str, **options: Any) -> None:
        self.context = chromium.new_context(**{"viewport": DESK, **options})
        self.wrong: list[str] = []
        self._home = url
        self._events: set[Any] = set()
        self.page = self.context.new_page()
        self.page.set_default_timeout(WAIT_MS)
        self.page.on("console", lambda told: told.type == "error" and self.wrong.append(f"{told.text} {told.location}"))
        self.page.on("pageerror", lambda error: self.wrong.append(error.stack or str(error)))
        self.page.on("request", self._asks)
        for ending in ("requestfinished", "requestfailed"):
            self.page.on(ending, lambda request: self._events.discard(request))
        self.go("")

    def go(self, address: str) -> None:
        """Open the page, at #id where there is one, and wait until its own script has run."""
        self.page.goto("about:blank")
        self.page.goto(f"{self._home}/{address}")
        self._come_in()

    def rest(self) -> None:
        """Wait until no event is under way."""
        end = time.monotonic() + WAIT_MS / 1000
        while self._events:
            assert time.monotonic() < end
            self.page.wait_for_timeout(50)

    def reload(self) -> None:
        """Load the page again."""
        self.page.reload()
        self._come_in()

    def unfold(self) -> None:
        """Open "Advanced", which is closed when the page is loaded."""
        self.page.get_by_role("button", name="Advanced").click()
        self.page.locator("#ear label").first.wait_for()

    @property
    def scrolls_sideways(self) -> bool:
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    def _come_in(self) -> None:
        self.page.wait_for_function("!!customElements.get('ifx-address') && !!document.querySelector('#words')")

    def _asks(self, request: Any) -> None:
        if "/queue/" in request.url:
            self._events.add(request)
        if not request.url.startswith((self._home, "data:", "blob:", "about:")):
            self.wrong.append(f"asked {request.url}")


@contextmanager
def visitor(chromium: Any, url: str, **options: Any) -> Iterator[Guest]:
    """Somebody for as long as the block lasts; nothing may have been wrong then, whatever was under way at the end."""
    guest = Guest(chromium, url, **options)
    try:
        yield guest
    finally:
        wrong = tuple(guest.wrong)  # Firefox holds it against the page that what it was loading is given up
        guest.context.close()
    assert not wrong, wrong
