"""Somebody on the page without a browser: what is sent, and what is then seen. All that is known of the page is here.

The page's own script calls its events by number, on Gradio's routes; so does this.
"""

from __future__ import annotations

import json
import mimetypes
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import IO, Any, Literal

import httpx

API = "/gradio_api"
SILENCE_SECONDS = 60.0  # a server that says nothing for this long hangs
HARMFUL_TAGS = frozenset(("script", "iframe", "object", "embed", "img", "link", "meta", "form", "base", "style"))
"""What no text of a visitor's may become. The page itself writes none of these."""

Ending = Literal["answered", "failed", "hung", "gone"]


@dataclass(frozen=True)
class Answer:
    """How an event ended and what the page shows then.

    ending: answered; failed, the server says that the event failed; hung, nothing in time; gone, no connection.
    status is the HTTP status, of the last request. line is the one line of trouble, if any. said are the messages
    of the conversation, replied what stands under them. texts is all that became visible on the way; harmful what
    in it is neither text nor our own markup. regions are the elements that can be seen, by their ids, as HTML.
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


class Visitor:
    """One page of the studio at url, used in a `with` block.

    limit_seconds is how long an event may take in all; auth is (user, password) where the studio asks for one.
    """

    def __init__(self, url: str, limit_seconds: float = 60.0, auth: tuple[str, str] | None = None) -> None:
        self.client = httpx.Client(base_url=url, trust_env=False, timeout=SILENCE_SECONDS, auth=auth)
        self._limit = limit_seconds
        self._page = secrets.token_hex(6)
        self._events = _events(self.client.get("/config").json())
        self._regions: dict[str, str] = {}

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def upload(self, name: str, content: IO[bytes]) -> Answer:
        """Choose a file that has this name; it is sent as it is read."""
        began = time.monotonic()
        kind = mimetypes.guess_type("file." + name.rpartition(".")[2])[0] or "application/octet-stream"
        try:
            sent = self.client.post(f"{API}/upload", files={"files": (name, content, kind)})
        except httpx.TimeoutException:
            return Answer("hung", 0, time.monotonic() - began)
        except httpx.TransportError as error:
            return Answer("gone", 0, time.monotonic() - began, line=str(error))
        if sent.status_code != 200:
            return Answer("failed", sent.status_code, time.monotonic() - began, line=sent.text, texts=(sent.text,))
        return self.choose({"path": sent.json()[0], "orig_name": name, "meta": {"_type": "gradio.FileData"}})

    def choose(self, file: object) -> Answer:
        """Choose what `file` says that was uploaded, true or not."""
        return self._happen("upload", file, "perceptual", "builtin")

    def sample(self, name: str) -> Answer:
        """Choose one of the page's own tracks."""
        return self._happen(f"sample-{name}", "perceptual", "builtin")

    def say(self, words: object, watching: Callable[[str], None] = lambda text: None) -> Answer:
        """Ask for a change; words that are no text are sent as they are. watching is told what is seen meanwhile."""
        return self._happen("send", words, None, watching=watching)

    def stop(self) -> None:
        """Press Stop, while something is said in another thread."""
        event = self._events["stop"]
        asked = {"fn_index": event.number, "data": [None], "session_hash": self._page}
        self.client.post(f"{API}/run/predict", json=asked).raise_for_status()

    def leave(self) -> Answer:
        """Close the session."""
        return self._happen("new", None, None)

    def fetch(self, path: str) -> httpx.Response:
        """A file that the page plays or offers."""
        return self.client.get(path)

    def _happen(self, what: str, *values: object, watching: Callable[[str], None] = lambda text: None) -> Answer:
        event, began, seen = self._events[what], time.monotonic(), _Seen(watching)
        asked = {"fn_index": event.number, "data": values, "session_hash": self._page}
        ending, status = self._until_done(event, json.dumps(asked), seen, began + self._limit)
        conversation = _Markup(self._regions.get("conversation", ""))
        notice = _Markup(self._regions.get("notice" if what == "send" else "choosing", "")).visible
        last = _Markup(self._regions.get("conversation", "").rpartition("<article")[2])
        told = seen.error or notice or (" ".join(last.notices) if what == "send" else "")
        return Answer(
            ending,
            status,
            time.monotonic() - began,
            told,
            _Markup(self._regions.get("track", "")).visible,
            conversation.words,
            conversation.replies,
            _Markup(self._regions.get("dry", "")).source,
            _Markup(self._regions.get("current", "")).source,
            tuple(seen.texts),
            tuple(seen.harmful),
            dict(self._regions),
        )

    def _until_done(self, event: _Event, asked: str, seen: _Seen, deadline: float) -> tuple[Ending, int]:
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

    def _heard(self, event: _Event, message: Mapping[str, Any], seen: _Seen) -> Ending | None:
        """Take in one message; how the event ended, if it did."""
        kind, output = message["msg"], message.get("output") or {}
        for text in _strings(output.get("data")):
            seen.look(text)
        if kind == "unexpected_error" or (kind == "process_completed" and not message["success"]):
            seen.error = str(message.get("message") or output.get("error") or "Error")
            seen.look(seen.error)
            return "failed"
        if kind == "process_completed":
            for name, value in zip(event.shown_in, output.get("data") or (), strict=False):
                if isinstance(value, str) and name:
                    self._regions[name] = value
            return "answered"
        return None


