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
from instructfx.planners.tool_names import is_tool
from instructfx.planners.tools import ANSWER, ASK_BACK, BACK, GOAL, RATE

TALK = (ANSWER, ASK_BACK)
WORK = rf"(?:add|adjust|remove)[_-][a-z0-9_-]+|{GOAL}|{BACK}|{RATE}"
TOOL = rf"(?:{WORK}|{ANSWER}|{ASK_BACK})"
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
CDATA = re.compile(r"\A\s*<!\[CDATA\[(.*)\]\]>\s*\Z", re.DOTALL)
LONGEST_ELEMENT = 8000  # characters
DEEPEST = 2  # elements within that of an argument
OPENING = re.compile(
    r"[{\[]|\b(?:\w{1,40}\s?=\s?)?(?:await |return )?(?:print\s?\()?(?P<called>[^\W\d][\w.:]{1,80}+)[ \t]{0,9}\("
)
NAMED_BEFORE = re.compile(
    r"(?:\b(?:commentary\s+)?to=)?\b(?P<name>[^\W\d][\w.:/-]{1,80})[\s:=>*`#\"']*"
    r"(?:(?:commentary|json|action|input|arguments?|args|parameters?|with)\b[\s:=>*`#\"']*)*\Z",
    re.IGNORECASE,
)
LOOK_BACK = 200  # characters before an object, in which the name of its tool may stand
NAMED = re.compile(rf'\b(?:{WORK})\b|"(?:{"|".join(TALK)})"')
UNREAD = re.compile(rf"<(?:{WORK})\b")
CODE = re.compile(r"\s*(?:\w{1,40}\s*=|[\"'“{*]|\Z)")
"""What stands behind the bracket of a call, and not behind one in a sentence."""
MOST_OPENINGS = 300  # at which a value may begin: more is no answer, and would take long to read


@dataclass(frozen=True)
class Written:
    """A value that was found in a text, and the tool that is named before it, as a call or by the element around it."""

    value: Any
    tool: str = ""


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


def _arguments(body: str, depth: int = 0) -> Any:
    """What stands in an element: one object, or an element for each argument."""
    body = MARKUP.sub(" ", body).strip()
    value = value_in(body)
    if isinstance(value, dict) or len(body) > LONGEST_ELEMENT:
        return value if isinstance(value, dict) else body
    given: dict[str, Any] = {}
    for each in PARAMETER.finditer(body):
        key = each["name"] or each["key2"] or each["key3"]
        content = CDATA.sub(r"\1", each["value"] or each["value2"] or each["value3"] or "").strip()
        if depth < DEEPEST and content.startswith("<") and isinstance(inner := _arguments(content, depth + 1), dict):
            given[key.strip()] = inner
            continue
        content = html.unescape(content)
        read = value_in(content)
        given[key.strip()] = content if read is None and content.lower() not in ("null", "none") else read
    return given if given or not body else body


def _in_brackets(text: str) -> tuple[list[Written], str, bool]:
    """As `written`, for what begins with a bracket, or with the name of a tool and a bracket."""
    text = MARKUP.sub("\n", text)
    reader = LenientReader(text)
    found: list[Written] = []
    prose: list[str] = []
    at = 0
    doubtful: int | None = None  # where the prose begins that a value or a call may be which cannot be read
    for _ in range(MOST_OPENINGS):
        opening = OPENING.search(text, at)
        if not opening:
            break
        called = opening["called"] or ""
        before, tool = text[at : opening.start()], called if is_tool(called) else ""
        try:
            if called and not tool:
                raise UnreadableError
            value, at = reader.called(opening.end()) if tool else reader.first(opening.start())
        except UnreadableError:
            if doubtful is None and (CODE.match(text, opening.end()) if tool else not called):
                doubtful = len(prose) + 1
            prose += [before, opening[0]]
            at = opening.end()
            continue
        named = NAMED_BEFORE.search(before[-LOOK_BACK:]) if not tool and isinstance(value, dict) else None
        if named and is_tool(named["name"]):
            before, tool = before[: len(before) - len(named[0])], named["name"]
        prose.append(before)
        found.append(Written(value, tool))
    prose.append(text[at:])
    around = " ".join(prose)
    unread = doubtful is not None and NAMED.search(" ".join(prose[doubtful:])) is not None
    return found, around, unread or UNREAD.search(around) is not None
