"""What a refiner reports and returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from instructfx.chain import Chain

Stopped = Literal["converged", "budget", "cancelled", "nothing to refine"]
"""How a search ended: by itself, for lack of time, because a person stopped it, or before it began."""


@dataclass(frozen=True)
class Step:
    """One point of the trajectory. loss is what the search saw there: estimated on the spectrum or measured."""

    iteration: int
    chain: Chain
    loss: float


@dataclass(frozen=True)
class Refined:
    """The best chain that was truly measured, never worse than the one that came in."""

    chain: Chain
    loss_before: float
    loss_after: float
    steps: tuple[Step, ...] = ()
    stopped: Stopped = "converged"

    @property
    def cut_short(self) -> bool:
        """Whether the search was ended before it would have ended by itself."""
        return self.stopped in ("cancelled", "budget")


OnStep = Callable[[Step], None]
IsOver = Callable[[], bool]


def never() -> bool:
    """For searches that nobody ends."""
    return False


def ignore(step: Step) -> None:
    """For searches that nobody watches."""


@dataclass(frozen=True)
class Watching:
    """Who watches a search: told each step, and asked whether to end with the best so far, because a person wants that
    (cancelled) or because there is no more time for it (used_up)."""

    on_step: OnStep = ignore
    cancelled: IsOver = never
    used_up: IsOver = never
