"""The history of a session as the page's tree shows it: from records to JSON for `static/history.js`."""

from __future__ import annotations

from collections.abc import Mapping

from instructfx.chain import Chain, Slot
from instructfx.chain.format import label_text, setting_text, value_text
from instructfx.chain.matching import aligned
from instructfx.sessions import Session, Turn
from instructfx.sessions.records import BY_HAND
from instructfx.sessions.runs import TurnRun, runs_of, steps_of, unique
from instructfx.studio.page.part_types import DRY, ComparisonData, HistoryData, RowData, TurnData
from instructfx.studio.workers.messages import Compared


def history_data(
    session: Session,
    names: Mapping[str, str] | None = None,
    compared: Compared | None = None,
    heard: str | None = None,
) -> HistoryData:
    """What `<ifx-history>` takes as its data.

    names: id of a turn -> what the person calls it. heard: the turn that the player plays as current. Each run of turns
    is one node of the tree. Undone turns are none: what continues them continues the turn that they went back to, and
    so does the head. StoreError where compared names no turn.
    """
    runs, steps = runs_of(session), steps_of(session)
    return {
        "session": session.id,
        "head": _id(session.standing),
        "heard": heard,
        "undo": (steps.undo or DRY) if steps.can_undo else None,
        "redo": steps.redo,
        "turns": [_node(run, runs, names or {}) for run in unique(runs)],
        "compare": _comparison(session, compared) if compared else None,
    }


def _node(run: TurnRun, runs: Mapping[str, TurnRun], names: Mapping[str, str]) -> TurnData:
    turn, changes = run.telling, run.changes if run.by_hand and len(run.changes) > 1 else ()
    return {
        "id": run.last.id,
        "parent": runs[run.before.id].last.id if run.before else None,
        "index": turn.index,
        "kind": turn.kind,
        "words": run.words if changes else _told(run.words),
        "name": run.name(names),
        "take": turn.take,
        "seconds": round(sum(each.seconds for each in run.turns), 1),
        "changes": [{"turn": each.id, "words": _told(each.instruction)} for each in changes],
    }


def _told(words: str) -> str:
    """The words without what they say of hands, which the page says itself."""
    return words.removeprefix(BY_HAND)


def _id(turn: Turn | None) -> str | None:
    return turn.id if turn else None


def _comparison(session: Session, compared: Compared) -> ComparisonData:
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


def _rows(a: Chain, b: Chain) -> list[RowData]:
    """Settings side by side, as texts in their units; empty where a chain has not that slot."""
    a = aligned(a, b)
    both = Chain((*a.slots, *(slot for slot in b.slots if slot.id not in a.ids)))
    rows: list[RowData] = []
    for slot_id, label in both.labels.items():
        slots, effect = (a.find(slot_id), b.find(slot_id)), both.slot(slot_id).effect
        lines = [("Place", [_place(chain, slot) for chain, slot in zip((a, b), slots, strict=True)])]
        for param in effect.params:
            texts = [value_text(param, slot.settings[param.name]) if slot else "" for slot in slots]
            lines.append((setting_text(effect, param), texts))
        for setting, (left, right) in lines:
            rows.append(
                {
                    "slot": slot_id,
                    "effect": label,
                    "setting": setting,
                    "a": left,
                    "b": right,
                    "differs": left != right,
                }
            )
    return rows


def _place(chain: Chain, slot: Slot | None) -> str:
    if slot is None:
        return "not there"
    state = ", not here" if slot.effect.absent else ", bypassed" if slot.bypassed else ""
    return f"{chain.ids.index(slot.id) + 1}{state}"
