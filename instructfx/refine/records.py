"""What a refiner reports and returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from instructfx.chain import Chain

Stopped = Literal["converged", "budget", "cancelled", "nothing to refine"]


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


OnStep = Callable[[Step], None]
IsCancelled = Callable[[], bool]


def never() -> bool:
    """For searches that nobody cancels."""
    return False


def ignore(step: Step) -> None:
    """For searches that nobody watches."""
