"""What the server and its workers say to each other: frozen records, pickled through a pipe.

The server sends a request, and may send Stop while it runs. The worker sends reports, then one answer.
Sessions do not travel: they are in the store, which both can read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from instructfx.audio.fold_down import NOTHING_LOST, FoldDown
from instructfx.ears import EARS
from instructfx.errors import InstructFXError
from instructfx.planners import BUILT_IN, ModelAccess
from instructfx.planners.failures import ModelNews, Rest
from instructfx.studio.workers.orders import Order, Slots


@dataclass(frozen=True)
class Sound:
    """A file that a browser can play: its outline, peaks from 0 to 1, and what was measured of all of it.

    It begins at start_seconds of the track. Where it is not the whole, loudness_lufs is that of the track and as much
    more as the file is louder than the same stretch of the track. peak_dbfs is of the samples, true_peak_dbtp between
    them as well; fold is what is lost where left and right are added; warnings say what nobody can have meant. One that
    goes round is heard for more seconds than the file has.
    """

    path: Path
    outline: tuple[float, ...]
    seconds: float = 0.0
    loudness_lufs: float = 0.0
    loudness_range_lu: float = 0.0
    peak_dbfs: float = 0.0
    true_peak_dbtp: float = 0.0
    fold: FoldDown = NOTHING_LOST
    warnings: tuple[str, ...] = ()
    start_seconds: float = 0.0
    whole: bool = True
    goes_round: bool = False


@dataclass(frozen=True)
class AgentNames:
    """Who plans and who listens, by their names; access is how a model is asked that somebody chose on the page."""

    planner: str
    ear: str
    access: ModelAccess | None = None

    @property
    def without_access(self) -> AgentNames:
        """The same once nobody may ask that model any more."""
        return AgentNames("" if self.access else self.planner, self.ear)

    def asking(self, access: ModelAccess | None) -> AgentNames:
        """The same where that model plans, if any."""
        return AgentNames(access.model, self.ear, access) if access else self

    @property
    def built_in_planner(self) -> bool:
        """Whether no language model is asked."""
        return self.planner == BUILT_IN

    @property
    def built_in_ear(self) -> bool:
        """Whether the ear listens that is always there, which is quick and has one loss alone."""
        return self.ear == EARS[0]


BUNDLE = ".zip"
"""What a session in one file ends in."""


@dataclass(frozen=True)
class Open:
    """Start a session on an audio file, or go on with the one in a bundle. shown is the name that people see; what is
    made goes into folder."""

    source: Path
    shown: str
    folder: Path
    agents: AgentNames
    longest_seconds: float


@dataclass(frozen=True)
class Reopen:
    """Make the dry track of a stored session playable once more."""

    session_id: str
    folder: Path


@dataclass(frozen=True)
class TakeTurn:
    """Carry out an order in a session that has so many turns and exchanges; what comes of it is in the store. rests are
    the models that are not to be asked for a while."""

    session_id: str
    order: Order
    length: int
    agents: AgentNames
    rests: tuple[Rest, ...] = ()


@dataclass(frozen=True)
class Render:
    """The whole track as it is after a turn."""

    session_id: str
    turn_id: str
    folder: Path


@dataclass(frozen=True)
class RenderExcerpt:
    """The excerpt as it is after a turn: to be heard until the whole track is rendered."""

    session_id: str
    length: int
    turn_id: str
    folder: Path
    agents: AgentNames


@dataclass(frozen=True)
class HoldAgainst:
    """Hold a stored session against an audio file from now on, which is copied; the rest is as in Open. The answer is
    what it sounds like there."""

    session_id: str
    source: Path
    shown: str
    folder: Path
    longest_seconds: float


@dataclass(frozen=True)
class RenderReference:
    """What the file of that SHA-256 sounds like beside a session that is held against it."""

    session_id: str
    sha256: str
    folder: Path


@dataclass(frozen=True)
class PreviewRequest:
    """The excerpt through a chain; where share is not None, through so much of the last turn instead."""

    session_id: str
    length: int
    slots: Slots | None
    share: float | None
    folder: Path
    agents: AgentNames


@dataclass(frozen=True)
class Compared:
    """Two turns side by side, by id; None is the dry track."""

    a: str | None
    b: str | None


@dataclass(frozen=True)
class Draw:
    """The pictures of a turn; or where two are compared, of both at once. None is the dry track."""

    session_id: str
    length: int
    turn_id: str
    compared: Compared | None
    agents: AgentNames


@dataclass(frozen=True)
class Export:
    """What a person takes away, in a format by its name; without a turn, as it plays now."""

    session_id: str
    format: str
    folder: Path


@dataclass(frozen=True)
class Warm:
    """Run once what the first turn with that ear needs, the usual one where it has no name."""

    ear: str


Heavy = TakeTurn | Render | Export | Warm
"""What takes seconds of the processor, and waits for its place."""

InSession = TakeTurn | RenderExcerpt | PreviewRequest | Draw
"""What is quickest for a worker that has the session open."""

WorkRequest = Open | Reopen | HoldAgainst | RenderReference | InSession | Render | Export | Warm


@dataclass(frozen=True)
class Ready:
    """A worker has started and can work."""


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
class RenderingReport:
    """So much of the track, 0 to 1, has been rendered."""

    share: float


ProgressReport = Waiting | At | Stepped | RenderingReport | ModelNews


@dataclass(frozen=True)
class Opened:
    """A session is open. tags is what the track's file says of it, as people call that, and exports keep."""

    session_id: str
    dry: Sound
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rendered:
    """A file is made."""

    sound: Sound


@dataclass(frozen=True)
class Referred:
    """A session is held against the file of that SHA-256, which sounds like that beside it."""

    sha256: str
    sound: Sound


@dataclass(frozen=True)
class Made:
    """A file is made, with what the person should know of it."""

    path: Path
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drawn:
    """Pictures as SVG, by what they show."""

    pictures: Mapping[str, str]


@dataclass(frozen=True)
class Finished:
    """It is done, and there is nothing to tell of it."""


@dataclass(frozen=True)
class Failed:
    """It was not done. error is what a person can act on, None where it was a surprise (the worker has logged it)."""

    error: InstructFXError | None = None


WorkAnswer = Opened | Rendered | Referred | Made | Drawn | Finished | Failed
