"""Changes, errors and times as people read them: pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from instructfx.chain.format import SettingLine, settings_of
from instructfx.chain.matching import aligned

if TYPE_CHECKING:
    from instructfx.chain import Chain
    from instructfx.errors import InstructFXError


@dataclass(frozen=True)
class Change:
    """kind is "added", "removed", "bypassed", "enabled" or "changed"; before and after are settings in words."""

    kind: str
    effect: str
    label: str = ""
    before: str = ""
    after: str = ""


def changes(before: Chain, after: Chain) -> list[Change]:
    """What a turn did, in the order of the sound."""
    before = aligned(before, after)
    found = [Change("removed", before.labels[each]) for each in before.ids if each not in after.ids]
    for slot in after.slots:
        label = after.labels[slot.id]
        old = before.find(slot.id)
        if old is None:
            found.append(Change("added", label))
            continue
        if old.bypassed != slot.bypassed:
            found.append(Change("bypassed" if slot.bypassed else "enabled", label))
        for was, now in zip(settings_of(old), settings_of(slot), strict=True):
            if was.text != now.text and not (was.idle and now.idle):
                found.append(Change("changed", label, now.label, _brief(was), _brief(now)))
    return found


def _brief(reading: SettingLine) -> str:
    return "flat" if reading.idle else reading.text.split(" · Q")[0]


def sentence(error: InstructFXError) -> str:
    """What an error says, from a capital letter, unless a file's name comes first, to a full stop."""
    text = str(error).strip()
    named = "." in text.split(" ")[0].rstrip(".")
    return (text if named else text[:1].upper() + text[1:]) + ("" if text.endswith((".", "!", "?")) else ".")


def clock(seconds: float) -> str:
    """Minutes and seconds: "3:07"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
