"""From a model's message to the tool calls in it, wherever and however the model put them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from instructfx.planners.lenient_json import parsed, value_in
from instructfx.planners.thinking import is_thought, without_thoughts
from instructfx.planners.tool_names import is_tool, joined, tool_named
from instructfx.planners.values import text as line
from instructfx.planners.written_calls import MARKUP, NAMED, TALK, written

LONGEST_RAW = 200_000  # characters: no answer is that long
NAMES = ("name", "tool", "tool_name", "function", "recipient_name")
ARGUMENTS = ("arguments", "parameters", "args", "input")
LISTS = ("tool_calls", "calls", "tools", "actions", "function_call", "functionCall", "tool_uses")
MESSAGE = frozenset({"content", "tool_calls", "function_call", "refusal", "finish_reason"})
WRAPPERS = frozenset({*ARGUMENTS, "settings"})
BESIDE_WRAPPED = frozenset({*map(joined, NAMES), "type", "id"})
STOPPED = re.compile(r"filter|safety|refus|prohibit|block|recitation|policy|moderat|sensitive|spii", re.IGNORECASE)
"""How an answer ended that was stopped for what it says, in the words of whichever provider."""
DEEPEST = 8


@dataclass(frozen=True)
class Call:
    """A tool and the arguments that it was called with; trouble says why they could not be read."""

    tool: str
    arguments: Mapping[str, Any]
    trouble: str = ""


@dataclass(frozen=True)
class ModelMessage:
    """The calls of an answer in their order, what was said beside them, and whether calls broke off half-written.

    refusal says that the model refused or was kept from answering, in words that follow its name; then no calls.
    """

    calls: tuple[Call, ...]
    prose: str
    broken: bool = False
    refusal: str = ""


def said(raw: str) -> ModelMessage:
    """What an answer says. raw is a message or a whole completion of OpenAI's as JSON, or plain text; never raises."""
    message = parsed(raw[:LONGEST_RAW])
    finish: Any = ""
    if isinstance(message, dict) and isinstance(message.get("choices"), list) and message["choices"]:
        choice = message["choices"][0] if isinstance(message["choices"][0], dict) else {}
        message, finish = choice.get("message"), choice.get("finish_reason")
    if not isinstance(message, dict) or not (MESSAGE & set(message) or message == {}):
        return _in_text(raw[:LONGEST_RAW])
    content, refused, calls = _content(message.get("content"))
    calls = (
        *(call for key in ("tool_calls", "function_call") for call in _calls_in(_decoded(message.get(key)))),
        *calls,
    )
    in_text = _in_text(content)
    if calls:
        return ModelMessage(calls, in_text.prose)
    if in_text.calls:
        return in_text
    finish = message.get("finish_reason") or finish
    reason = _refused(bool(refused or line(message.get("refusal"))), finish if isinstance(finish, str) else "")
    return ModelMessage((), in_text.prose, in_text.broken and not reason, reason)


def _content(content: Any) -> tuple[str, bool, tuple[Call, ...]]:
    """The text of a message, whether it refuses, and the calls: of a text, or of parts as some providers send them."""
    if not isinstance(content, list):
        return content if isinstance(content, str) else "", False, ()
    texts: list[str] = []
    refused, calls = False, []
    for part in content:
        if isinstance(part, str):
            texts.append(part)
        elif isinstance(part, dict) and not is_thought(part):
            texts += [part["text"]] if isinstance(part.get("text"), str) else []
            refused = refused or bool(line(part.get("refusal")))
            calls += list(_calls_in({name: value for name, value in part.items() if name not in ("text", "type")}))
    return "\n".join(texts), refused, tuple(calls)


def _refused(refused: bool, finish: str) -> str:
    if refused:
        return "refused to answer"
    if STOPPED.search(finish):
        return "was kept from answering by its content filter"
    return ""


def _in_text(text: str) -> ModelMessage:
    found, prose, broken = written(without_thoughts(text))
    calls: list[Call] = []
    for each in found:
        inside = [] if isinstance(each.value, str) else list(_calls_in(each.value))
        calls += inside or ([_call(each.tool, each.value)] if each.tool else [])
    source = NAMED.search(prose) is not None
    return ModelMessage(tuple(calls), "" if source or broken else prose, broken or (source and not calls))


def _calls_in(value: Any, depth: int = 0) -> Iterator[Call]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for each in value:
            yield from _calls_in(each, depth + 1)
    elif isinstance(value, dict):
        value = {key: _decoded(each) if key in (*LISTS, "function") else each for key, each in value.items()}
        name = next((value[key] for key in NAMES if isinstance(value.get(key), str)), "")
        inner = [value[key] for key in (*LISTS, "function") if isinstance(value.get(key), list | dict)]
        if name:
            given: Any = next((value[key] for key in ARGUMENTS if key in value), {})
            within = value_in(given) if isinstance(given, str) else given
            several = () if is_tool(name) else tuple(_calls_in(within, depth + 1))
            yield from several or (_call(name, given),)
        elif inner:
            for each in inner:
                yield from _calls_in(each, depth + 1)
        else:
            yield from (_call(key, given) for key, given in value.items() if is_tool(key))


def _call(name: str, given: Any) -> Call:
    tool = tool_named(name)
    if isinstance(given, str):
        text = MARKUP.sub(" ", given).strip()
        value = value_in(text) if text else {}
        if tool in TALK and not isinstance(value, dict):
            inner = parsed(text)
            return Call(tool, {"text": inner if isinstance(inner, str) else given})
        given = value
        if given is None:
            return Call(tool, {}, "its arguments are no whole JSON object")
    given = _unwrapped({} if given is None else given)
    if not isinstance(given, dict):
        return Call(tool, {}, "its arguments must be one JSON object")
    return Call(tool, {key: _decoded(value) for key, value in given.items()})


def _unwrapped(given: Any) -> Any:
    """The arguments themselves, where they lie alone in a list or as the arguments of arguments."""
    for _ in range(DEEPEST):
        if isinstance(given, list) and len(given) == 1 and isinstance(given[0], dict):
            given = given[0]
            continue
        inner = (
            [_decoded(value) for key, value in given.items() if joined(key) in WRAPPERS]
            if isinstance(given, dict)
            else []
        )
        others = {joined(key) for key in given} - WRAPPERS if inner else frozenset()
        if len(inner) != 1 or not isinstance(inner[0], dict | list) or not others <= BESIDE_WRAPPED:
            break
        given = inner[0]
    return given


def _decoded(value: Any) -> Any:
    """An object or a list that was written as text, as what it is."""
    if isinstance(value, str) and value.strip()[:1] in ("{", "["):
        inner = value_in(value)
        return inner if isinstance(inner, dict | list) else value
    return value
