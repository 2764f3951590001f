"""What a person does with a part of the page, read from what the browser says of it: anything may come."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from instructfx.engine.edits import named
from instructfx.errors import InstructionError
from instructfx.sessions import BlindAnswer
from instructfx.studio.workers.messages import Compared, Edit, GoTo, ListenFrom, Order, Scale

if TYPE_CHECKING:
    from instructfx.store import Store
    from instructfx.studio.visits.visits import Visit

ANSWERS = ("this", "other", "neither")
UNKNOWN = "the page asked for something that this studio does not do; load it again"


@dataclass(frozen=True)
class OrderAct:
    """Something for a worker, of which a turn or another excerpt comes."""

    order: Order


@dataclass(frozen=True)
class Pick:
    """Listen to a turn beside the one that plays; None puts it away."""

    turn_id: str | None


@dataclass(frozen=True)
class Compare:
    """Look at two turns side by side; None ends it."""

    pair: Compared | None


@dataclass(frozen=True)
class Name:
    """Call a turn something."""

    turn_id: str
    name: str


@dataclass(frozen=True)
class BlindAnswered:
    """What was said after a blind comparison."""

    answer: BlindAnswer


Act = OrderAct | Pick | Compare | Name | BlindAnswered


def read(said: Any) -> Act:
    """An act from a browser's message; InstructionError for anything else."""
    detail = said if isinstance(said, dict) else {}
    match detail:
        case {"do": "edit", "chain": list(slots)}:
            return OrderAct(Edit(slots))
        case {"do": "amount", "share": int() | float() as share} if math.isfinite(share):
            return OrderAct(Scale(float(share)))
        case {"do": "go", "turn": str() | None as turn}:
            return OrderAct(GoTo(turn))
        case {"do": "excerpt", "start": int() | float() as start} if math.isfinite(start):
            return OrderAct(ListenFrom(float(start)))
        case {"do": "pick", "turn": str() | None as turn}:
            return Pick(turn)
        case {"do": "compare", "a": str() | None as a, "b": str() | None as b}:
            return Compare(Compared(a, b))
        case {"do": "close-compare"}:
            return Compare(None)
        case {"do": "name", "turn": str(turn), "name": str(name)}:
            return Name(turn, name)
        case {"do": "answer", "turn": str(turn), "against": str() | None as against, "better": better} if (
            better in ANSWERS
        ):
            return BlindAnswered(BlindAnswer(turn, against, better))
    raise InstructionError(UNKNOWN)


async def noted(act: Pick | Compare | Name | BlindAnswered, visit: Visit, store: Store) -> None:
    """Carry out what needs no worker. StoreError for a turn that the visit's session does not have."""
    session = visit.session
    match act:
        case Pick(turn_id):
            visit.picked = session.turn(turn_id).id if turn_id else None
        case Compare(pair):
            for turn_id in (pair.a, pair.b) if pair else ():
                if turn_id:
                    session.turn(turn_id)
            visit.compared = pair
        case Name(turn_id, name):
            session.turn(turn_id)
            await asyncio.to_thread(store.name_turn, turn_id, named(name))
            visit.names = await asyncio.to_thread(store.names, session.id)
        case BlindAnswered(answer):
            for turn_id in (answer.turn_id, answer.against_id):
                if turn_id:
                    session.turn(turn_id)
            await asyncio.to_thread(store.add_answer, answer)
