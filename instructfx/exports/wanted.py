"""What is wanted of whoever writes a format, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from instructfx.audio.track import Track
from instructfx.errors import Cancelled
from instructfx.exports.formats import Format
from instructfx.rendering.track import OnProgress, no_progress
from instructfx.sessions import Exchange, Remarks, Session, Turn


def never() -> bool:
    """For exports that nobody stops."""
    return False


@dataclass(frozen=True)
class Wanted:
    """One export. target is where the file will be; begun_at, where it is known, is when the session began, in UTC."""

    session: Session
    track: Track
    target: Path
    format: Format
    on_progress: OnProgress = no_progress
    cancelled: Callable[[], bool] = never
    remarks: Remarks = field(default_factory=Remarks)
    begun_at: datetime | None = None

    @property
    def said(self) -> tuple[Turn, ...]:
        """The turns that led to the chain, in order."""
        return self.session.path

    @property
    def told(self) -> tuple[Turn | Exchange, ...]:
        """Those turns, and what was said and answered while one of them, or the dry track, played."""
        session, said = self.session, self.said
        path = (None, *said)
        return tuple(
            each
            for each in session.conversation
            if (session.reached(each.after_id) in path if isinstance(each, Exchange) else each in said)
        )

    def go_on(self, share: float) -> None:
        """Tell how far it is, 0 to 1; Cancelled where it was stopped."""
        if self.cancelled():
            raise Cancelled("the export was stopped; nothing was written")
        self.on_progress(share)


@dataclass(frozen=True)
class Exported:
    """A finished export: the file, files that belong beside it, and what the person should know about it."""

    path: Path
    beside: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Path]:
        """Every file of it."""
        yield self.path
        yield from self.beside


def quoted(turns: tuple[Turn, ...]) -> str:
    """What was said, on one line: "make it warmer", "too dark"."""
    return ", ".join(f'"{one_line(turn.instruction)}"' for turn in turns)


def one_line(text: str) -> str:
    """Text from a stranger without line ends and signs that nobody can see."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
