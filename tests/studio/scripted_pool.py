"""Stand-ins for the worker processes and the store, for tests of what the server does with their answers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from instructfx.chain import Chain
from instructfx.ears import Goal
from instructfx.planners.plan import Plan
from instructfx.refine import Refined
from instructfx.sessions import Dry, Provenance, Session, Turn
from instructfx.studio.visits.visits import Visit, Visits, new_token
from instructfx.studio.workers.messages import AgentNames, Sound, WorkAnswer, WorkRequest
from instructfx.studio.workers.pool import RequestCallbacks

EMPTY = Session("stored", Dry("0" * 64, "take.flac", 44_100, 2, 44_100, -18.0, 0))


class ScriptedPool:
    """Answers with a function."""

    def __init__(self, answer: Callable[[WorkRequest, RequestCallbacks], WorkAnswer]) -> None:
        self.run = answer


def store_of(session: Session = EMPTY) -> Any:
    """A store with one session."""
    return SimpleNamespace(load=lambda session_id: (session, None))


def visit_of(folder: Path, page: str = "page", ear: str = "perceptual", session: Session = EMPTY) -> Visit:
    """A visit without a track."""
    dry = Sound(folder / "dry.flac", ())
    return Visit(new_token(), session, None, AgentNames("builtin", ear), folder, {page}, dry)  # type: ignore[arg-type]


def turn_of(number: int, chain: Chain, parent: int | None = None, **fields: object) -> Turn:
    """The turn t<number>, after which that chain plays."""
    values: dict[str, object] = {
        "id": f"t{number}",
        "parent_id": f"t{parent}" if parent else None,
        "index": number,
        "kind": "said",
        "instruction": f"wish {number}",
        "plan": Plan(reply="Done."),
        "goal": Goal(),
        "route": "reuse_all",
        "refined": Refined(chain, 1.0, 0.5),
        "readings_before": {},
        "readings_after": {},
        "provenance": Provenance("builtin", "perceptual", 0),
        "seconds": 1.0,
    }
    return Turn(**{**values, **fields})  # type: ignore[arg-type]


def session_of(*turns: Turn) -> Session:
    """A session after these turns."""
    return functools.reduce(Session.with_turn, turns, EMPTY)


def welcome(visits: Visits, page: str) -> Visit:
    """A visit that has come in."""
    return visits.welcome(visit_of(visits.folder(), page))


__all__ = ["EMPTY", "ScriptedPool", "session_of", "store_of", "turn_of", "visit_of", "welcome"]
