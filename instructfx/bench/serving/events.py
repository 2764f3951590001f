"""The page's events as Gradio numbers them, and what it sends while one runs."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from instructfx.bench.serving.markup import Markup


@dataclass(frozen=True)
class Event:
    """An event's number, what its inputs hold at the start, and the element ids of its outputs, empty for none."""

    number: int
    values: tuple[object, ...]
    shown_in: tuple[str, ...]


@dataclass
class Seen:
    """What came into sight while an event ran."""

    watching: Callable[[str], None]
    error: str = ""
    texts: list[str] = field(default_factory=list)
    harmful: list[str] = field(default_factory=list)
    _outputs: list[Any] | None = None

    def taken(self, data: Sequence[Any], last: bool) -> list[tuple[int, Any]]:
        """What is new in a message, with its place: the first is whole, then comes what changed, the last repeats."""
        before = self._outputs
        if before is None or last:
            now = list(data)
        else:
            now = [changed(value, edits) for value, edits in zip(before, data, strict=True)]
        self._outputs = now
        return [(at, value) for at, value in enumerate(now) if before is None or value != before[at]]

    def look(self, html: str) -> None:
        """See one piece of the page."""
        markup = Markup(html)
        self.read(markup.visible)
        self.harmful += markup.harmful

    def read(self, text: str) -> None:
        """See text."""
        self.watching(text)
        self.texts.append(text)


def events_of(config: Mapping[str, Any]) -> dict[str, Event]:
    """By the id of the element that it happens to, or what happens where that has none."""
    props = {each["id"]: each["props"] for each in config["components"]}

    def name_of(component: Any) -> str:
        return str(props.get(component, {}).get("elem_id") or "")

    return {
        name_of(target) or happening: Event(
            each["id"],
            tuple(props[component].get("value") for component in each["inputs"]),
            tuple(name_of(component) for component in each["outputs"]),
        )
        for each in config["dependencies"]
        for target, happening in each["targets"]
    }


def changed(value: Any, edits: Sequence[tuple[str, list[Any], Any]]) -> Any:
    """A value after what Gradio says of it: replace, append to a text, add or delete, each with where."""
    holder = {"": copy.deepcopy(value)}
    for action, path, new in edits:
        *way, last = ("", *path)
        inside: Any = holder
        for step in way:
            inside = inside[step]
        if action == "replace":
            inside[last] = new
        elif action == "append":
            inside[last] += new
        elif action == "delete":
            del inside[last]
        elif isinstance(inside, list):
            inside.insert(last, new)
        else:
            inside[last] = new
    return holder[""]


def strings(value: Any) -> Iterator[str]:
    """Every text in a part's data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
