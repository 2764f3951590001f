"""Tool calls that a model writes into its text: JSON, what is nearly JSON, XML, Python, a name before its arguments.

Each form is read where its meaning is plain; nothing of it is ever run. Whatever the text, the time is bounded.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from instructfx.planners.lenient_json import LenientReader, UnreadableError, value_in
from instructfx.planners.tools import ANSWER, ASK_BACK, BACK, GOAL, RATE

TALK = (ANSWER, ASK_BACK)
WORK = rf"(?:add|adjust|remove)[_-][a-z0-9_-]+|{GOAL}|{BACK}|{RATE}"
TOOL = rf"(?:{WORK}|{ANSWER}|{ASK_BACK})"
THOUGHT = re.compile(
    r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)"
    r"|<\|channel\|>analysis.*?(?:<\|(?:end|start|call)\|>|(?=<\|channel\|>)|\Z)",
    re.DOTALL,
)
END_OF_THOUGHT = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL)
MARKUP = re.compile(
    r"```[\w-]*|</?(?:tool_calls?|function_calls?|tools?|json)>|\[/?TOOL_CALLS\]|<[|｜][^<>]{0,60}[|｜]>", re.IGNORECASE
)
NAMING = r"""\b\s*(?:=|[^<>]*?\bname\s*=)\s*["']?(?P<name>[^"'<>\s]+)["']?[^<>]*>"""
ELEMENT = re.compile(
    rf"<(?P<tag>invoke|function|tool|tool_call|function_call|call){NAMING}"
    rf"|<(?P<bare>{TOOL})>|<tool_call>\s*(?P<first>{TOOL})\s*(?=<arg_key>)"
)
PARAMETER = re.compile(
    rf"<(?P<tag>parameter|param|arg){NAMING}(?P<value>.*?)</(?P=tag)>"
    r"|<arg_key>(?P<key2>.*?)</arg_key>\s*<arg_value>(?P<value2>.*?)</arg_value>"
    r"|<(?P<key3>\w+)>(?P<value3>.*?)</(?P=key3)>",
    re.DOTALL,
)
LONGEST_ELEMENT = 8000  # characters
OPENING = re.compile(rf"[{{\[]|\b(?:print\()?(?:\w{{1,40}}[.:]){{0,2}}(?P<called>{TOOL})\s*\(")
NAMED_BEFORE = re.compile(rf"(?:\bto=)?(?:\w+[.:])?\b(?P<name>{TOOL})(?::\d+)?[\s:=>]*(?:(?:commentary|json)\s*)*\Z")
LOOK_BACK = 200  # characters before an object, in which the name of its tool may stand
BROKEN = re.compile(rf'\b(?:{WORK})\b|"(?:{"|".join(TALK)})"')
MOST_OPENINGS = 300  # at which a value may begin: more is no answer, and would take long to read


@dataclass(frozen=True)
class Written:
    """A value that was found in a text, and the tool that is named before it, as a call or by the element around it."""

    value: Any
    tool: str = ""


def without_thoughts(text: str) -> str:
    """The text without what was only thought; what comes before a lone end of thinking was thought as well."""
    return END_OF_THOUGHT.sub(" ", THOUGHT.sub(" ", text))


def written(text: str) -> tuple[list[Written], str, bool]:
    """The values in a text in their order, the prose around them, and whether a call broke off half-written."""
    found: list[Written] = []
    prose, broken, at = [], False, 0
    for start, element, end in _elements(text):
        values, around, broke = _in_brackets(text[at:start])
        found += [*values, *([element] if element else ())]
        prose.append(around)
        broken, at = broken or broke or element is None, end
    values, around, broke = _in_brackets(text[at:])
    return [*found, *values], " ".join(" ".join((*prose, around)).split()), broken or broke


def _elements(text: str) -> Iterator[tuple[int, Written | None, int]]:
    """Where an element that names a tool begins, what it holds and where it ends; None for one without an end."""
    at = 0
    while opening := ELEMENT.search(text, at):
        name = opening["name"] or opening["bare"] or opening["first"]
        tag = opening["tag"] or opening["bare"] or "tool_call"
        end = text.find(f"</{tag}>", opening.end())
        if end < 0:
            yield opening.start(), None, len(text)
            return
        at = end + len(tag) + 3
        yield opening.start(), Written(_arguments(text[opening.end() : end]), name), at


def _arguments(body: str) -> Any:
    """What stands in an element: one object, or an element for each argument."""
    body = MARKUP.sub(" ", body).strip()
    value = value_in(body)
    if isinstance(value, dict) or len(body) > LONGEST_ELEMENT:
        return value if isinstance(value, dict) else body
    given: dict[str, Any] = {}
    for each in PARAMETER.finditer(body):
        key = each["name"] or each["key2"] or each["key3"]
        content = html.unescape((each["value"] or each["value2"] or each["value3"] or "").strip())
        read = value_in(content)
        given[key.strip()] = content if read is None and content.lower() not in ("null", "none") else read
    return given if given or not body else body


def _in_brackets(text: str) -> tuple[list[Written], str, bool]:
    """As `written`, for what begins with a bracket, or with the name of a tool and a bracket."""
    text = MARKUP.sub("\n", text)
    reader = LenientReader(text)
    last_name = max((each.start() for each in BROKEN.finditer(text)), default=-1)
    found: list[Written] = []
    prose, broken, at = [], False, 0
    for _ in range(MOST_OPENINGS):
        opening = OPENING.search(text, at)
        if not opening:
            break
        before, tool = text[at : opening.start()], opening["called"] or ""
        try:
            value, at = reader.called(opening.end()) if tool else reader.first(opening.start())
        except UnreadableError:
            prose += [before, opening[0]]
            at = opening.end()
            broken = broken or opening.start() <= last_name
            continue
        named = NAMED_BEFORE.search(before[-LOOK_BACK:]) if not tool and isinstance(value, dict) else None
        if named:
            before, tool = before[: len(before) - len(named[0])], named["name"]
        prose.append(before)
        found.append(Written(value, tool))
    return found, " ".join((*prose, text[at:])), broken
