"""Somebody on the page without a browser: what is sent, and what is then seen. All that is known of the page is here.

The page's own script calls its events by number, on Gradio's routes; so does this.
"""

from __future__ import annotations

import json
import mimetypes
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, Literal

import httpx

from instructfx.bench.serving.events import Event, Seen, events_of, strings
from instructfx.bench.serving.markup import Markup

API = "/gradio_api"
DRY = "dry"
PARTS = ("address", "player", "take", "chain", "history")  # elements of ours, whose data come as JSON
SILENCE_SECONDS = 60.0  # a server that says nothing for this long hangs

Ending = Literal["answered", "failed", "hung", "gone"]


@dataclass(frozen=True)
class PageAnswer:
    """How an event ended and what the page shows then.

    ending: answered; failed, the server says that the event failed; hung, nothing in time; gone, no connection.
    status is the HTTP status, of the last request. line is the one line of trouble, if any. said are the messages
    of the conversation, replied what stands under them. dry and current are the addresses of the track and of the
    version that stands, empty where it does not play. texts is all that became visible on the way; harmful what in it
    is neither text nor our own markup. regions are the elements that are written as HTML, by their ids; parts the data
    of those that are elements of ours.
    """

    ending: Ending
    status: int
    seconds: float
    line: str = ""
    track: str = ""
    said: tuple[str, ...] = ()
    replied: tuple[str, ...] = ()
    dry: str = ""
    current: str = ""
    texts: tuple[str, ...] = ()
    harmful: tuple[str, ...] = ()
    regions: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class Visitor:
    """One page of the studio at url, used in a `with` block.

    limit_seconds is how long an event may take in all; auth is (user, password) where the studio asks for one.
    """

    def __init__(self, url: str, limit_seconds: float = 60.0, auth: tuple[str, str] | None = None) -> None:
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=SILENCE_SECONDS, auth=auth)
        self._limit = limit_seconds
        self._page = secrets.token_hex(6)
        self._events = events_of(self.client.get("/config").json())
        self._regions: dict[str, str] = {}
        self._parts: dict[str, Mapping[str, Any]] = {}

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def upload(self, name: str, content: IO[bytes]) -> PageAnswer:
        """Choose a file that has this name; it is sent as it is read."""
        began = time.monotonic()
        kind = mimetypes.guess_type("file." + name.rpartition(".")[2])[0] or "application/octet-stream"
        try:
            sendable = name.encode(errors="replace").decode()  # half an emoji is no UTF-8
            sent = self.client.post(f"{API}/upload", files={"files": (sendable, content, kind)})
        except httpx.TimeoutException:
            return PageAnswer("hung", 0, time.monotonic() - began)
        except httpx.TransportError as error:
            return PageAnswer("gone", 0, time.monotonic() - began, line=str(error))
        if sent.status_code != 200:
            return PageAnswer("failed", sent.status_code, time.monotonic() - began, line=sent.text, texts=(sent.text,))
        return self.choose({"path": sent.json()[0], "orig_name": name, "meta": {"_type": "gradio.FileData"}})

    def choose(self, file: object) -> PageAnswer:
        """Choose what `file` says that was uploaded, true or not."""
        return self._happen("upload", file)

    def sample(self, name: str) -> PageAnswer:
        """Choose one of the page's own tracks."""
        return self._happen(f"sample-{name}")

    def come_back(self, session_id: str) -> PageAnswer:
        """Load the page with the address of a session."""
        return self._happen("load", f"#{session_id}")

    def say(self, words: object, watching: Callable[[str], None] = lambda text: None) -> PageAnswer:
        """Ask for a change; words that are no text are sent as they are. watching is told what is seen meanwhile.

        It ends once the new version plays and its pictures are drawn.
        """
        return self._happen("send", words, watching=watching)

    def press(self, button: str) -> PageAnswer:
        """Press a button that starts something, such as undo or takes."""
        return self._happen(button)

    def part_event(self, part: str, detail: object) -> PageAnswer:
        """Have a part of the page, such as chain, say what somebody did with it, true or not."""
        return self._happen(part, detail=detail)

    def stop(self) -> None:
        """Press Stop, while something is said in another thread."""
        event = self._events["stop"]
        asked = {"fn_index": event.number, "data": [None], "session_hash": self._page}
        self.client.post(f"{API}/run/predict", json=asked).raise_for_status()

    def leave(self) -> PageAnswer:
        """Close the session."""
        return self._happen("new")

    def fetch(self, path: str) -> httpx.Response:
        """A file that the page plays or offers."""
        return self.client.get(path)

    def _happen(
        self, what: str, *given: object, detail: object = None, watching: Callable[[str], None] = lambda text: None
    ) -> PageAnswer:
        """One event: its first inputs are given, the others are as the page has them at the start."""
        event, began, seen = self._events[what], time.monotonic(), Seen(watching)
        values = (*given, *event.values[len(given) :])
        asked = {"fn_index": event.number, "data": values, "event_data": detail, "session_hash": self._page}
        ending, status = self._until_done(event, json.dumps(asked), seen, began + self._limit)
        told = seen.error or self._trouble(what)
        conversation = Markup(self._regions.get("conversation", ""))
        dry, current = self._playable()
        return PageAnswer(
            ending,
            status,
            time.monotonic() - began,
            told,
            Markup(self._regions.get("track", "")).visible,
            conversation.words,
            conversation.replies,
            dry,
            current,
            tuple(seen.texts),
            tuple(seen.harmful),
            dict(self._regions),
            dict(self._parts),
        )

    def _trouble(self, what: str) -> str:
        """The line that an event left on the page."""
        opening = what in ("upload", "load") or what.startswith("sample-")
        line = Markup(self._regions.get("choosing" if opening else "notice", "")).visible
        if line or opening:
            return line
        last = Markup(self._regions.get("conversation", "").rpartition("<article")[2])
        return " ".join((*last.notices, *Markup(self._regions.get("rendering", "")).notices))

    def _playable(self) -> tuple[str, str]:
        """The addresses of the dry track and of the version that stands, each as a whole file; empty where it does not
        play."""
        player = self._parts.get("player") or {}
        urls = {each["id"]: each["url"].removesuffix("/{segment}") for each in player.get("versions", ())}
        head = (self._parts.get("history") or {}).get("head") or DRY
        return urls.get(DRY, ""), urls.get(head, "") if player.get("current") == head else ""

    def _until_done(self, event: Event, asked: str, seen: Seen, deadline: float) -> tuple[Ending, int]:
        status = 0
        try:
            joined = self.client.post(f"{API}/queue/join", content=asked, headers={"Content-Type": "application/json"})
            status = joined.status_code
            if status != 200:
                seen.error = joined.text
                seen.look(joined.text)
                return "failed", status
            with self.client.stream("GET", f"{API}/queue/data", params={"session_hash": self._page}) as stream:
                status = stream.status_code
                for line in stream.iter_lines():
                    if time.monotonic() > deadline:
                        return "hung", status
                    if line.startswith("data:") and (ending := self._heard(event, json.loads(line[5:]), seen)):
                        return ending, status
        except httpx.TimeoutException:
            return "hung", status
        except httpx.TransportError as error:
            seen.error = str(error)
        return "gone", status

    def _heard(self, event: Event, message: Mapping[str, Any], seen: Seen) -> Ending | None:
        """Take in one message; how the event ended, if it did."""
        kind, output = message["msg"], message.get("output") or {}
        if kind == "unexpected_error" or (kind == "process_completed" and not message["success"]):
            seen.error = str(message.get("message") or output.get("error") or "Error")
            seen.look(seen.error)
            return "failed"
        if kind in ("process_generating", "process_completed"):
            for place, value in seen.taken(output.get("data") or (), kind == "process_completed"):
                self._show(event.shown_in[place], value, seen)
        return "answered" if kind == "process_completed" else None

    def _show(self, name: str, value: Any, seen: Seen) -> None:
        """What an element is given: HTML, or the data of a part."""
        if isinstance(value, dict) and value.get("__type__") == "update":
            if "value" not in value:
                return
            value = value["value"]
        if name in PARTS:
            self._parts[name] = json.loads(value or "{}")
            for text in strings(self._parts[name]):
                seen.read(text)
        elif isinstance(value, str):
            seen.look(value)
            if name:
                self._regions[name] = value
