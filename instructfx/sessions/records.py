"""A turn, and the track of a session. Records only; nothing here changes or reads a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any, Literal

from instructfx.chain import Chain
from instructfx.ears import EARS, Goal
from instructfx.errors import InstructFXError, StoreError
from instructfx.planners.failures import without_sign_in
from instructfx.planners.plan import Plan
from instructfx.planners.router import Route
from instructfx.refine import Refined, SearchOptions
from instructfx.sessions.options import FirstTurn, TurnOptions

Kind = Literal["said", "edited", "matched", "undone"]

BY_HAND = "By hand: "
"""How the reply to a change by hand begins, and its words where nobody gave it any."""


@dataclass(frozen=True)
class StoredTrack:
    """A file of sound that is kept as it came: what is needed to find it again and to listen to it. loudness_lufs is
    BS.1770's, of all of it; excerpt_start is the frame at which its most telling ten seconds begin."""

    sha256: str
    name: str
    sample_rate: int
    channels: int
    frames: int
    loudness_lufs: float
    excerpt_start: int


@dataclass(frozen=True)
class Dry(StoredTrack):
    """The track of a session."""


@dataclass(frozen=True)
class ReferenceTrack(StoredTrack):
    """A track of a person's own that a session is held against; no turn depends on it."""

    def heard_from(self, seconds: float) -> int:
        """The frame of it that is heard where a track of that length begins: the first. One that is more than twice as
        long begins with its most telling seconds, as far as something of that length can."""
        wanted = round(seconds * self.sample_rate)
        return min(self.excerpt_start, self.frames - wanted) if self.frames > 2 * wanted else 0


@dataclass(frozen=True)
class Provenance:
    """What made a turn, so that it can be made again.

    versions: package -> version; ear_sha256 is that of the ear's weights, empty where it has none; recipe is a
    published way to search in place of options; machine, device and threads decide the last digits. turn_options
    are what the person chose for this turn, of which options, seed and first_turn are the outcome; excerpt_start is the
    frame at which the excerpt began, None where that was the most telling one.
    """

    planner: str
    ear: str
    seed: int
    versions: Mapping[str, str] = field(default_factory=dict)
    ear_sha256: str = ""
    recipe: str = ""
    options: SearchOptions = field(default_factory=SearchOptions)
    first_turn: FirstTurn = "refine"
    machine: str = ""
    device: str = ""
    threads: int = 0
    turn_options: TurnOptions = field(default_factory=TurnOptions)
    excerpt_start: int | None = None

    @property
    def built_in_ear(self) -> bool:
        """Whether the ear listened that is always there."""
        return self.ear == EARS[0]


@dataclass(frozen=True)
class Turn:
    """One instruction, or one change by hand, and what came of it.

    parent_id is the turn that it continues, None for the first; a turn of kind "undone" continues the turn that
    it went back to. goal is what was asked of the ear in the end: the plan's, as far as the person chose to go, and
    away from what was to be avoided; empty where nothing was. Readings are the ear's, of the excerpt before and after.
    index counts from 1.

    share: an edited turn that is so much of the turn that it continues, 1 as it is. take: of several turns taken of
    one instruction the first, second, ...; 0 where there is but one.
    """

    id: str
    parent_id: str | None
    index: int
    kind: Kind
    instruction: str
    plan: Plan
    goal: Goal
    route: Route
    refined: Refined
    readings_before: Mapping[str, float]
    readings_after: Mapping[str, float]
    provenance: Provenance
    seconds: float
    share: float | None = None
    take: int = 0

    @property
    def chain(self) -> Chain:
        """The chain after this turn."""
        return self.refined.chain

    @property
    def reply(self) -> str:
        """What the person is told."""
        return self.plan.reply

    @property
    def notes(self) -> tuple[str, ...]:
        """What the person should know beside the reply."""
        return tuple(note for note in self.plan.notes if note not in self.plan.reply)

    @property
    def planned_by(self) -> str:
        """Who planned, for people: "builtin", "hand", or a model with its tokens, price and seconds."""
        asked = self.plan.asked
        if self.kind == "edited":
            return "hand"
        if asked is None:  # as it is where a model was there and not needed
            return "builtin" if self.kind == "undone" else self.provenance.planner
        return f"builtin instead of {asked.to_text()}" if asked.fell_back else asked.to_text()

    def to_json(self) -> str:
        """All of it as a JSON object; `turn_from_json` reads it back."""
        return _turn_adapter().dump_json(self).decode()


def turn_from_json(text: str) -> Turn:
    """What `Turn.to_json` wrote, without passwords of addresses; StoreError for anything else."""
    try:
        turn: Turn = _turn_adapter().validate_json(without_sign_in(text))
    except (ValueError, InstructFXError) as error:
        raise StoreError(f"a stored turn cannot be read: {error}") from error
    return turn


@lru_cache(maxsize=1)
def _turn_adapter() -> Any:
    from pydantic import ConfigDict, TypeAdapter

    Turn.__pydantic_config__ = ConfigDict(allow_inf_nan=False)  # type: ignore[attr-defined]
    return TypeAdapter(Turn)


def readable(turn: Turn) -> dict[str, Any]:
    """A turn as the command line prints it: one flat JSON object."""
    return {
        "index": turn.index,
        "instruction": turn.instruction,
        "route": turn.route,
        "chain": turn.chain.to_json(),
        "loss_before": turn.refined.loss_before,
        "loss_after": turn.refined.loss_after,
        "readings_before": dict(turn.readings_before),
        "readings_after": dict(turn.readings_after),
        "reply": turn.reply,
        "notes": list(turn.notes),
        "planner": turn.provenance.planner,
        "asked": asdict(turn.plan.asked) if turn.plan.asked else None,
        "seconds": turn.seconds,
    }
