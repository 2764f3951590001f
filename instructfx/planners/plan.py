"""What a planner decides for one turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from instructfx.ears.goal import Goal


@dataclass(frozen=True)
class Move:
    """An effect and the settings to give it. pinned names those that the person asked for by value.

    before or after names the effect that a new one stands next to; with neither it goes to the end.
    """

    effect: str
    settings: Mapping[str, float] = field(default_factory=dict)
    pinned: frozenset[str] = frozenset()
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Thoughts:
    """The four steps that a planner thinks: what was asked, which effects, which order, which settings."""

    asked: str = ""
    effects: str = ""
    order: str = ""
    settings: str = ""


@dataclass(frozen=True)
class Plan:
    """add and adjust are in the order of the calls; adjust with no settings means: re-tune this one.

    keep names effects that refiners may not touch this turn; undo says how many turns to go back; notes are
    what the person should know (values that were clamped, words that were not understood).
    """

    add: tuple[Move, ...] = ()
    adjust: tuple[Move, ...] = ()
    remove: tuple[str, ...] = ()
    bypass: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    undo: int = 0
    goal: Goal = field(default_factory=Goal)
    thoughts: Thoughts = field(default_factory=Thoughts)
    reply: str = ""
    notes: tuple[str, ...] = ()
    raw: str = ""

    @property
    def chosen(self) -> tuple[str, ...]:
        """The effects that this turn is about, in order, without those to keep."""
        names = [move.effect for move in (*self.adjust, *self.add) if move.effect not in self.keep]
        return tuple(dict.fromkeys(names))

    @property
    def pinned(self) -> frozenset[tuple[str, str]]:
        """(effect, setting) pairs that the person named a value for."""
        return frozenset((move.effect, name) for move in (*self.adjust, *self.add) for name in move.pinned)
