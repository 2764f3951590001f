"""How two chains differ: setting by setting, and in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from instructfx.chain.chain import Chain, Slot
from instructfx.effects import Effect, Param

TOLD = 3  # settings of one effect that are told one by one


@dataclass(frozen=True)
class SettingPair:
    """One setting of one effect in two chains; None where the effect is not in that one."""

    effect: Effect
    param: Param
    one: float | None
    other: float | None

    @property
    def differs(self) -> bool:
        return self.one != self.other


def pairs(one: Chain, other: Chain) -> Iterator[SettingPair]:
    """Every setting of every effect of either chain: in the order of the other, then what only the one has."""
    for name in dict.fromkeys((*other.names, *one.names)):
        left, right = _found(one, name), _found(other, name)
        effect = (right or left or other.slots[0]).effect
        for param in effect.params:
            values = (slot.settings[param.name] if slot else None for slot in (left, right))
            yield SettingPair(effect, param, *values)


def told(before: Chain, after: Chain) -> str:
    """What changed, in words: "equaliser, low shelf gain 2.0 to 3.5 dB; reverb removed". Empty where nothing did."""
    parts = [f"{slot.effect.label.lower()} removed" for slot in before.slots if slot.effect.name not in after.names]
    for slot in after.slots:
        label = slot.effect.label.lower()
        was = _found(before, slot.effect.name)
        if was is None:
            parts.append(f"{label} added")
        elif changes := list(_changes(was, slot)):
            alone = was.settings == slot.settings and len(changes) == 1
            parts.append(f"{label} {changes[0]}" if alone else f"{label}, {', '.join(changes)}")
    staying = [name for name in before.names if name in after.names]
    if staying != [name for name in after.names if name in before.names]:
        parts.append(f"order {', '.join(slot.effect.label.lower() for slot in after.slots)}")
    return "; ".join(parts)


def _changes(was: Slot, slot: Slot) -> Iterator[str]:
    moved = [param for param in slot.effect.params if was.settings[param.name] != slot.settings[param.name]]
    shown = moved if len(moved) <= TOLD + 1 else moved[:TOLD]
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
            yield f"{' and '.join(labels) if len(labels) <= TOLD else f'{len(labels)} settings'} {verb}"


def _moved(param: Param, was: float, value: float) -> str:
    texts = param.shown(was), param.shown(value)
    if texts[0] == texts[1]:  # less than a step of the slider
        texts = f"{was:.6g}", f"{value:.6g}"
    unit = f" {param.unit}" if param.unit and param.unit != param.label else ""
    return f"{param.label} {texts[0]} to {texts[1]}{unit}"


def _found(chain: Chain, name: str) -> Slot | None:
    return chain.slot(name) if name in chain.names else None
