"""What an instruction asks for: wishes about character, commands about effects, steps back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Verb = Literal["add", "remove", "bypass", "enable", "keep", "lock", "unlock", "adjust", "move"]
Language = Literal["en", "es"]


LEAST_HZ: Final = 20.0
MOST_HZ: Final = 20_000.0
"""The range of hearing."""


@dataclass(frozen=True)
class Region:
    """A part of the spectrum, in Hz: all below or above a frequency where it reaches to an end of hearing."""

    low_hz: float = LEAST_HZ
    high_hz: float = MOST_HZ

    @property
    def side(self) -> Literal["below", "above", "between"]:
        """On which side of a frequency it lies, or that it lies between two."""
        return "below" if self.low_hz <= LEAST_HZ else "above" if self.high_hz >= MOST_HZ else "between"


@dataclass(frozen=True)
class Hold:
    """A part of the spectrum that is to stay as it is: "don't touch the bass"."""

    phrase: str
    region: Region


@dataclass(frozen=True)
class Wish:
    """A change of character, such as "a bit warmer". outright: said of the sound, not of a change: "make it warm".

    doubtful: the word that it asks for, where people hardly agree on it; its axes are smaller then. held: the quality
    is only to be kept, which by itself asks for nothing. removed: it is to go altogether, "lose the lofi". region: the
    part of the spectrum where it is wished, None where it is of the whole sound."""

    phrase: str
    families: tuple[str, ...]
    axes: Mapping[str, float]
    effects: tuple[str, ...]
    settings: Mapping[str, Mapping[str, float]]
    complaint: bool = False
    outright: bool = False
    doubtful: str = ""
    held: bool = False
    removed: bool = False
    region: Region | None = None


@dataclass(frozen=True)
class Which:
    """Which slot of an effect words speak of, where they say it: "the second EQ", "another EQ after the drive".

    it: the slot that was spoken of last, of whichever effect. number counts the effect's slots from 1 in the order of
    the sound, -1 is the last. side and neighbour say where it stands: beside a slot of that effect, of which
    neighbour_number says which; without one at the end of the chain, or at its start; "for" is in exchange for it.
    definite: it is spoken of as something that is there, "the EQ"."""

    kind: Literal["usual", "numbered", "other", "another", "every", "it"] = "usual"
    number: int = 0
    side: Literal["", "before", "after", "for"] = ""
    neighbour: str = ""
    neighbour_number: int = 0
    definite: bool = False


USUAL = Which()
"""Words that do not say which: the slot that was spoken of last."""


Shape = Literal["peak", "low shelf", "high shelf"]


@dataclass(frozen=True)
class Boost:
    """A level change at one frequency; a cut is negative. q is the quality factor of a peak, None for the usual one."""

    frequency_hz: float
    gain_db: float
    q: float | None = None
    shape: Shape = "peak"


@dataclass(frozen=True)
class Command:
    """Something asked of a named effect; `effect` is None where the whole chain is meant.

    instead holds the effects that may be meant as well where only a setting was named: "threshold -20". factors say by
    how many times settings are to change: "double the delay time".
    """

    phrase: str
    verb: Verb
    effect: str | None
    settings: Mapping[str, float]
    changes: Mapping[str, float]
    boosts: tuple[Boost, ...]
    amount: float
    which: Which = USUAL
    instead: tuple[str, ...] = ()
    factors: Mapping[str, float] = field(default_factory=dict)


Topic = Literal[
    "why", "changed", "chain", "amount", "loudness", "width", "mono", "tempo", "key", "quality", "there", "meaning",
    "abilities", "undone", "advice", "better", "fault", "how", "other",
    "compared", "extreme", "place", "speed", "reduction", "wetness", "clipping",
]  # fmt: skip
"""What a question asks: why something was done, what changed, what is in the chain, how much of something there is, how
loud or wide the track is, what is left of it in mono, its tempo or key, whether it is too bright, whether an effect is
there, what a word or effect means, what can be done here, what was undone, what to do, whether it is better now,
whether a fault can be heard, how something is done on the page, or something else; how it is compared with before,
where an equaliser does most, what stands at a place of the chain, how fast something moves, how much a compressor takes
off, how wet it is, whether it clips."""


ReferenceKind = Literal[
    "again", "correct", "same_for", "more_by", "less_by", "instead", "share", "swap", "before", "after", "ago",
    "version", "frequency", "height", "bandwidth", "flatten", "exchange", "withdraw", "only", "order",
    "end", "turn", "redo", "rather", "offer", "cut", "boost", "band", "previous",
]  # fmt: skip


BANDS: Final = frozenset(("cut", "boost", "band"))
"""References to a band of the equaliser that was given a gain."""

TWEAKS: Final = frozenset(("frequency", "height", "bandwidth", *BANDS))
"""References that turn what was set before, and ask nothing by themselves."""


@dataclass(frozen=True)
class Reference:
    """Something said of what was done before.

    again: what the last turn asked, amount times as far; -0.5 takes half of it back, -2 goes as far the other way.
    share: amount of what the last turn did is to stay. correct: the last turn is taken back, and what it asked is asked
    with `words` in their place: "no, I meant the highs". instead: the same with another number. rather: correct, where
    `words` can stand for what was asked, else `words` alone: "no, quieter". same_for: what it asked is asked of
    something else as well. more_by, less_by: what it asked goes further or back by a number: "another dB", "back off 1
    dB". swap: an effect takes the place of the one spoken of last. before: go back to before something was put in, or
    where amount is negative before it was touched last: "back to before the reverb". after: go back to right after what
    words name. ago: go back by amount turns: "as it was two changes ago". version: go back to the turn of that number
    on the path, 1 the first, 0 the dry track. turn: go to the turn of that number in the history. redo: go to what
    played before the last step through the history. offer: what the last answer advised is to be done. frequency: what
    the last turn set moves by amount octaves; height: the same, where only that can be meant. bandwidth: its Q rises by
    amount octaves. flatten: the band at that frequency is taken back. exchange: two slots change places. withdraw: what
    the turn of that number put in goes, or where amount is 0 what words name of the last that asked for it, and what
    came later stays. only: of the last turn, only what words name stays. order: one effect is to come before another.
    end: an effect goes to the end of the chain, where amount is negative to its beginning. cut, boost, band: a band of
    the equaliser that was given a gain last, down, up or either, gets the gain or the frequency of words, or amount
    times its gain; where place_hz is not 0, the band there. previous: what was before the last turn."""

    kind: ReferenceKind
    amount: float = 1.0
    words: str = ""
    place_hz: float = 0.0


@dataclass(frozen=True)
class Beyond:
    """What the rack cannot do, or what is done on the page: a key, and what a person is told in each language."""

    key: str
    english: str
    spanish: str


@dataclass(frozen=True)
class Question:
    """A question. effect and family are what it speaks of, by the names of catalog and lexicon, empty where it names
    none: "how much reverb is on it", "is it too bright". axes are those of the family, with the sign that is asked
    about: "is it too dark" asks for brightness -1. phrase holds the words. also: another effect, with which the first
    is compared: "the difference between delay and reverb". setting is the name of one that is spoken of, frequency_hz a
    frequency, 0 where there is none. whole: everything so far is meant, and not the last turn alone. against is
    what a comparison is with, None where that is left open; directed: more or less of something is asked about;
    past: whether then had it, and not now; open: yes or no is no answer; too: it asks for too much. number is a
    place in the chain from 1, -1 for the last, or 1 for what goes up and -1 for what goes down. loudness_lufs is a
    target, source an instrument that is named."""

    topic: Topic
    phrase: str
    effect: str = ""
    family: str = ""
    axes: Mapping[str, float] = field(default_factory=dict)
    also: str = ""
    setting: str = ""
    frequency_hz: float = 0.0
    whole: bool = False
    against: Reference | None = None
    directed: bool = False
    past: bool = False
    open: bool = False
    too: bool = False
    number: int = 0
    loudness_lufs: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Intent:
    """Everything that one instruction asks, and the words that were not understood.

    undo is by how many turns to go back, before anything else. said names acts that ask for no change of sound:
    greeting, acknowledgement, dissatisfied, undo, foreign. undirected are nouns of which nothing says whether more
    or less is wanted: "bass". loudness_lufs is the loudness that was named for the whole track, peak_dbtp the true
    peak. holds are parts of the spectrum that are to stay as they are.
    """

    instruction: str
    language: Language
    wishes: tuple[Wish, ...] = ()
    commands: tuple[Command, ...] = ()
    undo: int = 0
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    questions: tuple[Question, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    app: tuple[Beyond, ...] = ()
    said: tuple[str, ...] = ()
    undirected: tuple[str, ...] = ()
    loudness_lufs: float | None = None
    peak_dbtp: float | None = None
    holds: tuple[Hold, ...] = ()

    @property
    def axes(self) -> Mapping[str, float]:
        """All wishes merged into one signed amount for each axis."""
        return merge_axes(self.wishes)

    @property
    def understood(self) -> bool:
        """Whether the instruction asks for any change of the chain."""
        level = self.loudness_lufs is not None or self.peak_dbtp is not None
        return bool(self.wishes or self.commands or self.undo or self.references or level)


def merge_axes(wishes: tuple[Wish, ...]) -> dict[str, float]:
    """Merge the axes of wishes.

    What a wish only holds goes no further the other way. Of amounts with the same sign the larger stands, amounts of
    opposite sign are summed, and a complaint gives way to a plain wish of which that is the main thing: "too dark, a
    bit brighter" asks for "a bit brighter", while "too harsh, soften it" asks for all of the harshness to go, because
    softness is more than that."""
    names = dict.fromkeys(name for wish in wishes for name in wish.axes)
    merged: dict[str, float] = {}
    held = {_main(wish): wish for wish in wishes if wish.held and not wish.removed}
    for name in names:
        plain = [wish.axes[name] for wish in wishes if name in wish.axes and not wish.complaint]
        faults = [wish.axes[name] for wish in wishes if name in wish.axes and wish.complaint]
        mainly = [w.axes[name] for w in wishes if not w.complaint and abs(w.axes.get(name, 0.0)) >= _most(w) > 0]
        total = 0.0
        for sign in (1.0, -1.0):
            if name in held and held[name].axes[name] * sign < 0 and len(wishes) > 1:
                continue  # "not brighter, just clearer": what comes along does not go where it may not
            meant = any(value * sign > 0 for value in mainly)
            amounts = [value for value in (plain if meant else [*plain, *faults]) if value * sign > 0]
            total += max(amounts, key=abs, default=0.0)
        if abs(total) > 1e-9:
            merged[name] = round(max(-3.0, min(3.0, total)), 4)
    return merged


def _main(wish: Wish) -> str:
    return max(wish.axes, key=lambda axis: abs(wish.axes[axis]), default="")


def _most(wish: Wish) -> float:
    return max(map(abs, wish.axes.values()), default=0.0)
