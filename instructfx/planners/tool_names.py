"""Names as models spell them, and the one that they mean: compared by their words, whatever stands between those."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import Any

from instructfx.effects import EFFECTS
from instructfx.planners.tools import ANOTHER, ANSWER, ASK_BACK, BACK, GOAL, RATE

VERBS = ("add", "adjust", "remove")
WORD = re.compile(r"[A-Z]+(?![a-z])|[^\W\d_][^\W\dA-Z_]*|\d+")
SOFT = re.compile(r"[\s_-]*\Z")
"""Between words of one name; whatever else stands there divides names."""
KIND = frozenset({"tool", "function", "call"})
CONTRARY = frozenset({"no", "not", "dont", "never", "without", "skip", "undo", "cancel"})
LONGEST_NAME = 200  # characters


def words(name: str) -> list[str]:
    """The words and the numbers of a name in small letters: "AddEq", "add-eq" and "ADD_EQ" are add and eq."""
    return [word[0].lower() for word in WORD.finditer(name)]


def joined(name: str) -> str:
    """The name without anything that spellings differ in."""
    return "".join(words(name))


def tool_named(name: str) -> str:
    """The tool that a name means: the only one whose words stand in it. Where there is none or more than one, the name.

    What stands before may be a namespace, what comes after a number of the call, a channel or a word for "tool"; a
    number that belongs to the name is that of a slot, as in adjust_eq_2.
    """
    known, plain = _known(), _plain(name)
    if plain in known.values():
        return plain
    found = list(WORD.finditer(name[:LONGEST_NAME]))
    spelt = tuple(word[0].lower() for word in found)
    most = max(map(len, known))
    places = [
        (at, at + size) for at in range(len(spelt)) for size in range(1, most + 1) if spelt[at : at + size] in known
    ]
    longest = [
        (at, end) for at, end in places if not any(a <= at and end <= b and (a, b) != (at, end) for a, b in places)
    ]
    if len(longest) != 1 or CONTRARY & set(spelt):
        return plain
    at, end = longest[0]
    tool = known[spelt[at:end]]
    gaps = [name[one.end() : next_.start()] for one, next_ in pairwise(found[end - 1 :])]
    after = [word for word, _ in takewhile(lambda each: SOFT.match(each[1]), zip(spelt[end:], gaps, strict=True))]
    if after and after[0].isdigit() and tool.startswith(VERBS):
        tool, after = f"{tool}_{after[0]}", after[1:]
    return plain if set(after) - KIND else tool


def is_tool(name: str) -> bool:
    """Whether a name means a tool, of whichever chain."""
    plain = tool_named(name)
    return tuple(words(plain)) in _known() or re.fullmatch(rf"(?:{'|'.join(VERBS)})_[a-z0-9_]+", plain) is not None


def meant(given: Mapping[str, Any], legal: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """What was given by its legal names, and the names that mean none of them and have a value."""
    names = {joined(name): name for name in legal}
    known = {names[joined(name)]: value for name, value in given.items() if joined(name) in names}
    return known, [name for name, value in given.items() if joined(name) not in names and value is not None]


def _known() -> Mapping[tuple[str, ...], str]:
    """Words -> tool, for the tools of every chain, by the effects that are there now."""
    return _by_words(tuple(word for effect in EFFECTS.values() for word in (effect.name, *effect.aliases)))


@lru_cache(maxsize=4)
def _by_words(effects: tuple[str, ...]) -> Mapping[tuple[str, ...], str]:
    tools = (GOAL, BACK, ANSWER, ASK_BACK, ANOTHER, RATE, *(f"{verb}_{each}" for each in effects for verb in VERBS))
    return {tuple(words(tool)): tool for tool in tools}


def _plain(name: str) -> str:
    """The name in the usual spelling, without the namespace before it and the marks after it."""
    name = re.sub(r"(?::\d+|\s*<[|｜/].*|\(\))\Z", "", name.strip(), flags=re.DOTALL)
    return re.split(r"[.:/]", name)[-1].strip().replace("-", "_").replace(" ", "_")
