"""A small page with one part of the studio on it, served from 127.0.0.1 with static/ beside it."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from windows import hear, left

ROOT = Path(__file__).parent.parent.parent
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A part</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/static/style.css"><link rel="stylesheet" href="/static/{part}.css">
<style>body {{ font-family: sans-serif; margin: 16px; }}</style></head>
<body><ifx-{part}></ifx-{part}><button id="outside">Outside</button>
<script>window.events = [];
addEventListener("part-event", (event) => events.push({{ ...event.detail, at: performance.now() }}));
</script><script type="module" src="/static/{part}.js"></script></body></html>"""


class _Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if not self.path.startswith("/part/"):
            return super().do_GET()
        body = PAGE.format(part=self.path.removeprefix("/part/")).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        return None

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def parts_served() -> Iterator[str]:
    """The address under which /part/NAME shows `<ifx-NAME>`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Handler, directory=str(ROOT)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


SIZE = {"width": 760, "height": 900}
_kept: dict[Any, Any] = {}
"""A window of each browser that was left as it was opened."""


class Part:
    """A part on a page in a browser; whatever its console says is kept in wrong."""

    def __init__(self, chromium: Any, url: str, name: str, **options: Any) -> None:
        kept = None if options else _kept.pop(chromium, None)
        self._chromium, self._usual = chromium, not options
        self.page = kept or chromium.new_context(**{"viewport": SIZE, **options}).new_page()
        self.context = self.page.context
        self.page.set_default_timeout(60_000)
        self.wrong: list[str] = []
        self._heard = {
            "console": lambda message: self.wrong.append(message.text) if message.type != "log" else None,
            "pageerror": lambda error: self.wrong.append(str(error)),
        }
        hear(self.page, self._heard)
        self._name = name
        self.page.goto(f"{url}/part/{name}")
        self.page.wait_for_function(f"customElements.get('ifx-{name}') !== undefined")

    def leave(self) -> None:
        """Close its window, or keep it for the next where it is as it was opened."""
        if not self._usual or self.page.is_closed() or self._chromium in _kept or self.page.viewport_size != SIZE:
            self.context.close()
            return
        _kept[self._chromium] = left(self.page, self._heard)

    def stop_clock(self) -> None:
        """From now on time passes on the page by `pass_ms` alone, however slow the machine is."""
        self._usual = False
        self.page.clock.install(time=datetime(2024, 1, 1))
        self.page.clock.pause_at(datetime(2024, 1, 2))

    def pass_ms(self, milliseconds: int) -> None:
        """Let time pass on the page, with all that is due in it."""
        self.page.clock.run_for(milliseconds)

    def show(self, data: Mapping[str, Any]) -> None:
        """Give the part its data."""
        self.page.evaluate(f"data => {{ document.querySelector('ifx-{self._name}').data = data; }}", data)

    def events(self, do: str = "") -> list[dict[str, Any]]:
        """What the part said so far, in order: all of it, or the events of one name."""
        told: list[dict[str, Any]] = self.page.evaluate("events")
        return [event for event in told if do in ("", event["do"])]

    def wait_for(self, do: str, count: int = 1) -> dict[str, Any]:
        """The last event of that name, once there are so many."""
        self.page.wait_for_function(f"events.filter(event => event.do === '{do}').length >= {count}")
        found = self.events(do)
        assert len(found) == count, found
        return found[-1]

    def forget(self) -> None:
        """Start counting events anew."""
        self.page.evaluate("events.length = 0")

    @property
    def focused(self) -> str:
        """The label of what has the focus."""
        label: str = self.page.evaluate("document.activeElement.getAttribute('aria-label')")
        return label


@contextmanager
def opened(
    chromium: Any,
    url: str,
    name: str,
    usual: Callable[[], Mapping[str, Any]],
    prepare: Callable[[Part], object] = lambda part: None,
) -> Iterator[Callable[..., Part]]:
    """How a test opens that part, with its usual data or others; at the end no console may have said anything.

    prepare is done to a part before it has data.
    """
    parts = []

    def come(shown: Mapping[str, Any] | None = None, **options: Any) -> Part:
        part = Part(chromium, url, name, **options)
        parts.append(part)
        prepare(part)
        part.show(shown or usual())
        return part

    yield come
    for part in parts:
        part.leave()
        assert part.wrong == []
