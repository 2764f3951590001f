"""What a model only thought, out of what it said: nothing of that may be carried out, however its end is spelt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

STEM = re.compile(r"think|thought|reason|reflect|scratch|analy[sz]|monolog|deliberat|ponder|rationale|\bcot\b", re.I)
"""What the name of a mark holds, or of a part of a message, where there is thinking in it."""
OPEN, CLOSE = r"[<\[◁⟨〈《【]\s*+[|｜]?+", r"[|｜]?+[>\]▷⟩〉》】]"
MARK = re.compile(
    rf"(?P<channel><[|｜]channel[|｜]>\s*+analysis)|(?P<after><[|｜](?:channel|end|start|call|return)[|｜]>)"
    rf"|{OPEN}\s*+(?P<close>/?+)\s*+(?P<name>[^\W\d][\w:.▁-]{{1,40}}+)"
    rf"\s*+(?:[\w:-]{{1,40}}+=[^<>\[\]]{{0,80}})?{CLOSE}"
)
ENDS = re.compile(r"\A(?:end|close|stop)(?![a-z])", re.I)


def without_thoughts(text: str) -> str:
    """The text without what was only thought.

    A mark is a name of thinking in brackets of any kind, in any case, with spaces or bars in them; a slash or "end"
    before the name ends it. Thinking goes on to the next end, or to the end of the text. What comes before a lone end
    was thought as well.
    """
    said: list[str] = []
    at, thinking = 0, ""
    for mark in MARK.finditer(text):
        name = mark["name"]
        if (mark["after"] and thinking != "channel") or (name and not STEM.search(name)):
            continue
        ends = mark["after"] or (name and (mark["close"] or ENDS.match(name)))
        if ends:
            said = said if thinking else []
            at, thinking = (mark.start() if mark["after"] else mark.end()), ""
        elif not thinking:
            said.append(text[at : mark.start()])
            thinking = "name" if name else "channel"
    return " ".join(said if thinking else [*said, text[at:]])


def is_thought(part: Mapping[str, Any]) -> bool:
    """Whether a part of a message is thinking: by its type, or by a mark that is true."""
    kind = part.get("type")
    return (isinstance(kind, str) and STEM.search(kind) is not None) or any(
        value is True and STEM.search(name) for name, value in part.items()
    )
