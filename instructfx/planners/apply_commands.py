"""What commands to named effects put into a plan."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from instructfx.chain import Slot
from instructfx.language import Command, Intent
from instructfx.language.intent_types import USUAL
from instructfx.planners import replies
from instructfx.planners.deeds import at_rest
from instructfx.planners.draft import Draft
from instructfx.planners.drawing import boost, has_room
from instructfx.planners.folding import tell_flipped_side
from instructfx.planners.standing import mainly

OUTRIGHT = 2.0  # powers of a factor: "a slow attack" of a compressor that is put in is no comparison


def apply_command(command: Command, intent: Intent, draft: Draft) -> None:
    """Put into the draft what is asked of a named effect, or of all of them."""
    if command.verb == "keep":
        if command.effect:
            draft.keep += draft.targets(command) or [command.effect]
        elif command.which.kind == "every":
            draft.keep += draft.chain.ids
        return
    if command.verb == "move":
        draft.moved(command)
        return
    if command.effect is None and not draft.chain.slots:
        draft.notes.append(draft.voice.say("no_effect_yet"))
    if command.verb == "remove" and command.effect and not draft.slots(command.effect) and intent.wishes:
        return  # "more space, but no reverb"
    for slot_id in draft.targets(command):
        if command.effect is None and command.which.kind != "it" and slot_id in draft.keep:
            continue  # "remove everything but the reverb"
        if command.verb == "lock":
            draft.lock.append(slot_id)
            draft.keep.append(slot_id)
        elif command.verb == "unlock":
            draft.unlock.append(slot_id)
        elif draft.rests_locked(slot_id):
            draft.notes.append(replies.locked(draft.chain, slot_id, language=draft.language))
        elif draft.effect(slot_id).absent and command.verb != "remove":
            draft.notes.append(draft.effect(slot_id).summary)
        elif command.verb in ("add", "adjust"):
            _dial(command, slot_id, intent, draft)
            tell_flipped_side(command, draft)
        elif command.verb == "remove":
            draft.remove.append(slot_id)
        else:
            (draft.bypass if command.verb == "bypass" else draft.enable).append(slot_id)


def rests(slot_id: str, draft: Draft) -> str:
    """Why a slot that is there is of no use for a wish: the person has locked it or switched it off; else empty."""
    if not draft.has(slot_id):
        return ""
    slot = draft.chain.slot(slot_id)
    if slot.effect.absent:
        return slot.effect.summary
    if draft.rests_locked(slot_id):
        return replies.locked(draft.chain, slot_id, language=draft.language)
    asleep = slot.bypassed and slot_id not in draft.enable
    return replies.off(draft.chain, slot_id, draft.language) if asleep else ""


def resting(intent: Intent, wished: Collection[str], draft: Draft) -> list[str]:
    """Why slots that could do what is mainly asked do not, where none that does was chosen."""
    main = {axis for wish in intent.wishes for axis in mainly(wish.axes)}
    main -= {axis for each in wished for axis in draft.effect(each).heuristics.reach}
    there = [each for each in draft.keep if draft.has(each)]
    able = [each for each in there if main & set(draft.effect(each).heuristics.reach)]
    return [note for slot_id in (able if wished else there) if intent.wishes and (note := rests(slot_id, draft))]


def _dial(command: Command, slot_id: str, intent: Intent, draft: Draft) -> None:
    """Put a slot in, or turn it up, down or to a value; boosts that a full equaliser has no band for get a new one."""
    if command.boosts and draft.has(slot_id) and not has_room(slot_id, command.boosts, draft):
        slot_id = draft.new(draft.effect(slot_id).name)
    move = draft.moves.get(slot_id)
    new = not draft.has(slot_id) and (move is None or not move.settings)
    heuristics, amount = draft.effect(slot_id).heuristics, command.amount
    settings = dict(command.settings)
    values = draft.values(slot_id)
    turned = heuristics.more(amount, values) if amount and not new else {}
    if turned and all(values[name] == value for name, value in settings.items() if name not in turned):
        settings = {}  # "more of the plate", where it is one already
    for said in (*command.changes, *command.factors):
        name = _working(said, slot_id, values, draft)
        stands = {**values, **command.settings}[name]  # a short plate is shorter than a plate
        factor = command.factors.get(said, 1.0) ** (OUTRIGHT if new else 1.0)
        settings[name] = stands * factor + command.changes.get(said, 0.0)
        if draft.effect(slot_id).param(name).clamp(settings[name]) != settings[name]:
            draft.note_end_stop(slot_id)
    if command.boosts:
        settings |= boost(slot_id, command.boosts, draft)
    if new and (amount > 0 or (amount and draft.effect(slot_id).role == "level")):
        # By its defaults it does as much as "more" asks for, but where it rests there.
        doing = 0 if at_rest(Slot(draft.effect(slot_id), {**values, **settings})) else 1
        draft.move(slot_id, heuristics.more(amount - doing, {**values, **settings}))
    elif not new and not settings and not _only_named(command, intent):
        draft.move(slot_id, heuristics.more(amount or 0.7, values))
    draft.move(slot_id, settings, settings)


def _working(name: str, slot_id: str, values: Mapping[str, float], draft: Draft) -> str:
    """The setting that is meant: of a filter's two cutoffs the one that does something, where only one does."""
    effect = draft.effect(slot_id)
    if effect.role != "band" or values[name] != effect.rest.get(name):
        return name
    working = [other for other, rest in effect.rest.items() if values[other] != rest]
    return working[0] if len(working) == 1 else name


def _only_named(command: Command, intent: Intent) -> bool:
    """Whether a command only says which slot a wish is for: "make the second EQ brighter"."""
    return command.which != USUAL and command.amount == 0 and bool(intent.wishes)
