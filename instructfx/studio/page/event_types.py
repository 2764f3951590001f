"""What a person did with a part of the page, as its "part-event" events say it; `part_types` is the way there.

Each event names itself in `do`. `events` reads them: a browser may send anything.
"""

from __future__ import annotations

from typing import Literal, NotRequired

from pydantic import FiniteFloat
from typing_extensions import TypedDict  # which pydantic can read on every Python

from instructfx.chain import SlotJson


class EditEvent(TypedDict):
    """The chain was set by hand."""

    do: Literal["edit"]
    chain: list[SlotJson]


class AmountEvent(TypedDict):
    """So much of the last turn is wanted."""

    do: Literal["amount"]
    share: FiniteFloat


class GoEvent(TypedDict):
    """Back, or forward, to a version; None is the dry track."""

    do: Literal["go"]
    turn: str | None


class PickEvent(TypedDict):
    """Listen to a version beside the one that plays; None puts it away."""

    do: Literal["pick"]
    turn: str | None


class PinEvent(TypedDict):
    """Keep a version at hand as the reference that others are held against, in place of the one before; None lets go of
    that, whether it is a version or a track of one's own."""

    do: Literal["pin"]
    turn: str | None


class ReferenceEvent(TypedDict):
    """Hold the session against a track of one's own, in place of the reference before; file is what the server said
    when it was sent there."""

    do: Literal["reference"]
    file: str


class CompareEvent(TypedDict):
    """Look at two versions side by side; None is the dry track."""

    do: Literal["compare"]
    a: str | None
    b: str | None


class CloseCompareEvent(TypedDict):
    """No longer side by side."""

    do: Literal["close-compare"]


class NameEvent(TypedDict):
    """Call a version something."""

    do: Literal["name"]
    turn: str
    name: str


class ExcerptEvent(TypedDict):
    """Let the ear listen from here, in seconds of the track."""

    do: Literal["excerpt"]
    start: FiniteFloat


class AnswerEvent(TypedDict):
    """What was best of the versions of a blind comparison, by its place among them; None where none was. A version is
    a turn, or None for the dry track."""

    do: Literal["answer"]
    heard: list[str | None]
    best: int | None


class RefreshEvent(TypedDict):
    """The page shows something old; session is the one that it shows, should its visit be no more."""

    do: Literal["refresh"]
    session: str


PartEvent = (
    EditEvent
    | AmountEvent
    | GoEvent
    | PickEvent
    | PinEvent
    | ReferenceEvent
    | CompareEvent
    | CloseCompareEvent
    | NameEvent
    | ExcerptEvent
    | AnswerEvent
    | RefreshEvent
)


class PreviewAsk(TypedDict):
    """What is to be heard at once: a chain under somebody's hands, or so much of the last turn."""

    chain: NotRequired[list[SlotJson]]
    share: NotRequired[FiniteFloat]
