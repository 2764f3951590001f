"""What people take for one turn: changes by hand in a row, and a turn with the locks that were put on it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from instructfx.chain import Chain
from instructfx.sessions.records import BY_HAND, Turn
from instructfx.sessions.session import Session


@dataclass(frozen=True)
class TurnRun:
    """Turns that follow each other and are one for people; undone turns are in none.

    before is the turn that the first of them continues, None for the dry track; the last is what the run sounds like.
    changes are those that changed what is heard.
    """

    turns: tuple[Turn, ...]
    before: Turn | None
    changes: tuple[Turn, ...]

    @property
    def first(self) -> Turn:
        return self.turns[0]

    @property
    def last(self) -> Turn:
        return self.turns[-1]

    @property
    def telling(self) -> Turn:
        """The turn that the run is about: the last that changed what is heard."""
        return (self.changes or self.turns)[-1]

    @property
    def by_hand(self) -> bool:
        """Whether a hand made all of it."""
        return self.first.kind == "edited"

    def name(self, names: Mapping[str, str]) -> str:
        """What people call it, from names by the ids of turns; empty where nobody named it."""
        return next((names[turn.id] for turn in reversed(self.turns) if turn.id in names), "")

    @property
    def words(self) -> str:
        """What was said, or that it was done by hand."""
        several = self.by_hand and len(self.changes) > 1
        return f"{BY_HAND}{len(self.changes)} changes" if several else self.telling.instruction


def runs_of(session: Session) -> Mapping[str, TurnRun]:
    """By the id of every turn that is not undone the run that it is in; a run comes again for each of its turns.

    A change by hand joins the one that was made just before it; a turn that only locks or unlocks joins whatever it
    continues. Nothing joins a turn after which something was said, that somebody came back to, or went on from twice.
    """
    found: dict[str, TurnRun] = {}
    parents = {turn.id: session.reached(turn.parent_id) for turn in session.turns if turn.kind != "undone"}
    ends = _ends(session, parents)
    previous: Turn | None = None
    for turn in session.turns:
        if turn.id not in parents:
            previous = None
            continue
        parent = parents[turn.id]
        silent = parent is not None and turn.kind == "edited" and only_locks(parent.chain, turn.chain)
        joined: TurnRun | None = None
        if silent and parent and parent.id not in ends:
            joined = found[parent.id]
        elif turn.kind == "edited" and previous and previous.id not in ends and found[previous.id].by_hand:
            another = turn.share is not None and parent == parents[previous.id]  # amounts stand for each other
            joined = found[previous.id] if another or parent == previous else None
        turns = (*joined.turns, turn) if joined else (turn,)
        changes = (*(joined.changes if joined else ()), *(() if silent else (turn,)))
        found |= dict.fromkeys(
            [each.id for each in turns], TurnRun(turns, joined.before if joined else parent, changes)
        )
        previous = turn
    return found


def _ends(session: Session, parents: Mapping[str, Turn | None]) -> set[str]:
    """The ids of turns that a person left, or came back to: nothing that comes after joins them."""
    said_after = {each.turns for each in session.exchanges}
    left = {turn.id for turn in session.turns if turn.index in said_after}
    returned = {turn.id for each in session.turns if each.kind == "undone" and (turn := session.reached(each.id))}
    ways: dict[str, set[str]] = {}
    for turn_id, parent in parents.items():
        if parent:
            scaled = session.turn(turn_id).share is not None
            ways.setdefault(parent.id, set()).add("amount" if scaled else turn_id)
    return left | returned | {turn_id for turn_id, each in ways.items() if len(each) > 1}


@dataclass(frozen=True)
class Steps:
    """Where a step back and a step forward through the history lead, run by run.

    can_undo with undo None leads to the dry track; redo is None where there is nothing to go forward to.
    """

    can_undo: bool
    undo: str | None
    redo: str | None


NOWHERE = Steps(False, None, None)


def steps_of(session: Session) -> Steps:
    """The steps from what plays now, on the way that was last taken."""
    runs = runs_of(session)
    way, place = session.walked
    here = runs[way[place - 1]] if place else None
    back, on = place, place
    while back and runs[way[back - 1]] is here:
        back -= 1
    while on < len(way) and runs[way[on]] is runs[way[place]]:
        on += 1
    return Steps(place > 0, way[back - 1] if back else None, way[on - 1] if on > place else None)


def redone(session: Session) -> Turn | None:
    """The turn to which "redo" in words leads: what played before the last step through the history, and after a step
    forward one step further; None where the last turn was none, or where that way ends here."""
    last = session.turns[-1] if session.turns else None
    if last is None or last.kind != "undone":
        return None
    was = session.reached(session.playing_after(session.turns[-2])) if len(session.turns) > 1 else None
    if was and was.id not in [turn.id for turn in session.path]:
        return was
    on = steps_of(session).redo
    return session.turn(on) if on else None


def unique(runs: Mapping[str, TurnRun]) -> list[TurnRun]:
    """Every run once, in the order of their first turns."""
    return [run for turn_id, run in runs.items() if turn_id == run.first.id]


def only_locks(before: Chain, after: Chain) -> bool:
    """Whether two chains are the same but for what is locked."""
    return before != after and _open(before) == _open(after)


def _open(chain: Chain) -> Chain:
    return Chain(tuple(replace(slot, locked=frozenset()) for slot in chain.slots))
