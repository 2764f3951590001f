"""Windows of browsers that are kept for whoever comes next: a new one takes long, and reads all scripts anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Heard = Mapping[str, Callable[[Any], Any]]
"""What is done with the events of a page, by their names."""


def hear(page: Any, heard: Heard) -> None:
    """Listen to a page."""
    for event, act in heard.items():
        page.on(event, act)


def left(page: Any, heard: Heard) -> Any:
    """The window as it is for somebody else: nobody listens to it, and nothing is kept of what was in it."""
    for event, act in heard.items():
        page.remove_listener(event, act)
    page.unroute_all()
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.mouse.move(0, 0)
    page.goto("about:blank")
    return page
