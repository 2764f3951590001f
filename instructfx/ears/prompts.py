"""From what a person says to what CLAP was trained to read: a caption."""

from __future__ import annotations

import re

TEMPLATE = "this sound is {}"
CONTRARY = "this sound is not {}"
SENTENCE = re.compile(r"^(this|the|it|a|an|esto|este|el|la|es|suena)\b.*\b(is|are|sounds?|has|es|suena|tiene)\b", re.I)
ORDERS = re.compile(
    r"^((make|turn|get|have|let|render|put|give|push|bring)( it| this| that| them| the (sound|track|mix|song))?"
    r"( sound| feel| seem| be)?( some| a bit| a little| much| way)?|i want (it|this)( to (be|sound))?"
    r"|it (should|needs to|has to|could) (be|sound)|sound(s)?|hazlo|hazla|ponlo|dale)\s+",
    re.I,
)
JOINTS = re.compile(r"(,? (?:and|but) |[,;] )", re.I)
SOME = r"(some|a bit of|a bit|a little|a lot of|a touch of|all of the|all the|some of the|of the|the) "
IT = r" (it|this|that|them|the (sound|track|mix|song))( up)?( a bit| a little| slightly| some| more)?$"
DEEDS = (
    (r"(it |this |that )?(needs?|lacks?|could use|wants?|add|give it|i want|i need) (?!to |it |this )", "with "),
    (r"(turn|bring|crank) up |(boost|raise|crank|increase|push) (?=the )", "with more "),
    (r"(turn|bring|dial) down |(reduce|tame|lower|control|ease) (?=\w)", "with less "),
    (r"(remove|cut|kill|lose|get rid of|take out|clean up) (?=\w)", "without "),
)
"""How an order begins that names a thing, and how the description of what it leads to begins."""
NOUNS = {"grit": "gritty", "dirt": "dirty", "crunch": "crunchy", "punch": "punchy", "sparkle": "sparkling",
         "warmth": "warm", "depth": "deep", "width": "wide", "clarity": "clear", "air": "airy"}  # fmt: skip
POLITE = re.compile(r"^(please |now |can you |could you )+", re.I)
COMPLAINT = re.compile(r"^(?:not )?(?:(?:it|this|that)(?:'s| is| sounds| feels) )?too (?=\w)", re.I)
BLAMED = re.compile(r"^(?:not )?(?P<who>.+ (?:is|are|sounds?)) too (?=\w)", re.I)


def caption(words: str) -> str:
    """What a person asked for, as a caption of the sound that they want.

    Orders lose their verb ("make it warmer" is "this sound is warmer") or become what they lead to ("remove the mud"
    is "without mud"), words and phrases go into the template of Text2FX (Chu et al. 2025), and whole sentences stay
    as they are. Empty where there are no words.
    """
    text = " ".join(words.split()).strip(" .!?,;:…-")
    # A complaint is turned round, else the search would go where it hurts.
    text = BLAMED.sub(r"\g<who> not too ", COMPLAINT.sub("not too ", text))
    if not text or SENTENCE.match(text):
        return text
    return TEMPLATE.format("".join(map(_description, JOINTS.split(text))))


def _description(order: str) -> str:
    """What one order, or one joint between two, leads to: "add some grit" to "gritty", "brighten it" to "bright"."""
    order = POLITE.sub("", order)
    if verb := re.fullmatch(r"(?:(\w{3,})en|(warm|dirty|clean|rough))" + IT, order, re.I):
        return _quality(verb[1].lower()) if verb[1] else verb[2].lower()
    for begins, becomes in DEEDS:
        thing, found = re.subn(f"^({begins})({SOME})?", "", order, flags=re.I)
        if found and thing:
            return NOUNS.get(thing.lower(), f"{becomes}{thing}") if becomes == "with " else f"{becomes}{thing}"
    return ORDERS.sub("", order) or order


def _quality(stem: str) -> str:
    """The adjective that a verb in -en is made of: "bright", "fat" of "fatten", "wide" of "widen"."""
    if stem[-1] == stem[-2]:
        return stem[:-1]
    return f"{stem}e" if re.fullmatch("[^aeiou][aeiou][^aeiou]", stem) else stem


def contrary(words: str) -> str:
    """The caption of a sound that is not as asked: where Text2FX's direction starts."""
    text = caption(words)
    if text.startswith(TEMPLATE.format("")):
        return text.replace(TEMPLATE.format(""), CONTRARY.format(""), 1)
    return f"it is not true that {text}" if text else ""
