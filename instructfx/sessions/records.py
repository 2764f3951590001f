"""A session: a dry track and a tree of turns. Records only; nothing here changes or reads a file."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Literal

from instructfx.chain import Chain
from instructfx.ears import EARS, Goal
from instructfx.errors import InstructFXError, InstructionError, StoreError
from instructfx.planners.plan import Plan
from instructfx.planners.router import Route
from instructfx.refine import Refined, SearchOptions
from instructfx.sessions.feedback import Judgement, Remarks
from instructfx.sessions.options import FirstTurn, TurnOptions

Kind = Literal["said", "edited", "matched", "undone"]


@dataclass(frozen=True)
class Dry:
    """The track of a session as it came: what is needed to find it again and to listen to it."""

    sha256: str
    name: str
    sample_rate: int
    channels: int
    frames: int
    loudness_lufs: float
    excerpt_start: int


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


@dataclass(frozen=True)
class Session:
    """turns holds every turn in the order of making; head is the id of the one that plays now.

    origin says what a session was made from where it is a replay or was imported; excerpt_start is the frame at which
    the excerpt begins that a person chose, None where it is the most telling one.
    """

    id: str
    dry: Dry
    turns: tuple[Turn, ...] = ()
    head: str | None = None
    origin: str = ""
    excerpt_start: int | None = None

    @property
    def current(self) -> Turn | None:
        """The turn that plays now."""
        return self.turn(self.head) if self.head else None

    @property
    def chain(self) -> Chain:
        """The chain that plays now; empty before the first turn."""
        return self.current.chain if self.current else Chain()

    @property
    def path(self) -> tuple[Turn, ...]:
        """From the first turn to the one that plays now, without what was undone."""
        return self._path(self.current)

    def turn(self, turn_id: str) -> Turn:
        """The turn of that id; StoreError where there is none."""
        if turn_id not in self._by_id:
            raise StoreError(f"this session has no turn {turn_id}")
        return self._by_id[turn_id]

    def numbered(self, text: str) -> Turn:
        """The turn of that number, counted from 1, or of that id; InstructionError where there is none."""
        if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= len(self.turns):
            return self.turns[int(text) - 1]
        if text in self._by_id:
            return self._by_id[text]
        there = f"turns 1 to {len(self.turns)}" if self.turns else "no turns yet"
        raise InstructionError(f"this session has {there}, not {text!r}")

    def _path(self, turn: Turn | None) -> tuple[Turn, ...]:
        path: list[Turn] = []
        while turn:
            if turn.kind != "undone":
                path.append(turn)
            turn = self.turn(turn.parent_id) if turn.parent_id else None
        return tuple(reversed(path))

    def reached(self, turn_id: str | None) -> Turn | None:
        """That turn, or where it is a step through the history, the one to which that led."""
        turn = self.turn(turn_id) if turn_id else None
        while turn and turn.kind == "undone":
            turn = self.turn(turn.parent_id) if turn.parent_id else None
        return turn

    @cached_property
    def _by_id(self) -> dict[str, Turn]:
        return {turn.id: turn for turn in self.turns}

    def before(self, count: int) -> Turn | None:
        """The turn to go back to when the last `count` turns are undone; None for the dry track."""
        path = self.path
        return path[-count - 1] if len(path) > count else None

    @property
    def standing(self) -> Turn | None:
        """The turn whose chain plays now, whatever was undone to come back to it; None for the dry track."""
        return self.reached(self.head)

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to go back from; `undo_target` None is the dry track then."""
        return self._walked[1] > 0

    @property
    def undo_target(self) -> str | None:
        """The id of the turn to which one step back leads; None for the dry track, or where nothing can be undone."""
        way, place = self._walked
        return way[place - 2] if place > 1 else None

    @property
    def redo_target(self) -> str | None:
        """The id of the turn to which one step forward leads, on the way that was left; None where that ends here."""
        way, place = self._walked
        return way[place] if place < len(way) else None

    @cached_property
    def _walked(self) -> tuple[tuple[str, ...], int]:
        """The ids of the way that was last taken from the dry track, and how many of them lead to what plays now.

        Going back, or forward again, moves on the way; a turn of any other kind, and a leap off it, makes a new one.
        """
        way: tuple[str, ...] = ()
        place = 0
        for turn in self.turns:
            target = self.reached(self.playing_after(turn))
            if turn.kind == "undone" and (target is None or target.id in way):
                place = way.index(target.id) + 1 if target else 0
            else:
                way = tuple(each.id for each in self._path(target))
                place = len(way)
        return way, place

    def playing_after(self, turn: Turn) -> str:
        """The id of the turn that played once this one was made: itself, or the first of several takes."""
        return self.turns[turn.index - max(turn.take, 1)].id

    def before_turn(self, turn: Turn) -> Chain:
        """The chain that a turn continued."""
        return self.turn(turn.parent_id).chain if turn.parent_id else Chain()

    def with_turn(self, turn: Turn) -> Session:
        """With one more turn, which plays now; of several takes the first plays."""
        turns = (*self.turns, turn)
        return replace(self, turns=turns, head=turns[-max(turn.take, 1)].id)


def new_session_id() -> str:
    """Who knows it may open the session: 192 bits of chance."""
    return secrets.token_hex(24)


def turn_from_json(text: str) -> Turn:
    """What `Turn.to_json` wrote; StoreError for anything else."""
    try:
        turn: Turn = _turn_adapter().validate_json(text)
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


__all__ = [
    "Dry",
    "FirstTurn",
    "Judgement",
    "Kind",
    "Provenance",
    "Remarks",
    "Session",
    "Turn",
    "new_session_id",
    "readable",
    "turn_from_json",
]
