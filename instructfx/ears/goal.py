"""What an instruction means for the ear, and what of earlier ones is to stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from instructfx.errors import InstructionError


@dataclass(frozen=True)
class Goal:
    """target, anchor and negative are texts for an ear that reads; axes are signed steps for one that measures.

    target says how the result should sound, anchor how it sounds now, negative what it should not become. held_hz are
    the regions of the spectrum that are to stay as they are, (low, high) each. Raises InstructionError for a region
    that does not rise from above 0 Hz.
    """

    target: str = ""
    anchor: str = ""
    negative: str = ""
    axes: Mapping[str, float] = field(default_factory=dict)
    held_hz: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        wrong = next((each for each in self.held_hz if not 0 < each[0] < each[1]), None)
        if wrong:
            raise InstructionError(f"a region from {wrong[0]:g} to {wrong[1]:g} Hz is none: say two rising frequencies")


@dataclass(frozen=True)
class Limit:
    """A change of a reading that a turn should not fall short of: sign * change >= least, in steps.

    With sign 1 and least -0.1 the reading may fall by a tenth of a step, with sign -1 and least -0.3 it may rise by
    0.3. weight is what falling short costs beside missing what was asked, which costs 1.
    """

    axis: str
    sign: int
    least: float
    weight: float = 1.0


@dataclass(frozen=True)
class Standing:
    """What earlier wishes achieved and a turn is to keep, and how far faults of the track may rise unasked.

    most_db is how far each band of the ear can rise behind filters, (bands,), empty where there are none: what a filter
    takes is not to be brought back by a boost in front of it. held_hz are regions in which nothing is to be drawn.
    unmoved are axes that nothing in the chain moves: what they read all the same is an error of measuring.
    """

    limits: tuple[Limit, ...] = ()
    most_db: tuple[float, ...] = ()
    held_hz: tuple[tuple[float, float], ...] = ()
    unmoved: frozenset[str] = frozenset()

    def of(self, axes: tuple[str, ...]) -> tuple[Limit, ...]:
        """The limits on these axes."""
        return tuple(limit for limit in self.limits if limit.axis in axes)


NOTHING_STANDS = Standing()
