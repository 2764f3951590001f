"""Times in notes: "a dotted eighth at 120 bpm" is 0.375 s."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from instructfx.language.context import DialogueContext, note_seconds
from instructfx.language.scan import Clause, Item

SLOWEST: Final = 40.0
FASTEST: Final = 240.0
FRACTION: Final = re.compile(r"\d{1,2}/\d{1,2}")
"""bpm: a number without a unit in this range is the tempo of the note length beside it."""


def with_tempo(items: Sequence[Item], context: DialogueContext) -> Sequence[Item]:
    """The items without the tempo, which the context has from then on: "at 90 bpm", beside a note length "at 90"."""
    told = [at for at, i in enumerate(items) if i.quantity and i.quantity.unit == "bpm" and i.quantity.value > 0]
    if any(item.quantity and item.quantity.unit == "beats" for item in items):
        told += [
            at
            for at, item in enumerate(items)
            if item.quantity and not item.quantity.unit and SLOWEST <= item.quantity.value <= FASTEST
            and at > 0 and (items[at - 1].has("at") or items[at - 1].text == "tempo")
        ]  # fmt: skip
    if not told:
        return items
    quantity = items[told[0]].quantity
    context.bpm = quantity.value if quantity else None
    return [item for at, item in enumerate(items) if at != told[0]]


def with_note_lengths(part: Clause, context: DialogueContext) -> Clause:
    """Note lengths as seconds: a dotted eighth at 120 bpm is 0.375 s."""
    if context.bpm is not None:  # "3/16 at 92 bpm"
        part = replace(part, items=tuple(_written_out(item) for item in part.items))
    if not any(item.quantity and item.quantity.unit == "beats" for item in part.items):
        return part
    items = tuple(
        replace(item, quantity=replace(item.quantity, value=note_seconds(item.quantity.value, context), unit="s"))
        if item.quantity and item.quantity.unit == "beats"
        else item
        for item in part.items
    )
    return replace(part, items=items)


def _written_out(item: Item) -> Item:
    """A fraction of a whole note as its length in beats."""
    quantity = item.quantity
    if quantity is None or quantity.unit or not FRACTION.fullmatch(item.text):
        return item
    return replace(item, quantity=replace(quantity, value=4 * quantity.value, unit="beats"))
