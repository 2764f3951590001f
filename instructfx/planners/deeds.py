"""What a plan did to a chain, in words."""

from __future__ import annotations

from collections.abc import Collection

from instructfx.chain import Chain, Slot
from instructfx.effects import Param
from instructfx.planners.phrases import Voice
from instructfx.planners.plan import Move, Plan

FEW = 3  # values that fit into a sentence
AT_REST = 0.01  # of a setting's range: nearer to rest it cannot be heard


def deeds(plan: Plan, before: Chain, after: Chain, voice: Voice, tried: Collection[str] = ()) -> list[str]:
    """What was done, as clauses without a subject: "removed the delay", "adjusted the reverb (mix 0.4 to 0.2)".

    Of a slot that is new and at rest nothing is told. tried are ids of slots that a search will move: they are told
    wherever they stand.
    """
    done = [voice.say("removed", what=voice.called(before, each)) for each in before.ids if each not in after.ids]
    was = {slot.id: slot for slot in before.slots}
    for key, bypassed in (("bypassed", True), ("enabled", False)):
        for slot in after.slots:
            if slot.id in was and slot.bypassed == bypassed != was[slot.id].bypassed:
                done.append(voice.say(key, what=voice.called(after, slot.id)))
    for key, locked in (("locked_now", True), ("unlocked_now", False)):
        turned = [
            slot for slot in after.slots if slot.id in was and bool(slot.locked) == locked != bool(was[slot.id].locked)
        ]
        done += [voice.say(key, what=voice.called(after, slot.id)) for slot in turned]
    if plan.order:
        standing = [voice.called(after, each).removeprefix("the ") for each in after.ids]
        done.append(voice.say("ordered", order=", ".join(standing)))
    moves = {move.slot: move for move in (*plan.adjust, *plan.add)}
    new = [slot for slot in after.slots if slot.id not in was and (slot.id in tried or not at_rest(slot))]
    if new:
        named = [_new(slot, moves.get(slot.id, Move(slot.effect.name)), before, after, voice) for slot in new]
        done.append(voice.say("added", what=voice.listed(named)))
    moved = [slot for slot in after.slots if slot.id in was and (slot.id in tried or changed(was[slot.id], slot))]
    if moved:
        named = [_moved(was[slot.id], slot, moves.get(slot.id, Move(slot.id)), after, voice) for slot in moved]
        if voice.language == "en":  # "the equaliser and distortion"
            named = [named[0], *(each.removeprefix("the ") for each in named[1:])]
        done.append(voice.say("adjusted", what=voice.listed(named)))
    return done


def changed(was: Slot, slot: Slot) -> list[Param]:
    """The settings that differ by at least what is shown of them."""
    return [
        param
        for param in slot.effect.params
        if param.shown(was.settings[param.name]) != param.shown(slot.settings[param.name])
    ]


def at_rest(slot: Slot) -> bool:
    """Whether a slot's settings do nothing to the sound, or next to nothing."""
    params = {param.name: param for param in slot.effect.params}
    rest = {name: value for name, value in slot.effect.rest.items() if name in params}
    return bool(rest) and all(
        abs(params[name].to_unit(slot.settings[name]) - params[name].to_unit(value)) < AT_REST
        for name, value in rest.items()
    )


def valued(param: Param, value: float, voice: Voice, before: float | None = None) -> str:
    """ "mix 0.4 to 0.2", "highpass 80 Hz"."""
    if param.kind in ("choice", "switch"):
        return f"{voice.setting(param)} {voice.value(param, value)}"
    text = _short(value) if before is None else voice.say("from_to", start=_short(before), end=_short(value))
    unit = f" {param.unit}" if param.unit and param.unit != param.label else ""
    return f"{voice.setting(param)} {text}{unit}"


def _new(slot: Slot, move: Move, before: Chain, after: Chain, voice: Voice) -> str:
    """ "a filter (highpass 80 Hz)" where few values were named, else the noun alone; "a second filter"."""
    count = len([each for each in before.of_effect(slot.effect.name) if each.id in after.ids])
    noun = voice.one(slot.effect.name, count)
    if move.after in after.ids:
        noun = voice.say("after", what=noun, place=voice.called(after, move.after))
    named = [name for name in move.settings if name in move.pinned]
    if not 1 <= len(named) <= FEW:
        return noun
    values = [valued(slot.effect.param(name), slot.settings[name], voice) for name in named]
    return voice.say("with_values", what=noun, values=", ".join(values))


def _moved(was: Slot, slot: Slot, move: Move, after: Chain, voice: Voice) -> str:
    """ "the reverb (mix 0.4 to 0.2)" where few values were named, else the name: the ear moves the others."""
    name = voice.called(after, slot.id)
    moved = changed(was, slot)
    named = [slot.effect.param(each) for each in move.settings if each in move.pinned]
    named = [param for param in named if param in moved]
    if not 1 <= len(named) <= FEW:
        return name
    values = [valued(param, slot.settings[param.name], voice, was.settings[param.name]) for param in named]
    return voice.say("with_values", what=name, values=", ".join(values))


def _short(value: float) -> str:
    """Three digits, and no powers of ten: 3400, 0.25."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) >= 0.001 else "0"
