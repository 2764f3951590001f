"""What is usual for a track: the range of each reading over the sample tracks, and how far one lies beyond it.

`tools/make_usual.py` measures the ranges and writes them into `usual.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

USUAL = "usual"
FAR = 2.0  # steps beyond the range

THAN_MOST: Mapping[str, tuple[str, str]] = {
    "bass": ("more bass", "less bass"),
    "body": ("fuller", "leaner"),
    "mud": ("muddier", "clearer in the low mids"),
    "warmth": ("warmer", "cooler"),
    "nasal": ("more nasal", "less nasal"),
    "presence": ("more present", "less present"),
    "harshness": ("harsher", "smoother"),
    "brightness": ("brighter", "darker"),
    "air": ("airier", "less airy"),
    "loudness": ("louder", "quieter"),
    "dynamics": ("more dynamic", "more even"),
    "punch": ("punchier", "softer in the attacks"),
    "grit": ("grittier", "cleaner"),
    "space": ("roomier", "drier"),
    "echo": ("more echo", "less echo"),
    "width": ("wider", "narrower"),
    "balance": ("further right", "further left"),
    "movement": ("more movement", "steadier"),
    "pitch": ("higher", "lower"),
    "fidelity": ("more hi-fi", "more lo-fi"),
}
"""Axis -> what one calls a track that reads more of it, or less, than most do."""


def usual(axis: str) -> tuple[float, float]:
    """The lowest and the highest usual reading of an axis of the built-in ear, in steps. KeyError for other axes."""
    return _ranges()[axis]


def in_words(axis: str, reading: float) -> str:
    """A reading beside what is usual: "usual", "brighter than most", "far darker than most". KeyError as `usual`."""
    low, high = usual(axis)
    if low <= reading <= high:
        return USUAL
    beyond = reading - high if reading > high else low - reading
    words = THAN_MOST[axis][reading < low]
    return f"{'far ' if beyond >= FAR else ''}{words} than most"


@lru_cache(maxsize=1)
def _ranges() -> Mapping[str, tuple[float, float]]:
    text = (resources.files("instructfx.planners") / "usual.toml").read_text(encoding="utf-8")
    return {axis: (float(low), float(high)) for axis, (low, high) in tomllib.loads(text).items()}
