"""What an instruction means for the ear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Goal:
    """target, anchor and negative are texts for an ear that reads; axes are signed steps for one that measures.

    target says how the result should sound, anchor how it sounds now, negative what it should not become.
    """

    target: str = ""
    anchor: str = ""
    negative: str = ""
    axes: Mapping[str, float] = field(default_factory=dict)
