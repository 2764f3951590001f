"""What the parts of the page are given, each its data as a whole each time; `event_types` is the way back.

A part is an element of ours in `static/`: `<ifx-chain>`, `<ifx-history>`, `<ifx-player>`, `<ifx-take>` and
`<ifx-address>`. The script of each declares the same types (`@typedef`); a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from instructfx.chain import SettingValue
from instructfx.chain.format import Form
from instructfx.effects.param import Kind

DRY = "dry"
"""What stands for the dry track where a part wants the id of a version."""

REFERENCE = "reference"
"""What stands for a track of a person's own that the session is held against."""


# The chain


class ParamData(TypedDict):
    """One setting that an effect has, as `effects.Param` declares it."""

    name: str
    label: str  # within its band, where it is in one
    unit: str
    factors: dict[str, float]  # what may be typed behind a number -> how many of the unit that is
    low: float
    high: float
    default: SettingValue
    kind: Kind
    choices: list[str]  # of a choice, else none
    scale: Literal["linear", "log"]
    step: float
    form: Form  # how its values are written
    help: str


class BandData(TypedDict):
    """One band of an equaliser; gain, frequency and q are names of settings."""

    name: str
    label: str
    kind: str  # low_shelf, peak or high_shelf
    gain: str
    frequency: str
    q: str


class EffectData(TypedDict):
    """An effect that can be in a chain, or one in it that is not here."""

    label: str
    summary: str
    params: list[ParamData]
    bands: list[BandData]  # of an equaliser, else none
    telling: list[str]  # settings that its card shows unfolded
    absent: bool  # it is not here, so it is off; the summary says so


class SlotData(TypedDict):
    """One effect of the chain that plays; settings are complete and in their units."""

    id: str
    effect: str
    settings: dict[str, SettingValue]
    bypassed: bool
    locked: list[str]
    original: dict[str, SettingValue] | None  # the settings that the planner chose; None where a hand put it there


class AmountData(TypedDict):
    """How much of a turn is heard."""

    turn: str
    words: str
    share: float  # 0 is the chain before the turn, 1 the turn as made; from -1 to 1.5


class ChainData(TypedDict):
    """What `<ifx-chain>` is given."""

    session: str  # the visit's token
    editable: bool  # False while a turn runs
    effects: Mapping[str, EffectData]  # by name
    slots: list[SlotData]  # in the order of the sound
    used: list[str]  # every id that a slot of the session ever had; none is given again
    amount: AmountData | None  # None where there is no turn to have more or less of


# The history


class ChangeData(TypedDict):
    """One change by hand, of several that are one version."""

    turn: str
    words: str


class TurnData(TypedDict):
    """One version of a session."""

    id: str  # of the turn that it sounds like
    parent: str | None  # None: it continues the dry track
    index: int
    kind: str  # said, edited or matched
    words: str
    name: str  # what a person calls it, or nothing
    take: int  # 1, 2 ... where it is one of several takes, else 0
    seconds: float  # that it took
    changes: list[ChangeData]  # by hand, where they are more than one


class RowData(TypedDict):
    """One setting of two versions side by side, as text; empty where a version has not that slot."""

    slot: str  # its id
    effect: str  # what people call the slot
    setting: str
    a: str
    b: str
    differs: bool


class ReadingData(TypedDict):
    """What the ear reads of two versions."""

    name: str
    a: float
    b: float


class ComparisonData(TypedDict):
    """Two versions side by side; None is the dry track."""

    a: str | None
    b: str | None
    rows: list[RowData]
    readings: list[ReadingData]


class HistoryData(TypedDict):
    """What `<ifx-history>` is given."""

    session: str
    head: str | None  # where the session stands; None is the dry track
    heard: str | None  # what the player plays as current, which is the head as soon as something of that is there
    undo: str | None  # where undo leads, `DRY` for the dry track; None where it leads nowhere
    redo: str | None
    turns: list[TurnData]  # parents before what continues them
    compare: ComparisonData | None


# The player


class LevelsData(TypedDict):
    """What was measured of a whole sound, as its file is."""

    loudness_lufs: float
    loudness_range_lu: float
    true_peak_dbtp: float
    mono_loss_db: float  # what is lost where left and right are added


class VersionData(TypedDict):
    """One sound that can be heard, all of it or a part; a turn's, the dry track, or another that these are held
    against."""

    id: str
    label: str
    words: str
    url: str  # of its segments, whose number from 0 stands for {segment}
    gain_db: float  # that brings it to the loudness of the dry track
    peaks: Sequence[float]  # its outline, 0 to 1
    start: float  # in seconds of the track
    seconds: float
    whole: bool  # False where only a part is there so far
    levels: LevelsData | None  # None where only a part is there


class ExcerptData(TypedDict):
    """What the ear listens to while it searches, in seconds of the track."""

    start: float
    end: float


class StepsData(TypedDict):
    """The search of the turn that plays."""

    turn: str
    count: int
    kept: int  # the step that became the turn; 0 is where the search began
    losses: list[float]  # of where it began, then of each step
    url: str  # of the sound of a step, whose number stands for {step}


class PlayerData(TypedDict):
    """What `<ifx-player>` is given."""

    session: str
    sample_rate: int  # of every version
    segment_frames: int  # of each segment but the last of a sound
    versions: list[VersionData]  # the dry track first
    current: str
    previous: str | None
    picked: str | None  # a version to listen to beside them
    pinned: str | None  # the one that a person holds others against: a turn's, or `REFERENCE`
    takes: list[str]  # of the current version and its siblings, where it is one of several takes
    excerpt: ExcerptData
    steps: StepsData | None


# Taking it away


class FormatData(TypedDict):
    """A format in which the session can be saved."""

    name: str
    label: str
    help: str
    facts: list[str]  # what its file will be, where it holds the track


class TakeData(TypedDict):
    """What `<ifx-take>` is given."""

    session: str
    formats: list[FormatData]


class SavingData(TypedDict):
    """A line of the answer to who asked for a file: it is being made."""

    share: float  # 0 to 1
    before: int  # so many are made first


class SavedData(TypedDict):
    """The last line: it is made."""

    url: str
    name: str
    notes: list[str]


class NotSavedData(TypedDict):
    """The last line: it could not be made."""

    trouble: str


class AddressData(TypedDict):
    """What `<ifx-address>` is given."""

    session: str  # the session's id, or nothing
    visit: str  # its token
    revision: int  # of what the page shows


PartData = ChainData | HistoryData | PlayerData | TakeData | AddressData
