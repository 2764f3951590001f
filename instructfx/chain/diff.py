"""How two chains differ: setting by setting, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from instructfx.chain.chain import Chain
from instructfx.chain.matching import aligned
from instructfx.chain.slot import Slot
from instructfx.effects import Param

NAMED_ONE_BY_ONE = 3  # settings of one effect that are told one by one


@dataclass(frozen=True)
class SlotPair:
    """What stands at one place of two chains, and what it is called; None where that one has nothing there."""

    label: str
    one: Slot | None
    other: Slot | None

    @property
    def params(self) -> tuple[Param, ...]:
        """The settings of the effect."""
        slot = self.one or self.other
        return slot.effect.params if slot else ()


def pairs(one: Chain, other: Chain) -> Iterator[SlotPair]:
    """The slots of two chains side by side: in the order of the other, then what only the one has."""
    one = aligned(one, other)
    labels = {**one.labels, **other.labels}
    for slot_id in dict.fromkeys((*other.ids, *one.ids)):
        yield SlotPair(labels[slot_id], one.find(slot_id), other.find(slot_id))


def to_text(before: Chain, after: Chain) -> str:
    """What changed, in words: "equaliser, low shelf gain 2.0 to 3.5 dB; reverb removed". Empty where nothing did."""
    before = aligned(before, after)
    parts = [f"{before.labels[each].lower()} removed" for each in before.ids if each not in after.ids]
    for slot in after.slots:
        label = after.labels[slot.id].lower()
        was = before.find(slot.id)
        if was is None:
            parts.append(f"{label} added")
        elif changes := list(_changes(was, slot)):
            alone = was.settings == slot.settings and len(changes) == 1
            parts.append(f"{label} {changes[0]}" if alone else f"{label}, {', '.join(changes)}")
    staying = [each for each in before.ids if each in after.ids]
    if staying != [each for each in after.ids if each in before.ids]:
        parts.append(f"order {', '.join(after.labels[each].lower() for each in after.ids)}")
    return "; ".join(parts)


def _changes(was: Slot, slot: Slot) -> Iterator[str]:
    moved = [param for param in slot.effect.params if was.settings[param.name] != slot.settings[param.name]]
    shown = moved if len(moved) <= NAMED_ONE_BY_ONE + 1 else moved[:NAMED_ONE_BY_ONE]
    yield from (_moved(param, was.settings[param.name], slot.settings[param.name]) for param in shown)
    if len(moved) > len(shown):
        yield f"{len(moved) - len(shown)} more settings"
    if was.bypassed != slot.bypassed:
        yield "bypassed" if slot.bypassed else "heard again"
    yield from _locks(was, slot)


def _locks(was: Slot, slot: Slot) -> Iterator[str]:
    if slot.locked == was.locked:
        return
    if slot.wholly_locked or not slot.locked:
        yield "locked" if slot.locked else "unlocked"
        return
    for names, verb in ((slot.locked - was.locked, "locked"), (was.locked - slot.locked, "unlocked")):
        labels = [param.label for param in slot.effect.params if param.name in names]
        if labels:
            yield f"{' and '.join(labels) if len(labels) <= NAMED_ONE_BY_ONE else f'{len(labels)} settings'} {verb}"


def _moved(param: Param, was: float, value: float) -> str:
    texts = param.shown(was), param.shown(value)
    if texts[0] == texts[1]:  # less than a step of the slider
        texts = f"{was:.6g}", f"{value:.6g}"
    unit = f" {param.unit}" if param.unit and param.unit != param.label else ""
    return f"{param.label} {texts[0]} to {texts[1]}{unit}"
