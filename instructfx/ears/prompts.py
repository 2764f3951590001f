"""From what a person says to what CLAP was trained to read: a caption."""

from __future__ import annotations

import re

TEMPLATE = "this sound is {}"
CONTRARY = "this sound is not {}"
SENTENCE = re.compile(r"^(this|the|it|a|an|esto|este|el|la|es|suena)\b.*\b(is|are|sounds?|has|es|suena|tiene)\b", re.I)
ORDERS = re.compile(
    r"^(please |now |can you |could you )*"
    r"((make|turn|get|have|let|render|put|give|push|bring)( it| this| that| them| the (sound|track|mix|song))?"
    r"( sound| feel| seem| be)?( some| a bit| a little| much| way)?|i want (it|this)( to (be|sound))?"
    r"|it should (be|sound)|add( some| a bit of| a little)?|sound(s)?|hazlo|hazla|ponlo|dale)\s+",
    re.I,
)
COMPLAINT = re.compile(r"^(?:not )?(?:(?:it|this|that)(?:'s| is| sounds| feels) )?too (?=\w)", re.I)
BLAMED = re.compile(r"^(?:not )?(?P<who>.+ (?:is|are|sounds?)) too (?=\w)", re.I)


def caption(words: str) -> str:
    """What a person asked for, as a caption of the sound that they want.

    Orders lose their verb ("make it warmer" is "this sound is warmer"), words and phrases go into the template
    of Text2FX (Chu et al. 2025), and whole sentences stay as they are.
    """
    text = " ".join(words.split()).strip(" .!?,;")
    # A complaint is turned round, else the search would go where it hurts.
    text = BLAMED.sub(r"\g<who> not too ", COMPLAINT.sub("not too ", text))
    if not text or SENTENCE.match(text):
        return text
    return TEMPLATE.format(ORDERS.sub("", text) or text)


def contrary(words: str) -> str:
    """The caption of a sound that is not as asked: where Text2FX's direction starts."""
    text = caption(words)
    if text.startswith(TEMPLATE.format("")):
        return text.replace(TEMPLATE.format(""), CONTRARY.format(""), 1)
    return f"it is not true that {text}" if text else ""
