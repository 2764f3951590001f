"""The history of a session as the page's tree shows it: from records to JSON for `static/history.js`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from instructfx.chain import Chain, Slot
from instructfx.session import Session, Turn
from instructfx.settings_text import label_text, setting_text, value_text

DRY = "dry"


@dataclass(frozen=True)
class Compared:
    """Two turns side by side, by id; None is the dry track."""

    a: str | None
    b: str | None


def history_data(
    session: Session, names: Mapping[str, str] | None = None, compared: Compared | None = None
) -> dict[str, Any]:
    """What `<ifx-history>` takes as its data.

    names: id of a turn -> what the person calls it. Undone turns are no nodes of the tree: what continues them
    continues the turn that they went back to, and so does the head. StoreError where compared names no turn.
    """
    parents = _parents(session)
    head = _standing(session, session.head)
    takes = _takes(session, parents)
    turns = [
        {
            "id": turn.id,
            "parent": parents[turn.id],
            "index": turn.index,
            "kind": turn.kind,
            "words": turn.instruction,
            "name": (names or {}).get(turn.id, ""),
            "take": takes.get(turn.id, 0),
            "seconds": round(turn.seconds, 1),
        }
        for turn in session.turns
        if turn.kind != "undone"
    ]
    return {
        "session": session.id,
        "head": head,
        "undo": (parents[head] or DRY) if head else None,
        "redo": _redo(session, parents, head),
        "turns": turns,
        "compare": _comparison(session, compared) if compared else None,
    }


def _standing(session: Session, turn_id: str | None) -> str | None:
    """The turn that is heard where that one is the head: past those that undid something."""
    while turn_id is not None:
        turn = session.turn(turn_id)
        if turn.kind != "undone":
            return turn_id
        turn_id = turn.parent_id
    return None


def _parents(session: Session) -> dict[str, str | None]:
    """Each turn's parent in the tree, None for the dry track. Turns come after what they continue."""
    stands: dict[str | None, str | None] = {None: None}
    parents = {}
    for turn in session.turns:
        parents[turn.id] = stands[turn.parent_id]
        stands[turn.id] = parents[turn.id] if turn.kind == "undone" else turn.id
    return {turn.id: parents[turn.id] for turn in session.turns if turn.kind != "undone"}


def _redo(session: Session, parents: Mapping[str, str | None], head: str | None) -> str | None:
    """From the head one step towards the newest turn that came of it; None where none did."""
    for turn_id in reversed(list(parents)):
        step: str | None = turn_id
        while step is not None:
            if parents[step] == head:
                return step
            step = parents[step]
    return None


def _takes(session: Session, parents: Mapping[str, str | None]) -> dict[str, int]:
    """Which takes of one wish turns are, from 1: the same words after the same turn, one made after the other."""
    takes: dict[str, int] = {}
    last: Turn | None = None
    for turn in session.turns:
        if turn.kind == "undone":
            continue
        if last and last.kind == turn.kind == "said" and parents[last.id] == parents[turn.id] and _alike(last, turn):
            takes[last.id] = takes.get(last.id, 1)
            takes[turn.id] = takes[last.id] + 1
        last = turn
    return takes


def _alike(one: Turn, other: Turn) -> bool:
    return " ".join(one.instruction.lower().split()) == " ".join(other.instruction.lower().split())


def _comparison(session: Session, compared: Compared) -> dict[str, Any]:
    a, b = (session.turn(each) if each else None for each in (compared.a, compared.b))
    dry = next((turn.readings_before for turn in session.turns if turn.parent_id is None), {})
    readings = [turn.readings_after if turn else dry for turn in (a, b)]
    return {
        "a": compared.a,
        "b": compared.b,
        "rows": _rows(a.chain if a else Chain(), b.chain if b else Chain()),
        "readings": [
            {"name": label_text(name), "a": round(readings[0][name], 3), "b": round(readings[1][name], 3)}
            for name in readings[0]
            if name in readings[1]
        ],
    }


def _rows(a: Chain, b: Chain) -> list[dict[str, Any]]:
    """Settings side by side, as texts in their units; empty where a chain has not that effect."""
    rows = []
    for name in (*a.names, *(each for each in b.names if each not in a.names)):
        slots = [chain.slot(name) if name in chain.names else None for chain in (a, b)]
        effect = next(slot for slot in slots if slot).effect
        places = [_place(chain, slot) for chain, slot in zip((a, b), slots, strict=True)]
        rows.append(_row(effect.label, "Place", *places))
        for param in effect.params:
            texts = [value_text(param, slot.settings[param.name]) if slot else "" for slot in slots]
            rows.append(_row(effect.label, setting_text(effect, param), *texts))
    return rows


def _place(chain: Chain, slot: Slot | None) -> str:
    if slot is None:
        return "not there"
    return f"{chain.names.index(slot.effect.name) + 1}{', bypassed' if slot.bypassed else ''}"


def _row(effect: str, setting: str, a: str, b: str) -> dict[str, Any]:
    return {"effect": effect, "setting": setting, "a": a, "b": b, "differs": a != b}
