"""From a visit to what each part of the page is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from instructfx.engine.edits import amount_of, original
from instructfx.sessions.slots import given_ids
from instructfx.studio.page import html
from instructfx.studio.page.chain_data import chain_data
from instructfx.studio.page.history_data import history_data
from instructfx.studio.page.part_types import (
    DRY,
    AddressData,
    ChainData,
    HistoryData,
    PlayerData,
    StepsData,
    VersionData,
)

if TYPE_CHECKING:
    from instructfx.sessions import Turn
    from instructfx.studio.visits.job import SessionJob
    from instructfx.studio.visits.visits import Visit
    from instructfx.studio.workers.messages import Sound


def address_data(session_id: str) -> AddressData:
    """Which session the page's address names, none where that is empty, for `ifx-address`."""
    return {"session": session_id}


def player_data(visit: Visit) -> PlayerData:
    """What can be heard of a visit, for `ifx-player`."""
    session = visit.session
    current = visit.heard()
    heard = [turn for turn in session.turns if turn.kind != "undone" and visit.sound_of(turn.id)]
    ids = {turn.id for turn in heard}
    earlier = session.reached(session.turn(current).parent_id) if current else None
    previous = earlier.id if earlier else None
    first = session.dry.excerpt_start if session.excerpt_start is None else session.excerpt_start
    start = first / session.dry.sample_rate
    shown = (None, *heard)
    room_db = min((_room_db(visit, turn) for turn in shown), default=0.0)
    return {
        "session": visit.token,
        "versions": [_version(visit, turn, room_db) for turn in shown],
        "current": current or DRY,
        "previous": (previous if previous is None or previous in ids else None) or (DRY if current else None),
        "picked": visit.picked if visit.picked in ids else None,
        "excerpt": {"start": start, "end": min(start + 10.0, visit.dry.seconds)},
        "steps": _steps(visit, session.standing),
    }


def _room_db(visit: Visit, turn: Turn | None) -> float:
    """By how much all versions go down so that this one, turned up to be as loud as the dry track, does not clip."""
    sound = _sound(visit, turn)
    return min(sound.loudness_lufs - visit.dry.loudness_lufs - sound.peak_dbfs, 0.0)


def _sound(visit: Visit, turn: Turn | None) -> Sound:
    sound = visit.sound_of(turn.id if turn else None)
    assert sound
    return sound


def _version(visit: Visit, turn: Turn | None, room_db: float) -> VersionData:
    sound = _sound(visit, turn)
    name = visit.names.get(turn.id, "") if turn else ""
    return {
        "id": turn.id if turn else DRY,
        "label": name or (f"Turn {turn.index}" if turn else "Dry"),
        "words": turn.instruction if turn else visit.track.name,
        "url": f"/audio/{visit.token}/{DRY if sound is visit.dry else sound.path.name}",
        "gain_db": round(visit.dry.loudness_lufs - sound.loudness_lufs + room_db, 2),
        "peaks": sound.outline,
        "seconds": sound.seconds,
    }


def _steps(visit: Visit, turn: Turn | None) -> StepsData | None:
    if turn is None or turn.kind != "said" or not turn.refined.steps:
        return None
    steps = turn.refined.steps
    losses = [turn.refined.loss_before, *(step.loss for step in steps)]
    kept = max((number for number, step in enumerate(steps, 1) if step.chain == turn.chain), default=len(steps))
    url = f"/step/{visit.token}/{turn.id}/{{step}}"
    return {"turn": turn.id, "count": len(steps), "kept": kept, "losses": losses, "url": url}


def rack_data(visit: Visit, editable: bool) -> ChainData:
    """The chain that plays now, for `ifx-chain`."""
    session = visit.session
    last = amount_of(session)
    return chain_data(
        session.chain,
        {each: chosen for each in session.chain.ids if (chosen := original(session, each))},
        {"turn": last[0].id, "words": last[0].instruction, "share": last[1]} if last else None,
        used=given_ids(session),
        session=visit.token,
        editable=editable,
    )


def tree_data(visit: Visit) -> HistoryData:
    """Every turn, for `ifx-history`."""
    return {**history_data(visit.session, visit.names, visit.compared), "session": visit.token}


def pictures(drawn: Mapping[str, str]) -> str:
    """Pictures one below the other, each an SVG of ours."""
    if not drawn:
        return '<p class="hint">What changed, as pictures, appears here after a turn.</p>'
    return "".join(f'<figure class="picture {name}">{svg}</figure>' for name, svg in drawn.items())


def downloads(visit: Visit) -> str:
    """Links to everything that can be taken away of what plays now."""
    from instructfx.exports import FORMATS

    return html.downloads(visit.token, [(each.name, each.label, each.help) for each in FORMATS.values()])


def conversation(visit: Visit, job: SessionJob | None = None) -> str:
    """The conversation, with what is being worked on."""
    return html.conversation(visit.entries, job.words if job else "")
