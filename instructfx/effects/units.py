"""The units of settings, as a person types them."""

from __future__ import annotations

from collections.abc import Mapping

SPELLINGS: Mapping[str, Mapping[str, float]] = {
    "Hz": {"k": 1000, "khz": 1000},
    "ms": {"msec": 1, "s": 1000, "sec": 1000},
    "s": {"sec": 1, "seconds": 1, "ms": 0.001, "msec": 0.001},
    "bit": {"bits": 1},
    "degrees": {"°": 1, "deg": 1, "degree": 1},
    "semitones": {"st": 1, "semitone": 1},
}
"""Unit -> how else an amount of it is written, in small letters -> how many of the unit that is."""


def factors(unit: str) -> dict[str, float]:
    """What may stand behind a number, in small letters -> how many of the unit that is: nothing and the unit are 1."""
    return {"": 1, unit.lower(): 1, **SPELLINGS.get(unit, {})}
