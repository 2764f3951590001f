"""Ears: what turns a goal into a loss on sound, and sound into readings for people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from torch import Tensor

from instructfx.ears.axes import AXES
from instructfx.ears.goal import Goal
from instructfx.errors import InstructionError

Objective = Callable[[Tensor], Tensor]
"""(batch, channels, frames) at the ear's sample rate -> losses (batch,), differentiable."""


class Ear(Protocol):
    """Judges sound."""

    name: str
    sample_rate: int

    def objective(self, goal: Goal, before: Tensor) -> Objective:
        """The loss that a goal means after the sound `before`, (1, channels, frames) at sample_rate."""

    def describe(self, audio: Tensor) -> dict[str, float]:
        """Named readings of one sound, (1, channels, frames) at sample_rate."""


EARS = ("perceptual",)


def ear_named(name: str) -> Ear:
    """The ear of that name; InstructionError lists the names."""
    if name == "perceptual":
        from instructfx.ears.perceptual import PerceptualEar

        return PerceptualEar()
    raise InstructionError(f"there is no ear {name!r}; there is {', '.join(EARS)}")


__all__ = ["AXES", "EARS", "Ear", "Goal", "Objective", "ear_named"]
