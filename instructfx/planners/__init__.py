"""Planners: from an instruction to a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from instructfx.chain import Chain
from instructfx.errors import InstructionError
from instructfx.planners.plan import Move, Plan, Thoughts


@dataclass(frozen=True)
class Request:
    """What a planner is told: the words, the chain as it stands, earlier words, and what the ear reads now.

    ear_reads: the ear understands any text, also one that no lexicon knows.
    """

    instruction: str
    chain: Chain = field(default_factory=Chain)
    earlier: tuple[str, ...] = ()
    readings: Mapping[str, float] = field(default_factory=dict)
    channels: int = 2
    ear_reads: bool = False


class Planner(Protocol):
    """Chooses effects, their order and their starting settings, and says what the words mean."""

    name: str

    def plan(self, request: Request) -> Plan:
        """The plan of one turn."""


PLANNERS = ("builtin",)


def planner_named(name: str) -> Planner:
    """The planner of that name; InstructionError lists the names."""
    if name == "builtin":
        from instructfx.planners.builtin import BuiltinPlanner

        return BuiltinPlanner()
    raise InstructionError(f"there is no planner {name!r}; there is {', '.join(PLANNERS)}")


__all__ = ["PLANNERS", "Move", "Plan", "Planner", "Request", "Thoughts", "planner_named"]
