"""A visitor of the studio without a browser: who presses and types through the interface that the page itself uses."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

API = "/gradio_api"
SECONDS = 300.0

Shown = Mapping[str, str]
"""Element -> its HTML after an event, of those that the event changed."""


class Visitor:
    """One page of a studio at url, to be used in a `with` block.

    auth is (user, password) where it asks for one. Network errors are httpx's.
    """

    def __init__(self, url: str, auth: tuple[str, str] | None = None) -> None:
        self.client = httpx.Client(base_url=url, timeout=SECONDS, auth=auth, trust_env=False)
        self._page = secrets.token_hex(8)
        config = self.client.get("/config").raise_for_status().json()
        self._events = config["dependencies"]
        self._names = {part["id"]: part["props"].get("elem_id") for part in config["components"]}

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *error: object) -> None:
        self.client.close()

    def sample(self, name: str) -> Shown:
        """Choose a sample track."""
        return self._did(f"sample-{name}", "click", ["perceptual", "builtin"])

    def upload(self, path: Path) -> Shown:
        """Choose a file of one's own."""
        with path.open("rb") as file:
            answer = self.client.post(f"{API}/upload", files={"files": (path.name, file)}).raise_for_status()
        return self.uploaded(answer.json()[0], path.name)

    def uploaded(self, path: str, name: str) -> Shown:
        """Choose a file that lies at a path of the server's."""
        file = {"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}}
        return self._did("upload", "upload", [file, "perceptual", "builtin"])

    def say(self, words: str, watching: Callable[[str], None] = lambda html: None) -> Shown:
        """Take a turn and wait for its end; watching is called with what the page shows meanwhile."""
        return self._did("words", "submit", [words, None], watching)

    def stop(self) -> None:
        """Press Stop."""
        event = self._event("stop", "click")
        self.client.post(f"{API}/run/predict", json=self._body(event, [None], "stop")).raise_for_status()

    def _did(
        self, element: str, kind: str, values: Sequence[object], watching: Callable[[str], None] = lambda html: None
    ) -> Shown:
        event = self._event(element, kind)
        self.client.post(f"{API}/queue/join", json=self._body(event, values, element)).raise_for_status()
        for message in self._messages():
            if message["msg"] == "process_generating":
                for html in _texts(message["output"]["data"]):
                    watching(html)
            elif message["msg"] == "process_completed":
                if not message["success"]:
                    raise httpx.HTTPError(f"the page failed: {message['output']}")
                values = message["output"]["data"]
                named = zip((self._names[part] for part in event["outputs"]), values, strict=True)
                return {name: value for name, value in named if name and isinstance(value, str)}
        raise httpx.HTTPError("the studio ended before the event did")

    def _event(self, element: str, kind: str) -> Any:
        for event in self._events:
            if any(self._names.get(part) == element and kind == each for part, each in event["targets"]):
                return event
        raise httpx.HTTPError(f"the page has no {element} to {kind}")

    def _body(self, event: Any, values: Sequence[object], element: str) -> dict[str, object]:
        trigger = next(part for part, _ in event["targets"] if self._names.get(part) == element)
        return {"data": values, "fn_index": event["id"], "session_hash": self._page, "trigger_id": trigger}

    def _messages(self) -> Iterator[Any]:
        with self.client.stream("GET", f"{API}/queue/data", params={"session_hash": self._page}) as stream:
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))


def _texts(values: Any) -> Iterator[str]:
    """Every piece of HTML in what an event sends, whether whole or as changes."""
    if isinstance(values, str):
        if values.startswith("<"):
            yield values
    elif isinstance(values, list):
        for value in values:
            yield from _texts(value)