@dataclass(frozen=True)
class _Event:
    """The number that an event goes by, and the element ids that its outputs go to, empty where there is none."""

    number: int
    shown_in: tuple[str, ...]


@dataclass
class _Seen:
    """What came into sight while an event ran."""

    watching: Callable[[str], None]
    error: str = ""
    texts: list[str] = field(default_factory=list)
    harmful: list[str] = field(default_factory=list)

    def look(self, text: str) -> None:
        """Read one piece of the page."""
        markup = _Markup(text)
        self.watching(markup.visible)
        self.texts.append(markup.visible)
        self.harmful += markup.harmful


def _events(config: Mapping[str, Any]) -> dict[str, _Event]:
    """By the id of the element that is clicked, or, of the upload, filled."""
    ids = {each["id"]: each["props"].get("elem_id") or "" for each in config["components"]}
    return {
        ids.get(target, ""): _Event(each["id"], tuple(ids[output] for output in each["outputs"]))
        for each in config["dependencies"]
        for target, happening in each["targets"]
        if happening in ("click", "upload")
    }


def _strings(value: Any) -> Iterator[str]:
    """Every text in a message but the names of things."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)


class _Markup(HTMLParser):
    """What a piece of the page says, and what of it is not ours."""

    COLLECTED = ("words", "reply", "notice")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.harmful: list[str] = []
        self.source = ""
        self._text: list[str] = []
        self._found: dict[str, list[str]] = {name: [] for name in self.COLLECTED}
        self._inside: tuple[str, str] | None = None  # class and tag of what is being collected
        self._depth = 0
        self.feed(html)
        self.close()

    @property
    def visible(self) -> str:
        """The text that a person sees."""
        return "".join(self._text).strip()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self._found["words"])

    @property
    def replies(self) -> tuple[str, ...]:
        return tuple(self._found["reply"])

    @property
    def notices(self) -> tuple[str, ...]:
        return tuple(self._found["notice"])

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        bad = [name for name, value in attributes if name.startswith("on") or "javascript:" in (value or "").lower()]
        if tag in HARMFUL_TAGS or bad:
            self.harmful.append(f"<{tag} {' '.join(bad)}".strip())
        if tag == "audio":
            self.source = given.get("src") or ""
        if self._inside:
            self._depth += tag == self._inside[1]
            return
        for name in (given.get("class") or "").split():
            if name in self.COLLECTED:
                self._inside, self._depth = (name, tag), 1
                self._found[name].append("")
                return

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[1]:
            self._depth -= 1
            if self._depth == 0:
                self._inside = None

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        if self._inside:
            self._found[self._inside[0]][-1] += data
