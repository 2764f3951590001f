"""How long a turn may search, or all takes of one instruction together."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Budget:
    """So many seconds, from its making on by a clock that never runs back; without end unless a number is given."""

    seconds: float = math.inf
    clock: Callable[[], float] = time.monotonic
    _ends: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_ends", self.clock() + self.seconds)

    def used_up(self) -> bool:
        """Whether there is no more time."""
        return self.clock() >= self._ends
