"""What changes in a room when a quality is said of it: "a muffled reverb", "make the reverb clear"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from instructfx.effects import EFFECTS

_SIZED: Final = 0.3  # steps of space: with less, a comparison ("a darker reverb") does not change the length


def room_changes(effect: str, axes: Mapping[str, float], compared: bool) -> dict[str, float]:
    """By how much each setting changes from the usual room; nothing that stays is named."""
    home, character = EFFECTS[effect].defaults(), EFFECTS[effect].heuristics.character
    wanted = character(axes) if character else {}
    changes = {name: round(value - home[name], 4) for name, value in wanted.items() if value != home[name]}
    if compared and abs(axes.get("space", 0.0)) < _SIZED:
        changes.pop("decay_seconds", None)
    return changes
