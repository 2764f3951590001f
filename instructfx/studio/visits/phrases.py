"""Changes, errors and times as people read them: pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from instructfx.chain.matching import aligned
from instructfx.language import understand
from instructfx.language.intent_types import Language
from instructfx.planners.phrases import Voice, capital

if TYPE_CHECKING:
    from instructfx.chain import Chain
    from instructfx.chain.format import SettingLine
    from instructfx.errors import InstructFXError

ENGLISH = Voice("en")


@dataclass(frozen=True)
class Change:
    """kind is "added", "removed", "bypassed", "enabled" or "changed"; before and after are settings in words."""

    kind: str
    effect: str
    label: str = ""
    before: str = ""
    after: str = ""


def changes(before: Chain, after: Chain, voice: Voice = ENGLISH) -> list[Change]:
    """What a turn did, in the order of the sound."""
    before = aligned(before, after)
    found = [Change("removed", _label(before, each, voice)) for each in before.ids if each not in after.ids]
    for slot in after.slots:
        label = _label(after, slot.id, voice)
        old = before.find(slot.id)
        if old is None:
            found.append(Change("added", label))
            continue
        if old.bypassed != slot.bypassed:
            found.append(Change("bypassed" if slot.bypassed else "enabled", label))
        for was, now in zip(voice.lines(old), voice.lines(slot), strict=True):
            if was.text != now.text and not (was.idle and now.idle):
                found.append(Change("changed", label, now.label, _brief(was, voice), _brief(now, voice)))
    return found


def _label(chain: Chain, slot_id: str, voice: Voice) -> str:
    return chain.labels[slot_id] if voice == ENGLISH else capital(voice.named(chain, slot_id))


def _brief(reading: SettingLine, voice: Voice) -> str:
    return voice.say("flat") if reading.idle else reading.text.split(" · Q")[0]


@lru_cache(maxsize=1024)
def spoken(words: str) -> Language:
    """The language of words: a conversation is shown again with every turn."""
    return understand(words).language


def sentence(error: InstructFXError) -> str:
    """What an error says, from a capital letter, unless a file's name comes first, to a full stop."""
    text = str(error).strip()
    named = "." in text.split(" ")[0].rstrip(".")
    return (text if named else text[:1].upper() + text[1:]) + ("" if text.endswith((".", "!", "?")) else ".")


def clock(seconds: float) -> str:
    """Minutes and seconds: "3:07"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def unbroken(facts: str) -> str:
    """Facts of which no line ends between a number and its unit.

    >>> unbroken("peaks to −1.4 dBTP")
    'peaks to −1.4\xa0dBTP'
    """
    return re.sub(r"(?<=\d) (?=\w)", "\xa0", facts)
