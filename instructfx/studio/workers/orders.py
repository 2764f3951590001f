"""What a person wants done to a session: frozen records, which travel to a worker in a `TakeTurn`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from instructfx.chain import SlotJson
from instructfx.sessions.options import TurnOptions

Slots = Sequence[SlotJson]
"""A chain as JSON."""


@dataclass(frozen=True)
class Instruct:
    """What a person says; with takes above 1, so many sibling turns of it."""

    words: str
    options: TurnOptions
    takes: int = 1


@dataclass(frozen=True)
class Edit:
    """A chain as a person set it by hand, as `Chain.to_json` writes it."""

    slots: Slots


@dataclass(frozen=True)
class Scale:
    """So much of the last turn."""

    share: float


@dataclass(frozen=True)
class GoTo:
    """Back or forward to a turn, to the dry track where that is None."""

    turn_id: str | None


@dataclass(frozen=True)
class ListenFrom:
    """Where the excerpt starts from now on."""

    start_seconds: float


Order = Instruct | Edit | Scale | GoTo | ListenFrom
