"""Chains on the way from one to another, and beyond: what "half of that", "more of that" and "the opposite" mean.

Every setting moves along its own scale, in the unit cube, and stops at the ends of its range. An effect that only one
of the two chains lets us hear comes in from its rest, where it does nothing, and leaves towards it. Below nothing at
all such an effect is absent, unless its rest lies within the range: a boost in dB has a cut as its opposite, a mix has
none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from instructfx.chain.chain import Chain
from instructfx.chain.matching import aligned
from instructfx.chain.slot import Slot
from instructfx.effects import Effect

Values = Mapping[str, float]


def between(before: Chain, after: Chain, share: float) -> Chain:
    """The chain that lies share of the way from `before` (0) to `after` (1); below 0 is the opposite way.

    At 0 and 1 the two themselves come back. Locks, ids and the order of the effects are those of the end on whose side
    the share lies: `after` above 0.
    """
    if share in (0, 1):
        return after if share else before
    if share > 0:
        before = aligned(before, after)
    else:
        after = aligned(after, before)
    leading, trailing = (after, before) if share > 0 else (before, after)
    slots = (_between(before.find(each), after.find(each), share) for each in _joined(leading.ids, trailing.ids))
    return Chain(tuple(slot for slot in slots if slot))


def _between(was: Slot | None, now: Slot | None, share: float) -> Slot | None:
    heard_before, heard_after = (slot is not None and slot.heard for slot in (was, now))
    if now and heard_after and not heard_before:
        return _faded(now, share) or was
    if was and heard_before and not heard_after:
        return _faded(was, 1 - share) or now
    if was and now:
        moved = _moved(now.effect, was.settings, now.settings, share)
        return replace(now if share > 0 else was, settings=moved)
    return now if share > 0 else was  # heard in neither


def _faded(slot: Slot, strength: float) -> Slot | None:
    """A slot at strength times its distance from rest; None where there is nothing to be heard of it."""
    rest = slot.effect.rest
    mirrored = {name for name, value in rest.items() if slot.effect.param(name).has_both_sides(value)}
    if strength == 0 or (strength < 0 and not mirrored):
        return None
    resting = {**slot.settings, **rest}
    return replace(slot, settings=_moved(slot.effect, resting, slot.settings, strength))


def _moved(effect: Effect, start: Values, end: Values, share: float) -> dict[str, float]:
    moved = {param.name: param.between(start[param.name], end[param.name], share) for param in effect.params}
    return {**end, **moved}


def _joined(leading: tuple[str, ...], trailing: tuple[str, ...]) -> list[str]:
    """The leading order, and what only the other has behind the same neighbour as there."""
    ids = list(leading)
    for place, slot_id in enumerate(trailing):
        if slot_id not in ids:
            neighbours = [each for each in trailing[:place] if each in ids]
            ids.insert(ids.index(neighbours[-1]) + 1 if neighbours else 0, slot_id)
    return ids
