"""What moved beside the point: further than was asked and than the wishes themselves bring along."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from instructfx.chain import Chain, Slot
from instructfx.ears.axes import AXES, TONE
from instructfx.ears.perceptual import TONE_AXES, tone_readings, wished_curve
from instructfx.planners.taking_back import filters, hides

UNASKED = 0.5  # steps: more than this is told, whoever asked for it
OWN = ("grit", "movement", "pitch")
"""What only the effects that are for it can move: rooms, filters and levels add no distortion, no modulation and no
pitch, but smear and tilt what the ear reads these from."""

BAND = "fidelity"  # as wide as the highs reach

Readings = Mapping[str, float]


def beside_the_point(asked: Readings, moved: Readings, before: Chain, after: Chain) -> list[str]:
    """The axes that moved by more than half a step against what was asked or beyond it, those that moved most first.

    What a wish on tone means for the other axes of tone is no side effect of it ("darker" has more bass), nor is the
    wider or narrower band.
    """
    along = _along(asked)
    meant = {**along, **asked}
    untold = unmoved(_changed(before, after)) | ({BAND} if along and BAND not in asked else set())
    found = []
    for axis in moved.keys() - untold:
        change = moved[axis]
        wish = meant.get(axis, 0.0)
        if abs(change) - (abs(wish) if wish * change > 0 else 0.0) > UNASKED:
            found.append(axis)
    return sorted(found, key=lambda axis: (-abs(moved[axis]), axis))


def _along(asked: Readings) -> dict[str, float]:
    """What comes along with wishes on tone: axis -> steps, as much as the curve that they draw moves it."""
    tone = {axis: value for axis, value in asked.items() if AXES[axis].family == TONE}
    if not any(tone.values()):
        return {}
    steps = tone_readings(wished_curve(tone)[None])[0].tolist()
    return dict(zip(TONE_AXES, steps, strict=True))


def behind_a_filter(axis: str, chain: Chain) -> bool:
    """Whether a filter leaves little of what an axis of tone speaks of: its reading is relative, and may rise there."""
    return any(hides(slot.effect, slot.settings, {axis: 1.0}) for slot in filters(chain))


def unmoved(slots: Iterable[Slot]) -> frozenset[str]:
    """The axes that only their own effects move, where these slots are of other effects."""
    return frozenset(OWN) - {axis for slot in slots for axis in slot.effect.heuristics.reach}


def _changed(before: Chain, after: Chain) -> list[Slot]:
    pairs = ((before, after), (after, before))
    return [slot for here, there in pairs for slot in here.slots if there.find(slot.id) != slot]
