"""What kind of room a word asks for, when it is said of a reverb: "a muffled reverb", "make the reverb clear"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from instructfx.effects import EFFECTS

LONGER: Final = {
    "space": 0.7, "bass": 0.3, "body": 0.1, "mud": 0.2, "warmth": -0.4,
    "brightness": -0.25, "presence": -0.35, "harshness": -0.2, "punch": -0.3,
}  # fmt: skip
"""Axis -> octaves of decay for a step. What is deep, dull or far lies in a long tail; what is clear, close or cosy
and what hits hard lies in a short one (Zheng, Seetharaman and Pardo 2016; Griesinger 2009 on clarity)."""

BRIGHTER: Final = {
    "brightness": 0.9, "air": 0.5, "presence": 0.4, "harshness": 0.2, "space": -0.2,
    "bass": -0.5, "mud": -0.4, "body": -0.3, "warmth": -0.1,
}  # fmt: skip
"""Axis -> octaves of `high_cut_hz` for a step; large rooms lose highs on the way through the air (ISO 9613-1)."""

DEEPER: Final = {"bass": 1.0, "body": 0.5, "mud": 0.3}
"""Axis -> how much of the lows is let in, and how long they stay."""

_SIZED: Final = 0.3  # steps of space: with less, a comparison ("a darker reverb") does not change the length


def room(axes: Mapping[str, float]) -> dict[str, float]:
    """Settings of a reverb for a quality with these axes, every one within its range."""
    home = EFFECTS["reverb"].defaults()
    octaves_lower, octaves_brighter, octaves_longer = (
        sum(weight * axes.get(axis, 0.0) for axis, weight in weights.items()) for weights in (DEEPER, BRIGHTER, LONGER)
    )
    wanted = {
        "decay_seconds": home["decay_seconds"] * 2**octaves_longer,
        "high_cut_hz": home["high_cut_hz"] * 2**octaves_brighter,
        "damping": home["damping"] - 0.2 * octaves_brighter,
        "low_cut_hz": home["low_cut_hz"] * 2 ** (-1.5 * octaves_lower),
        "low_decay_ratio": home["low_decay_ratio"] * 2 ** (0.5 * octaves_lower),
    }
    return {name: round(EFFECTS["reverb"].param(name).clamp(value), 4) for name, value in wanted.items()}


def room_changes(axes: Mapping[str, float], compared: bool) -> dict[str, float]:
    """By how much each setting changes from the usual room; nothing that stays is named."""
    home = EFFECTS["reverb"].defaults()
    changes = {name: round(value - home[name], 4) for name, value in room(axes).items() if value != home[name]}
    if compared and abs(axes.get("space", 0.0)) < _SIZED:
        changes.pop("decay_seconds", None)
    return changes
