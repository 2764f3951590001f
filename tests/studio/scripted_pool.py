"""Stand-ins for the worker processes and the store, for tests of what the server does with their answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from instructfx.session import Dry, Session
from instructfx.studio.messages import Answer, Request, Sound
from instructfx.studio.visits import Visit, Visits, new_token
from instructfx.studio.workers import Watch

EMPTY = Session("stored", Dry("0" * 64, "take.flac", 44_100, 2, 44_100, -18.0, 0))


class ScriptedPool:
    """Answers with a function."""

    def __init__(self, answer: Callable[[Request, Watch], Answer]) -> None:
        self.run = answer


def store_of(session: Session = EMPTY) -> Any:
    """A store with one session."""
    return SimpleNamespace(load=lambda session_id: (session, None))


def visit_of(folder: Path, page: str = "page", ear: str = "perceptual", session: Session = EMPTY) -> Visit:
    """A visit without a track."""
    dry = Sound(folder / "dry.flac", ())
    return Visit(new_token(), session, None, ear, "builtin", folder, page, dry)  # type: ignore[arg-type]


def welcome(visits: Visits, page: str) -> Visit:
    """A visit that has come in."""
    return visits.welcome(visit_of(visits.folder(), page))


__all__ = ["EMPTY", "ScriptedPool", "store_of", "visit_of", "welcome"]
