"""A session: a dry track, a tree of turns on it, and what was said between them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from instructfx.chain import Chain
from instructfx.errors import InstructionError, StoreError
from instructfx.sessions.exchanges import Exchange
from instructfx.sessions.records import Dry, ReferenceTrack, Turn


@dataclass(frozen=True)
class Session:
    """turns holds every turn in the order of making; head is the id of the one that plays now. exchanges holds what was
    said and answered between them, in order.

    origin says what a session was made from where it is a replay or was imported; excerpt_start is the frame at which
    the excerpt begins that a person chose, None where it is the most telling one; reference is a track of the person's
    own that the session is held against.
    """

    id: str
    dry: Dry
    turns: tuple[Turn, ...] = ()
    head: str | None = None
    origin: str = ""
    excerpt_start: int | None = None
    exchanges: tuple[Exchange, ...] = ()
    reference: ReferenceTrack | None = None

    @property
    def conversation(self) -> tuple[Turn | Exchange, ...]:
        """Turns and exchanges in the order of saying."""
        both: tuple[Turn | Exchange, ...] = (*self.turns, *self.exchanges)
        return tuple(sorted(both, key=lambda each: each.turns if isinstance(each, Exchange) else each.index))

    @property
    def current(self) -> Turn | None:
        """The turn that plays now."""
        return self.turn(self.head) if self.head else None

    @property
    def chain(self) -> Chain:
        """The chain that plays now; empty before the first turn."""
        return self.current.chain if self.current else Chain()

    @property
    def path(self) -> tuple[Turn, ...]:
        """From the first turn to the one that plays now, without what was undone."""
        return self._path(self.current)

    def turn(self, turn_id: str) -> Turn:
        """The turn of that id; StoreError where there is none."""
        if turn_id not in self._by_id:
            raise StoreError(f"this session has no turn {turn_id}")
        return self._by_id[turn_id]

    def numbered(self, text: str) -> Turn:
        """The turn of that number, counted from 1, or of that id; InstructionError where there is none."""
        if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= len(self.turns):
            return self.turns[int(text) - 1]
        if text in self._by_id:
            return self._by_id[text]
        there = f"turns 1 to {len(self.turns)}" if self.turns else "no turns yet"
        raise InstructionError(f"this session has {there}, not {text!r}")

    def _path(self, turn: Turn | None) -> tuple[Turn, ...]:
        path: list[Turn] = []
        while turn:
            if turn.kind != "undone":
                path.append(turn)
            turn = self.turn(turn.parent_id) if turn.parent_id else None
        return tuple(reversed(path))

    def reached(self, turn_id: str | None) -> Turn | None:
        """That turn, or where it is a step through the history, the one to which that led."""
        turn = self.turn(turn_id) if turn_id else None
        while turn and turn.kind == "undone":
            turn = self.turn(turn.parent_id) if turn.parent_id else None
        return turn

    @cached_property
    def _by_id(self) -> dict[str, Turn]:
        return {turn.id: turn for turn in self.turns}

    def before(self, count: int) -> Turn | None:
        """The turn to go back to when the last `count` turns are undone; None for the dry track."""
        path = self.path
        return path[-count - 1] if len(path) > count else None

    @property
    def standing(self) -> Turn | None:
        """The turn whose chain plays now, whatever was undone to come back to it; None for the dry track."""
        return self.reached(self.head)

    @property
    def corrected(self) -> Mapping[str, tuple[str, ...]]:
        """By the ids of turns that were planned on what played before earlier ones ("no, I meant the highs"): the words
        of those turns that ask for something, the oldest first, each behind the words that it corrected itself."""
        found: dict[str, tuple[str, ...]] = {}
        for turn in self.turns[1:]:
            if turn.kind != "said" or not turn.plan.undo:
                continue
            before = self.reached(self.playing_after(self.turns[turn.index - 2]))
            gone = [each for each in self._path(before)[-turn.plan.undo :] if each.kind != "edited"]
            found[turn.id] = tuple(words for each in gone for words in (*found.get(each.id, ()), each.instruction))
        return found

    @cached_property
    def walked(self) -> tuple[tuple[str, ...], int]:
        """The ids of the way that was last taken from the dry track, and how many of them lead to what plays now.

        Going back, or forward again, moves on the way; a turn of any other kind, and a leap off it, makes a new one.
        """
        way: tuple[str, ...] = ()
        place = 0
        for turn in self.turns:
            target = self.reached(self.playing_after(turn))
            if turn.kind == "undone" and (target is None or target.id in way):
                place = way.index(target.id) + 1 if target else 0
            else:
                way = tuple(each.id for each in self._path(target))
                place = len(way)
        return way, place

    def playing_after(self, turn: Turn) -> str:
        """The id of the turn that played once this one was made: itself, or the first of several takes."""
        return self.turns[turn.index - max(turn.take, 1)].id

    def before_turn(self, turn: Turn) -> Chain:
        """The chain that a turn continued."""
        return self.turn(turn.parent_id).chain if turn.parent_id else Chain()

    def takes_of(self, turn_id: str) -> tuple[Turn, ...]:
        """A turn that is one of several takes, and the others; nothing for one that is none."""
        turn = self.turn(turn_id)
        first = turn.index - turn.take
        return tuple(each for each in self.turns if turn.take and each.take and each.index - each.take == first)

    def with_turn(self, turn: Turn) -> Session:
        """With one more turn, which plays now; of several takes the first plays."""
        turns = (*self.turns, turn)
        return replace(self, turns=turns, head=turns[-max(turn.take, 1)].id)

    def with_exchange(self, exchange: Exchange) -> Session:
        """With one more exchange; what plays stays."""
        return replace(self, exchanges=(*self.exchanges, exchange))


def new_session_id() -> str:
    """Who knows it may open the session: 192 bits of chance."""
    return secrets.token_hex(24)
