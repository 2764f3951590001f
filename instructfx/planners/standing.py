"""What stands of a session when a turn begins: readings that earlier wishes moved, settings that a person gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from instructfx.chain import Chain
from instructfx.ears.axes import AXES, TONE, TONE_CURVES
from instructfx.ears.goal import Goal, Limit, Standing
from instructfx.ears.perceptual import MAIN, tone_curves
from instructfx.ears.regions import axes_within
from instructfx.planners import PastTurn
from instructfx.planners.usual import usual

SIDE = 0.5  # of a wish's strongest axis: this much the other way takes an earlier wish back
OPPOSED = -0.85  # correlation of two axes' curves below which more of the one is less of the other: warm and bright
ACHIEVED = 0.15  # steps: a wish that moved less has nothing to lose
LITTLE = 0.4  # steps: of less than that, what is lost weighs no more
SLACK = 0.1  # of what was achieved may go
AGE = 0.93  # what a wish weighs a turn later
IN_PART = 0.6  # of what an effect gave is what a plain wish against it takes back
FAULTS = ("bass", "mud", "nasal", "harshness")
FAULT_RISE = 0.25  # steps: how far a fault may rise unasked where the track has it already
FAULT_WEIGHT = 2.0
HELD = 0.1  # steps: how far what is read in a held region may move either way
HELD_WEIGHT = 5.0
BESIDE = 0.7  # steps: how far a fault may rise beside a held region, where else what is wished would gather
BESIDE_WEIGHT = 1.0

Setting = tuple[str, str]
"""The id of a slot, and the name of one of its settings."""


@dataclass(frozen=True)
class Achieved:
    """One axis that a wish of an earlier turn moved: the steps that were asked of it and those that it gained, the
    reading that it came from, with wishes for the same before it, the one that is to stay, and what that weighs by now.
    """

    turn: int
    axis: str
    asked: float
    gained: float
    origin: float
    reading: float
    weight: float = 1.0

    @property
    def sign(self) -> int:
        return 1 if self.asked > 0 else -1

    @property
    def size(self) -> float:
        """Steps that stand, in the direction of the wish."""
        return self.sign * (self.reading - self.origin)

    @property
    def slack(self) -> float:
        """Steps that may go, of the last of wishes for the same."""
        return SLACK * min(abs(self.gained), self.size)

    @property
    def matters(self) -> float:
        """The weight against what was gained: a tenth of a step is much of half a step and little of two."""
        return self.weight / min(max(abs(self.gained), LITTLE), 1.0)


def standing(earlier: Sequence[PastTurn], goal: Goal, readings: Mapping[str, float]) -> Standing:
    """The limits of a turn with this goal, on a sound that reads so.

    What earlier wishes on the path achieved is kept but for SLACK of it, weaker with age; what the goal takes back, and
    the wishes of which that was a part, are released. Faults that the track has more of than is usual may rise by
    FAULT_RISE, or as far as is asked. What is read in a region that the goal holds may move by HELD both ways, and no
    fault beside it rises by more than BESIDE for that, or as far as is asked.
    """
    kept = [each for each in achieved(earlier) if each.axis in readings]
    kept = [each for each in _released(kept, goal.axes) if goal.axes.get(each.axis, 0.0) * each.sign <= 0]
    limits = [
        Limit(each.axis, each.sign, each.sign * (each.reading - readings[each.axis]) - each.slack, each.matters)
        for each in kept
    ]
    limits += [
        Limit(axis, -1, -max(FAULT_RISE, goal.axes.get(axis, 0.0)), FAULT_WEIGHT)
        for axis in FAULTS
        if axis in readings and readings[axis] > usual(axis)[1]
    ]
    held = [axis for axis in axes_within(goal.held_hz) if axis in readings] if goal.held_hz else []
    limits = [each for each in limits if each.axis not in held]
    limits += [Limit(axis, sign, -HELD, HELD_WEIGHT) for axis in held for sign in (1, -1)]
    limits += [
        Limit(axis, -1, -max(BESIDE, goal.axes.get(axis, 0.0)), BESIDE_WEIGHT)
        for axis in FAULTS
        if held and axis in readings and axis not in held and all(each.axis != axis for each in limits)
    ]
    return Standing(tuple(limits), held_hz=goal.held_hz)


def achieved(earlier: Sequence[PastTurn]) -> tuple[Achieved, ...]:
    """What stands of the wishes of these turns, in their order; each axis of the newest wish that moved it alone."""
    kept: list[Achieved] = []
    before = Chain()
    for number, turn in enumerate(earlier):
        was, now, asked = turn.readings_before, turn.readings_after, turn.goal.axes
        moved = {axis: now[axis] - was[axis] for axis in now if axis in was}
        meant = _by_command(turn, before)
        kept = [
            replace(each, reading=each.reading + moved.get(each.axis, 0.0)) if each.axis in meant else each
            for each in kept
        ]
        kept = [replace(each, weight=AGE * each.weight) for each in _released(kept, asked)]
        for axis in mainly(asked):
            change = moved.get(axis, 0.0)
            if change * asked[axis] > 0 and abs(change) >= ACHIEVED:
                origin = next((each.origin for each in kept if each.axis == axis), was[axis])
                kept = [each for each in kept if each.axis != axis]
                kept.append(Achieved(number, axis, asked[axis], change, origin, now[axis]))
        kept = [each for each in kept if each.size >= ACHIEVED]
        before = turn.chain
    return tuple(kept)


def in_part(axes: Mapping[str, float], earlier: Sequence[PastTurn]) -> dict[str, float]:
    """Wishes of which those that take back what an effect gave are as large as what there is of it: "softer" after "add
    some grit" leaves some. Tone is not counted so, of which there is always more to take."""
    gave = {each.axis: each for each in achieved(earlier) if AXES[each.axis].family != TONE}
    asked = dict(axes)
    for axis, value in axes.items():
        if axis in gave and value * gave[axis].sign < 0:
            size = IN_PART * gave[axis].size
            asked[axis] = -gave[axis].sign * min(abs(value), size * max(abs(value), 1.0))
    return asked


