"""What is said of slots and their places: "swap them", "the compressor last", "undo the second thing"."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from instructfx.chain import Chain
from instructfx.language import Command, understand
from instructfx.language.intent_types import Reference
from instructfx.planners import PlanRequest
from instructfx.planners.pronouns import pair_of, that_slot


def in_place_of_each_other(words: str, request: PlanRequest) -> Command | None:
    """The exchange of two slots; None where it cannot be known which."""
    pair = pair_of(words, request)
    return _move(request.chain, pair[0], "for", pair[1], words) if pair else None


def in_order(reference: Reference, chain: Chain) -> Command | None:
    """The move of an effect before another one, or to an end of the chain; None where it is not there."""
    named = dict.fromkeys(command.effect for command in understand(reference.words).commands if command.effect)
    there = [slot.id for effect in named for slot in chain.of_effect(effect)[:1]]
    last = reference.kind == "end" and reference.amount > 0
    if reference.kind == "end" and there:
        rest = [slot_id for slot_id in chain.ids if slot_id != there[0]]
        there += rest[-1:] if last else rest[:1]
    return _move(chain, there[0], "after" if last else "before", there[1], reference.words) if len(there) == 2 else None


def taken_out(number: int, request: PlanRequest) -> tuple[Command, ...]:
    """The removal of the slots that a turn put in, counted from 1; none where it did something else as well, or where a
    later turn has changed them."""
    before = request.earlier[number - 2].chain if number > 1 else Chain()
    after, now = request.earlier[number - 1].chain, request.chain
    new = [slot_id for slot_id in after.ids if slot_id not in before.ids]
    alone = [slot for slot in after.slots if slot.id not in new] == list(before.slots)
    if not alone or any(now.find(slot_id) != after.find(slot_id) for slot_id in new):
        return ()
    return tuple(
        Command(slot_id, "remove", now.slot(slot_id).effect.name, {}, {}, (), 0.0, that_slot(slot_id, now))
        for slot_id in new
    )


def _move(chain: Chain, slot_id: str, side: Literal["before", "after", "for"], beside: str, words: str) -> Command:
    neighbour, number = chain.slot(beside).effect.name, chain.number_of(beside)
    which = replace(that_slot(slot_id, chain), side=side, neighbour=neighbour, neighbour_number=number)
    return Command(words, "move", chain.slot(slot_id).effect.name, {}, {}, (), 0.0, which)
