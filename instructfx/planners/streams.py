"""One message out of a completion, whole or in the pieces of a stream."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

USUAL_ENDS = ("", "stop", "tool_calls", "function_call")
TEXTS = ("content", "refusal", "reasoning_content", "reasoning")


@dataclass(frozen=True)
class Completion:
    """message is what was said, as JSON's objects, with `finish_reason` in it where the end was not a usual one; usage
    as the provider counts it."""

    message: Mapping[str, Any]
    usage: Mapping[str, Any]


@dataclass
class _StreamedCall:
    """A call in the making."""

    index: int
    id: str = ""
    name: str = ""
    arguments: str = ""

    @property
    def whole(self) -> bool:
        try:
            json.loads(self.arguments, strict=False)
        except (ValueError, RecursionError):
            return False
        return True


@dataclass
class _Streamed:
    """A message in the making."""

    texts: dict[str, str] = field(default_factory=dict)
    parts: list[Any] = field(default_factory=list)
    calls: list[_StreamedCall] = field(default_factory=list)
    finish: str = ""

    def take(self, delta: Mapping[str, Any]) -> None:
        for name in TEXTS:
            value = delta.get(name)
            if isinstance(value, str):
                self.texts[name] = self.texts.get(name, "") + value
            elif isinstance(value, list):
                self.parts += value
        for each in _objects(delta.get("tool_calls")):
            self._call(each)
        if isinstance(delta.get("function_call"), dict):
            self._call({"function": delta["function_call"]})

    def _call(self, piece: Mapping[str, Any]) -> None:
        """A new call begins where id or name changes, whatever the index says; what has neither goes on with the last
        call of its index, or with the last of all."""
        function = _object(piece.get("function"))
        index = piece["index"] if isinstance(piece.get("index"), int) else -1
        given_id, name = _text(piece.get("id")), _text(function.get("name"))
        arguments = function.get("arguments")
        written = arguments if isinstance(arguments, str) else "" if arguments is None else json.dumps(arguments)
        call = self._goes_on(index, given_id, name)
        if call and name and written.strip() and call.whole:  # nothing can follow a whole object
            call = None
        if call is None:
            call = _StreamedCall(index, given_id, name)
            self.calls.append(call)
        call.id, call.name = call.id or given_id, call.name or name
        call.arguments += written

    def _goes_on(self, index: int, given_id: str, name: str) -> _StreamedCall | None:
        if not self.calls:
            return None
        same_id = next((call for call in reversed(self.calls) if given_id and call.id == given_id), None)
        if same_id:
            return same_id if not name or name == same_id.name or not same_id.name else None
        last = next((call for call in reversed(self.calls) if call.index == index), self.calls[-1])
        if given_id and last.id and (name or not last.name):
            return None
        if name and last.name and (name != last.name or index != last.index):
            return None
        return last

    def message(self) -> dict[str, Any]:
        told: dict[str, Any] = {"role": "assistant"} | {name: text for name, text in self.texts.items() if text}
        if self.parts:
            text = [{"type": "text", "text": told["content"]}] if "content" in told else []
            told["content"] = [*text, *self.parts]
        if self.calls:
            told["tool_calls"] = [
                {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
                for call in self.calls
            ]
        return _ended(told, self.finish)


def joined(pieces: Iterable[Mapping[str, Any]]) -> Completion:
    """The completion that the pieces of a stream make."""
    streamed, usage, first = _Streamed(), {}, None
    for piece in pieces:
        if isinstance(piece.get("usage"), dict):
            usage = piece["usage"]
        for choice in _objects(piece.get("choices")):
            index = choice.get("index") or 0
            first = index if first is None else first
            if index != first:  # another answer to the same question
                continue
            streamed.finish = _text(choice.get("finish_reason")) or streamed.finish
            streamed.take(_object(choice["delta"] if "delta" in choice else choice.get("message")))
    return Completion(streamed.message(), usage)


def of_completion(whole: Mapping[str, Any]) -> Completion:
    """A whole completion's message; an empty one where it has no choice."""
    choice = next(_objects(whole.get("choices")), {})
    return Completion(
        _ended(_object(choice.get("message")), _text(choice.get("finish_reason"))), _object(whole.get("usage"))
    )


def _ended(message: Mapping[str, Any], finish: str) -> dict[str, Any]:
    """The message without what is null, and with how it ended where that is worth a word."""
    told = {name: value for name, value in message.items() if value is not None}
    return told if finish in USUAL_ENDS else told | {"finish_reason": finish}


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    return (each for each in value if isinstance(each, dict)) if isinstance(value, list) else iter(())


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
