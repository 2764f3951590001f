"""Room that is left above the peaks: "leave 6 dB of headroom", "2 dB more headroom"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from instructfx.effects import EFFECTS
from instructfx.language.context import DialogueContext, NumericReading
from instructfx.language.intent_types import Command
from instructfx.language.numbers import Quantity
from instructfx.language.scan import Item
from instructfx.language.words import fold

HEADROOM: Final = frozenset(("headroom", "margen"))
USUAL_DB: Final = 6.0
"""What is left for who masters, where no number is said."""
MOST_DB: Final = 40.0


def read_headroom(
    items: Sequence[Item], numbers: Sequence[tuple[int, Quantity]], found: NumericReading, context: DialogueContext
) -> bool:
    """Whether a clause speaks of headroom: a peak level for the whole track, or with "more" a gain that goes down."""
    if not any(fold(item.text) in HEADROOM for item in items):
        return False
    size = next((abs(quantity.value) for _, quantity in numbers if quantity.unit in ("db", "")), None)
    missing = any(item.has("enough", "too", "lack") for item in items) and size is None
    if missing or any(item.has("more") for item in items):
        changes = {} if size is None else {"gain_db": -min(size, MOST_DB)}
        amount = -1.0 if size is None else 0.0
        phrase = " ".join(item.text for item in items)
        found.commands.append(Command(phrase, "adjust", EFFECTS.usual("level").name, {}, changes, (), amount))
    else:
        context.peak_dbtp = -min(size if size is not None else USUAL_DB, MOST_DB)
    found.used |= {at for at, item in enumerate(items) if item.entry is None and not item.has("and", "but")}
    return True
