"""Somebody new on the page, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from windows import hear, left

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
WAIT_MS = 240_000  # for a state to come; who waits longer than this waits for ever, however slow the machine is

_kept: dict[Any, Any] = {}
"""A window of each browser that somebody has left."""


class Guest:
    """A window on the page at url. wrong is whatever its console held against the page, and what it asked elsewhere.

    page is a window that somebody has left, a new one where there is none.
    """

    def __init__(self, chromium: Any, url: str, page: Any = None, **options: Any) -> None:
        self.page = page or chromium.new_context(**{"viewport": DESK, **options}).new_page()
        self.context = self.page.context
        self.wrong: list[str] = []
        self._home = url
        self._events: set[Any] = set()
        self.page.set_default_timeout(WAIT_MS)
        self._heard = {
            "console": lambda told: told.type == "error" and self.wrong.append(f"{told.text} {told.location}"),
            "pageerror": lambda error: self.wrong.append(error.stack or str(error)),
            "request": self._asks,
            "requestfinished": lambda request: self._events.discard(request),
            "requestfailed": lambda request: self._events.discard(request),
        }
        hear(self.page, self._heard)
        self.go("")

    def leave(self) -> Any:
        """Go away, and take along all that the browser has kept: the window, for somebody else."""
        left(self.page, self._heard)
        storage = self.context.new_cdp_session(self.page)
        storage.send("Storage.clearDataForOrigin", {"origin": self._home, "storageTypes": "all"})
        storage.detach()
        return self.page

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
def visitor(browser: Any, url: str, alone: bool = False, **options: Any) -> Iterator[Guest]:
    """
    Somebody for as long as the block lasts; nothing may have been wrong then, whatever was under way at the end.

    alone: in a window in which nobody was and nobody will be, for who does to it what cannot be undone. That is also
    who asks for one of another size, comes by Firefox or has failed.
    """
    shared = not alone and not options and browser.browser_type.name == "chromium"
    guest = Guest(browser, url, _kept.pop(browser, None) if shared else None, **options)
    try:
        yield guest
    except BaseException:
        guest.context.close()
        raise
    wrong = tuple(guest.wrong)  # Firefox holds it against the page that what it was loading is given up
    if shared and not wrong and browser not in _kept and not guest.page.is_closed():
        _kept[browser] = guest.leave()
    else:
        guest.context.close()
    assert not wrong, wrong