def mainly(axes: Mapping[str, float]) -> tuple[str, ...]:
    """The axes that wishes are mainly about."""
    strongest = max(map(abs, axes.values()), default=0.0)
    return tuple(axis for axis, value in axes.items() if abs(value) >= MAIN * strongest > 0)


def named(earlier: Sequence[PastTurn]) -> frozenset[Setting]:
    """The settings of the chain that plays now that a person gave a value, by hand or in words.

    What a planner pinned beside a wish is its own idea, but for an equaliser, where it only pins what was said.
    """
    given: set[Setting] = set()
    before = Chain()
    for turn in earlier:
        changed = set() if turn.share is not None else changed_settings(before, turn.chain)
        if not turn.by_hand:
            given -= changed
            changed = {pair for pair in changed & turn.pinned if not turn.goal.axes or _is_tone(turn.chain, pair[0])}
        given |= changed
        before = turn.chain
    return frozenset((slot_id, setting) for slot_id, setting in given if slot_id in before.ids)


def _is_tone(chain: Chain, slot_id: str) -> bool:
    return chain.slot(slot_id).effect.role == "tone"


def changed_settings(before: Chain, after: Chain) -> set[Setting]:
    """The settings of the second chain that are not as they were, or not as a new slot has them."""
    found = set()
    for slot in after.slots:
        then = before.find(slot.id)
        was = then.settings if then else slot.effect.defaults()
        found |= {(slot.id, name) for name, value in slot.settings.items() if value != was.get(name)}
    return found


def _by_command(turn: PastTurn, before: Chain) -> frozenset[str]:
    """The axes that a turn set without wishing: by hand, by a command, by taking out effects."""
    if not turn.goal.axes:
        return frozenset(AXES)
    gone = [slot for slot in before.slots if slot.id not in turn.chain.ids]
    return frozenset(axis for slot in gone for axis in slot.effect.heuristics.reach)


def _released(kept: Sequence[Achieved], asked: Mapping[str, float]) -> list[Achieved]:
    """What stands beside new wishes: without each wish of which they take something back."""
    released = {each.turn for each in kept if _opposed(each, asked)}
    return [each for each in kept if each.turn not in released]


def _opposed(each: Achieved, asked: Mapping[str, float]) -> bool:
    strongest = max(map(abs, asked.values()), default=0.0)
    own = asked.get(each.axis, 0.0) * each.sign
    if own < 0 and abs(own) >= SIDE * strongest:
        return True
    return any(_alike(each.axis, axis) * each.sign * asked[axis] < OPPOSED * abs(asked[axis]) for axis in mainly(asked))


def _alike(one: str, other: str) -> float:
    """Correlation of two axes' curves; 0 for what is not tone, and for an axis with itself."""
    names = list(TONE_CURVES)
    if one == other or one not in names or other not in names:
        return 0.0
    curves = tone_curves().double().numpy()
    return float(np.corrcoef(curves[names.index(one)], curves[names.index(other)])[0, 1])
