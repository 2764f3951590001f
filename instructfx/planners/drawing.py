"""What a plan draws its wishes on: the equaliser as it stands, and what stands in their way."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from instructfx.chain import Chain, Slot
from instructfx.chain.format import FLAT_DB, bands_of
from instructfx.chain.interpolate import between
from instructfx.ears.goal import Goal
from instructfx.effects import Effect, Param
from instructfx.language import Boost
from instructfx.planners import PastTurn
from instructfx.planners.draft import Draft
from instructfx.planners.eq_boosts import boosted, crowded
from instructfx.planners.eq_fit import Array, Canvas, redrawn
from instructfx.planners.standing import mainly, named, standing
from instructfx.planners.taking_back import BAND, filters, hides, passed_db, put_in, replaced

FEWEST_BANDS = 3  # that are free to draw with


def canvas_of(slot_id: str, goal: Goal, draft: Draft) -> Canvas:
    """What an equaliser is drawn on: what stands there without what these wishes replace, behind the filters."""
    request, effect = draft.request, draft.effect(slot_id)
    given = {name for each, name in named(request.earlier) if each == slot_id}
    there = [slot.id for slot in draft.chain.slots if slot.heard and draft.has(slot.id)]
    heard = dict.fromkeys((*there, *(each for each in draft.moves if each not in draft.chain.ids)))
    left = [passed_db(draft.effect(each), draft.values(each)) for each in heard if draft.effect(each).role == BAND]
    return Canvas(
        effect,
        draft.values(slot_id),
        frozenset(draft.fixed(slot_id) | _bands(effect, given)),
        standing(request.earlier, goal, request.readings),
        np.sum(left, axis=0) if left else None,
        _less_what_is_replaced(slot_id, request.chain, request.earlier, goal),
    )


def boost(slot_id: str, boosts: Sequence[Boost], draft: Draft) -> dict[str, float]:
    """The settings of an equaliser for boosts. Where they take a band that draws a wish, the bands that are left are
    planned to draw what stands once more; those that were named stay."""
    effect, values, given = draft.effect(slot_id), draft.values(slot_id), _given(slot_id, draft)
    settings = boosted(effect, boosts, values, given)
    bands = [{param.name: param for param in params} for _, params in bands_of(effect)]
    moved = [names for names in bands if names.keys() & settings.keys()]
    taken = [names for names in moved if _drew(values, settings, names)]
    free = [names for names in bands if names not in moved and not names.keys() & given]
    if not taken or not free:
        return settings
    rest = {**effect.defaults(), **effect.neutral}
    added = {name: settings[name] for names in taken for name in names if name in settings}
    there_db = Canvas(effect, values).curve_db + Canvas(effect, {**rest, **added}).curve_db
    fixed = frozenset(name for names in bands if names not in free for name in names)
    draft.move(slot_id, redrawn(Canvas(effect, {**values, **settings}, fixed, there_db=there_db)))
    return settings


def has_room(slot_id: str, boosts: Sequence[Boost], draft: Draft) -> bool:
    """Whether an equaliser has bands left for boosts, beside those that were named."""
    return not crowded(draft.effect(slot_id), boosts, draft.values(slot_id), _given(slot_id, draft))


def _given(slot_id: str, draft: Draft) -> frozenset[str]:
    """The settings of a slot that a person named, in this turn or before it."""
    earlier = {name for each, name in named(draft.request.earlier) if each == slot_id}
    return draft.fixed(slot_id) | earlier


def _drew(values: Mapping[str, float], settings: Mapping[str, float], names: Mapping[str, Param]) -> bool:
    """Whether a band that goes elsewhere did something where it was."""
    gain = next(name for name, param in names.items() if param.unit == "dB")
    elsewhere = any(settings.get(name, values[name]) != values[name] for name, p in names.items() if p.unit == "Hz")
    return elsewhere and abs(values[gain]) > FLAT_DB


def standing_against(axes: Mapping[str, float], draft: Draft) -> tuple[str, ...]:
    """The filters to open before anything is added for wishes; what made a device of the sound is taken out where it
    should be one no more."""
    earlier = draft.request.earlier
    gone = put_in(earlier, replaced(earlier, axes), draft.chain)
    draft.remove += [each for each in gone if draft.has(each) and each not in draft.keep]
    main = {axis: axes[axis] for axis in mainly(axes)}
    return tuple(
        slot.id
        for slot in filters(draft.chain)
        if draft.has(slot.id) and slot.id not in draft.keep and hides(slot.effect, slot.settings, main)
    )


def taken_back(chain: Chain, earlier: Sequence[PastTurn], goal: Goal) -> Chain:
    """The chain that wishes are counted from: without what earlier turns made of it that these wishes replace. Where a
    region is held, nothing is taken back, which would move it as well."""
    places = () if goal.held_hz else replaced(earlier, goal.axes)
    for slot_id in put_in(earlier, places, chain):
        chain = chain.without(slot_id)
    for slot in chain.slots if places else ():
        curve = _less_what_is_replaced(slot.id, chain, earlier, goal) if slot.effect.role == "tone" else None
        if curve is not None:
            chain = chain.adjusted(slot.id, redrawn(Canvas(slot.effect, slot.settings, slot.locked, there_db=curve)))
    return chain


def so_much(before: Chain, after: Chain, share: float) -> Chain:
    """The chain that lies share of the way between two: `interpolate.between`, but that the curve of an equaliser goes
    that way where its bands went elsewhere, since half-way between two places of a band is neither."""
    chain = between(before, after, share)
    for slot in chain.slots if share not in (0, 1) else ():
        was, now = before.find(slot.id), after.find(slot.id)
        if was and now and slot.effect.role == "tone" and was.heard and now.heard and _went_elsewhere(was, now):
            curves = [Canvas(slot.effect, each.settings).curve_db for each in (was, now)]
            stay = [{param.name for param in params} for _, params in bands_of(slot.effect)]
            stay = [names for names in stay if all(was.settings[name] == now.settings[name] for name in names)]
            there_db = curves[0] + share * (curves[1] - curves[0])
            canvas = Canvas(slot.effect, slot.settings, slot.locked.union(*stay), there_db=there_db)
            chain = chain.adjusted(slot.id, redrawn(canvas))
    return chain


def _went_elsewhere(was: Slot, now: Slot) -> bool:
    return any(was.settings[name] != now.settings[name] for name in now.settings if not name.endswith("_gain_db"))


def _less_what_is_replaced(slot_id: str, chain: Chain, earlier: Sequence[PastTurn], goal: Goal) -> Array | None:
    """The curve of an equaliser less what the turns drew that these wishes replace; None where they replace none."""
    there, places = chain.find(slot_id), () if goal.held_hz else replaced(earlier, goal.axes)
    if there is None or not places:
        return None
    curve = Canvas(there.effect, there.settings).curve_db
    for at in places:
        before = earlier[at - 1].chain.find(slot_id) if at else None
        after = earlier[at].chain.find(slot_id)
        for slot, sign in ((before, 1), (after, -1)):
            curve = curve + sign * Canvas(slot.effect, slot.settings).curve_db if slot else curve
    return curve


def _bands(effect: Effect, given: Collection[str]) -> set[str]:
    """All settings of the bands of which one was given; of none where that would leave too few to draw with."""
    bands = [{param.name for param in params} for _, params in bands_of(effect)]
    kept = [names for names in bands if names & set(given)]
    return set().union(*kept) if len(bands) - len(kept) >= FEWEST_BANDS else set()
