"""What the server and its workers say to each other: frozen records, pickled through a pipe.

The server sends a request, and may send Stop while it runs. The worker sends reports, then one answer.
Sessions do not travel: they are in the store, which both can read.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from instructfx.errors import InstructFXError


@dataclass(frozen=True)
class Sound:
    """A file that a browser can play, and its outline: peaks from 0 to 1."""

    path: Path
    outline: tuple[float, ...]


@dataclass(frozen=True)
class Open:
    """Start a session on a file. shown is the name that people see; what is made goes into folder."""

    source: Path
    shown: str
    folder: Path
    planner: str
    ear: str
    longest_seconds: float


@dataclass(frozen=True)
class Reopen:
    """Make what is played of a stored session once more."""

    session_id: str
    folder: Path


@dataclass(frozen=True)
class Say:
    """Take a turn of a session that has so many turns, and render it into folder.

    heard: what is played now is what the chain before the turn puts out, so that a turn that changes nothing needs
    no new render.
    """

    session_id: str
    words: str
    turns: int
    folder: Path
    heard: bool
    planner: str
    ear: str
    seed: int = 0


@dataclass(frozen=True)
class Copy:
    """The same samples in a file of the format that the target's name says."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Warm:
    """Run once what the first turn with that ear needs, the usual one where it has no name."""

    ear: str


Request = Open | Reopen | Say | Copy | Warm


@dataclass(frozen=True)
class Stop:
    """End what runs with its best so far; abandoned: nobody waits for it any more."""

    abandoned: bool = False


@dataclass(frozen=True)
class Waiting:
    """So many are before this request."""

    before: int


@dataclass(frozen=True)
class At:
    """The work is at a stage."""

    stage: str


@dataclass(frozen=True)
class Stepped:
    """The search took one more step."""

    loss: float


@dataclass(frozen=True)
class Taken:
    """The turn is in the store; it is not rendered yet."""


@dataclass(frozen=True)
class Rendering:
    """So much of the track, 0 to 1, has been rendered."""

    share: float


Report = Waiting | At | Stepped | Taken | Rendering


@dataclass(frozen=True)
class Opened:
    """A session is open; rendered is None where its chain is empty."""

    session_id: str
    dry: Sound
    rendered: Sound | None = None


@dataclass(frozen=True)
class Said:
    """The turn is taken; rendered is None where nothing changed."""

    rendered: Sound | None


@dataclass(frozen=True)
class Finished:
    """It is done, and there is nothing to tell of it."""


@dataclass(frozen=True)
class Failed:
    """It was not done. error is what a person can act on, None where it was a surprise (the worker has logged it)."""

    error: InstructFXError | None = None


Answer = Opened | Said | Finished | Failed
