"""One visitor with an open session."""

from __future__ import annotations

import itertools
import json
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.studio.visits.job import AskJob, SessionJob
from instructfx.studio.workers.messages import AgentNames, Compared, Sound, WorkRequest

if TYPE_CHECKING:
    from instructfx.audio.track import Track
    from instructfx.chain import Chain
    from instructfx.sessions import Exchange, Session, Turn

REVISIONS = itertools.count(1)  # of all visits, so that one that is opened again has none that it had before
RENDERS_KEPT = 6
EXCERPTS_KEPT = 6
MADE_KEPT = 4  # files that a program asked for and has not fetched


@dataclass(frozen=True)
class VisitEntry:
    """What was said and what came of it: a turn after the chain `before`, an answer that changed nothing, or one line
    that says why there is neither. changes are those of the turn that were made by hand in a row."""

    words: str
    before: Chain
    turn: Turn | None = None
    trouble: str = ""
    answer: Exchange | None = None
    changes: tuple[Turn, ...] = ()


class KeptSounds:
    """What chains sound like, in files; those that were made longest ago are removed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._sounds: OrderedDict[str, Sound] = OrderedDict()

    def keep(self, chain: Chain, sound: Sound) -> None:
        """Note a finished file, which replaces an earlier one of the same sound."""
        self._remove(self._sounds.pop(_sound_key(chain), None))
        self._sounds[_sound_key(chain)] = sound
        while len(self._sounds) > self._most:
            self._remove(self._sounds.popitem(last=False)[1])

    def of(self, chain: Chain) -> Sound | None:
        """What that chain sounds like; None where that is not here."""
        return self._sounds.get(_sound_key(chain))

    def __iter__(self) -> Iterator[Sound]:
        return iter(tuple(self._sounds.values()))

    @staticmethod
    def _remove(sound: Sound | None) -> None:
        if sound:
            sound.path.unlink(missing_ok=True)


@dataclass(eq=False)
class Visit:
    """An open session, as it was in the store after its last turn, for all pages and programs that are at it.

    pages are those that show it. folder holds what is played and goes when the visit is closed. busy is held while a
    turn runs, which is job; stop asks that turn to keep its best so far and end. revision is another number whenever
    something changes on a page, so that one that shows something old knows; over ends what nobody waits for since
    something new began, and looked_after is what was asked since then. picked, pinned and compared are what the pages
    look at beside the turn that plays; playing is what they played last; tags is what exports keep of what the track's
    file says; made are files that were asked for, by their names; referred is the SHA-256 of a track that the session
    is held against, and what it sounds like here.
    """

    token: str
    session: Session
    track: Track
    agents: AgentNames
    folder: Path
    pages: set[str]
    dry: Sound
    names: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    entries: list[VisitEntry] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)
    job: SessionJob | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    closed: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    revision: int = field(default_factory=REVISIONS.__next__)
    looked_after: dict[WorkRequest, AskJob] = field(default_factory=dict)
    playing: str | None = None
    picked: str | None = None
    pinned: str | None = None
    compared: Compared | None = None
    pictures: Mapping[str, str] = field(default_factory=dict)
    made: dict[str, Path] = field(default_factory=dict)
    referred: tuple[str, Sound] | None = None
    seen: float = field(default_factory=time.monotonic)
    left: float | None = None
    _renders: KeptSounds = field(default_factory=lambda: KeptSounds(RENDERS_KEPT))
    _excerpts: KeptSounds = field(default_factory=lambda: KeptSounds(EXCERPTS_KEPT))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begun(self) -> None:
        """Note that something new starts here, and end what was only looked after."""
        with self._lock:
            self.over.set()
            self.over = threading.Event()
            self.looked_after = {}
            self.revision = next(REVISIONS)

    def changed(self) -> None:
        """Note that a page which was drawn before shows something old."""
        self.revision = next(REVISIONS)

    def take_in(self, session: Session, told: Sequence[VisitEntry], names: Mapping[str, str] | None = None) -> None:
        """The session as it is stored now, told from its beginning, unless that was read before what is here already.
        What is new in it comes last."""
        with self._lock:
            if len(session.conversation) < len(self.session.conversation):
                return
            if session.reference and session.reference != self.session.reference:
                self.pinned = None  # what was chosen last counts
            self.session = session
            self.names = self.names if names is None else names
            known = sum(not each.trouble for each in self.entries)
            self.entries = [*self.entries, *told[known:]]
            self.revision = next(REVISIONS)

    def sound_of(self, turn_id: str | None) -> Sound | None:
        """What the track sounds like after a turn, the dry track after none; None where that is not rendered."""
        if turn_id is None:
            return self.dry
        chain = self.session.turn(turn_id).chain
        return self._renders.of(chain) if chain.slots else self.dry

    def reference(self) -> Sound | None:
        """What the track sounds like that the session is held against; None where there is none, or it is not ready."""
        held = self.session.reference
        return self.referred[1] if held and self.referred and self.referred[0] == held.sha256 else None

    def audible_of(self, turn_id: str | None) -> Sound | None:
        """What can be heard of a turn: the whole track, or where that is not rendered its excerpt; None for neither."""
        whole = self.sound_of(turn_id)
        return whole if whole or turn_id is None else self._excerpts.of(self.session.turn(turn_id).chain)

    def heard(self) -> str | None:
        """The turn whose sound is played: the one that stands, or while nothing of it is there, what was played."""
        standing = self.session.standing
        if standing is None or self.audible_of(standing.id):
            self.playing = standing.id if standing else None
        return self.playing

    def sound_named(self, name: str) -> Sound | None:
        """What is played from the file of that name."""
        referred = [self.referred[1]] if self.referred else []
        return next((each for each in (*self._renders, *self._excerpts, *referred) if each.path.name == name), None)

    def keep_made(self, path: Path) -> None:
        """Note a file that may be fetched, and remove those that were not for longest."""
        self.made[path.name] = path
        while len(self.made) > MADE_KEPT:
            self.made.pop(next(iter(self.made))).unlink(missing_ok=True)

    def keep_reference(self, sha256: str, sound: Sound | None) -> None:
        """Note what the track sounds like that the session is held against, None for nothing any more; what that was
        before is removed."""
        before, self.referred = self.referred, (sha256, sound) if sound else None
        if before:
            before[1].path.unlink(missing_ok=True)

    def let_go(self) -> None:
        """The session is held against no track of a person's own any more."""
        self.session = replace(self.session, reference=None)
        self.keep_reference("", None)

    def keep_sound(self, turn_id: str, sound: Sound) -> None:
        """Note what a turn sounds like, the whole track or its excerpt; those of each that are oldest are removed."""
        kept = self._renders if sound.whole else self._excerpts
        kept.keep(self.session.turn(turn_id).chain, sound)
        self.heard()


def _sound_key(chain: Chain) -> str:
    """The same for chains that sound the same."""
    heard = [(slot.effect.name, dict(slot.settings)) for slot in chain.slots if slot.heard]
    return json.dumps(heard, sort_keys=True)


def new_token() -> str:
    """An id that cannot be guessed: 192 bits."""
    return secrets.token_urlsafe(24)
