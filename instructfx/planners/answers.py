"""From a model's message to the tool calls in it, wherever the model put them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from instructfx.planners.tools import ANSWER, ASK_BACK

LONGEST_RAW = 200_000  # characters: no answer is that long
THOUGHT_ALOUD = re.compile(r"<(think|thinking|reasoning)>.*?(</\1>|\Z)", re.DOTALL)
MARKUP = re.compile(r"```[\w-]*|</?(?:tool_calls?|function_calls?|tools?|json)>|\[/?TOOL_CALLS\]")
BRACKET = re.compile(r"[{\[]")
MOST_BRACKETS = 300  # at which a value may begin: more is no answer, and would take long to read
TOOL_NAME = re.compile(r"\b(?:add|adjust|remove)_[a-z0-9_]+|\bdescribe_goal\b|\bgo_back\b|\brate_turn\b")
TALK = (ANSWER, ASK_BACK)
BROKEN_TALK = re.compile(f'"(?:{"|".join(TALK)})"')
NAMES = ("name", "tool", "tool_name", "function")
ARGUMENTS = ("arguments", "parameters", "args", "input")
LISTS = ("tool_calls", "calls", "tools", "actions", "function_call")


@dataclass(frozen=True)
class Call:
    """A tool and the arguments that it was called with; trouble says why they could not be read."""

    tool: str
    arguments: Mapping[str, Any]
    trouble: str = ""


@dataclass(frozen=True)
class ModelMessage:
    """The calls of an answer in their order, what was said beside them, and whether calls broke off half-written."""

    calls: tuple[Call, ...]
    prose: str
    broken: bool = False


def said(raw: str) -> ModelMessage:
    """What an answer says. raw is a message or a whole completion of OpenAI's as JSON, or plain text; never raises."""
    message = _parsed(raw[:LONGEST_RAW])
    if isinstance(message, dict) and isinstance(message.get("choices"), list) and message["choices"]:
        message = message["choices"][0].get("message") if isinstance(message["choices"][0], dict) else None
    if not isinstance(message, dict) or not ({"content", "tool_calls"} & set(message) or message == {}):
        return _in_text(raw[:LONGEST_RAW])
    calls = tuple(_calls_in(message.get("tool_calls")))
    content = message.get("content")
    if isinstance(content, list):  # parts, as some providers send them
        content = "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    in_text = _in_text(content if isinstance(content, str) else "")
    return ModelMessage(calls, in_text.prose) if calls else in_text


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _in_text(text: str) -> ModelMessage:
    """Calls written into text: bare, in fences or in tags, one object each, in a list, or keyed by the tool's name."""
    text = MARKUP.sub("\n", THOUGHT_ALOUD.sub(" ", text))
    decoder = json.JSONDecoder()
    calls: list[Call] = []
    prose, broken, at = [], False, 0
    for _ in range(MOST_BRACKETS):
        found = BRACKET.search(text, at)
        if not found:
            break
        prose.append(text[at : found.start()])
        try:
            value, at = decoder.raw_decode(text, found.start())
            calls += _calls_in(value)
        except (ValueError, RecursionError):
            at = found.end()
            broken = broken or any(each.search(text, found.start()) for each in (TOOL_NAME, BROKEN_TALK))
    prose.append(text[at:])
    return ModelMessage(tuple(calls), " ".join(" ".join(prose).split()), broken)


def _calls_in(value: Any, depth: int = 0) -> Iterator[Call]:
    if depth > 4:
        return
    if isinstance(value, list):
        for each in value:
            yield from _calls_in(each, depth + 1)
    elif isinstance(value, dict):
        name = next((value[key] for key in NAMES if isinstance(value.get(key), str)), "")
        inner = [value[key] for key in (*LISTS, "function") if isinstance(value.get(key), list | dict)]
        if name:
            yield _call(name, next((value[key] for key in ARGUMENTS if key in value), {}))
        elif inner:
            for each in inner:
                yield from _calls_in(each, depth + 1)
        else:
            yield from (_call(key, given) for key, given in value.items() if TOOL_NAME.fullmatch(key) or key in TALK)


def _call(name: str, given: Any) -> Call:
    tool = name.strip().removeprefix("functions.").removeprefix("default_api.")
    if isinstance(given, str):
        text = MARKUP.sub(" ", given).strip()
        written, given = given, _parsed(text) if text else {}
        if tool in TALK and not isinstance(given, dict):
            return Call(tool, {"text": written})
        if given is None:
            return Call(tool, {}, "its arguments are no whole JSON object")
    if given is None:
        given = {}
    if not isinstance(given, dict):
        return Call(tool, {}, "its arguments must be one JSON object")
    return Call(tool, given)
