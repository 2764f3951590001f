"""From a visit to what each part of the page is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from instructfx.audio.naming import brief
from instructfx.audio.segments import SEGMENT_FRAMES
from instructfx.chain import Chain
from instructfx.engine.amounts import amount_of
from instructfx.engine.edits import original
from instructfx.sessions.runs import runs_of, unique
from instructfx.sessions.slots import given_ids
from instructfx.studio.page import html
from instructfx.studio.page.chain_data import chain_data
from instructfx.studio.page.history_data import history_data
from instructfx.studio.page.part_types import (
    DRY,
    REFERENCE,
    AddressData,
    ChainData,
    HistoryData,
    LevelsData,
    PlayerData,
    StepsData,
    VersionData,
)
from instructfx.studio.visits.phrases import clock

if TYPE_CHECKING:
    from instructfx.sessions import Turn
    from instructfx.sessions.runs import TurnRun
    from instructfx.studio.visits.job import SessionJob
    from instructfx.studio.visits.visits import Visit, VisitEntry
    from instructfx.studio.workers.messages import Sound


def address_data(visit: Visit | None) -> AddressData:
    """Which session the page's address names, and how new is what the page shows of it, for `ifx-address`."""
    if visit is None:
        return {"session": "", "visit": "", "revision": 0}
    return {"session": visit.session.id, "visit": visit.token, "revision": visit.revision}


def player_data(visit: Visit) -> PlayerData:
    """What can be heard of a visit, for `ifx-player`."""
    session = visit.session
    current = visit.heard()
    runs = runs_of(session)
    # Of a run its end is heard, or until something of that is there, what plays; and what was kept as the reference.
    turns = [session.turn(current) if current and run is runs[current] else run.last for run in unique(runs)]
    pinned = session.turn(visit.pinned) if visit.pinned else None
    if pinned and pinned not in turns:
        turns.append(pinned)
    heard = [turn for turn in turns if visit.audible_of(turn.id)]
    ids = {turn.id for turn in heard}
    earlier = runs[current].before if current else None
    previous = runs[earlier.id].last.id if earlier else None
    first = session.dry.excerpt_start if session.excerpt_start is None else session.excerpt_start
    start = first / session.dry.sample_rate
    shown, reference = (None, *heard), visit.reference()
    sounds = [_sound(visit, turn) for turn in shown] + ([reference] if reference else [])
    room_db = min(_room_db(visit, sound) for sound in sounds)
    versions = [_version(visit, turn, runs[turn.id] if turn else None, room_db) for turn in shown]
    if reference:
        versions.append(_heard_beside(visit, reference, room_db))
    return {
        "session": visit.token,
        "sample_rate": session.dry.sample_rate,
        "segment_frames": SEGMENT_FRAMES,
        "versions": versions,
        "current": current or DRY,
        "previous": (previous if previous is None or previous in ids else None) or (DRY if current else None),
        "picked": visit.picked if visit.picked in ids else None,
        "pinned": visit.pinned if visit.pinned in ids else REFERENCE if reference else None,
        "takes": [each.id for each in session.takes_of(current)] if current else [],
        "excerpt": {"start": start, "end": min(start + 10.0, visit.dry.seconds)},
        "steps": _steps(visit, runs[session.standing.id].first if session.standing else None),
    }


def _room_db(visit: Visit, sound: Sound) -> float:
    """By how much all versions go down so that this one, turned up to be as loud as the dry track, does not clip."""
    return min(sound.loudness_lufs - visit.dry.loudness_lufs - sound.peak_dbfs, 0.0)


def _sound(visit: Visit, turn: Turn | None) -> Sound:
    sound = visit.audible_of(turn.id if turn else None)
    assert sound
    return sound


def _version(visit: Visit, turn: Turn | None, run: TurnRun | None, room_db: float) -> VersionData:
    label = (run.name(visit.names) or f"Turn {run.telling.index}") if run else "Dry"
    words = run.words if run else visit.track.name
    return _as_version(visit, _sound(visit, turn), room_db, turn.id if turn else DRY, label, words)


def _heard_beside(visit: Visit, sound: Sound, room_db: float) -> VersionData:
    """A track of a person's own; where it does not begin with its beginning, from when on it is heard."""
    held = visit.session.reference
    assert held
    first = held.heard_from(visit.dry.seconds) / held.sample_rate
    since = f", from {clock(first)}" if first >= 1 else ""
    return _as_version(visit, sound, room_db, REFERENCE, "Reference", f"{brief(held.name)}{since}")


def _as_version(visit: Visit, sound: Sound, room_db: float, id: str, label: str, words: str) -> VersionData:
    return {
        "id": id,
        "label": label,
        "words": words,
        "url": f"/audio/{visit.token}/{DRY if sound is visit.dry else sound.path.name}/{{segment}}",
        "gain_db": round(visit.dry.loudness_lufs - sound.loudness_lufs + room_db, 2),
        "peaks": sound.outline if sound.whole else _as_high(sound, visit.dry),
        "start": sound.start_seconds,
        "seconds": sound.seconds,
        "whole": sound.whole,
        "levels": _levels(sound) if sound.whole else None,
    }


def _as_high(part: Sound, dry: Sound) -> list[float]:
    """The outline of a part as high as it is beside that of the whole dry track."""
    factor = 10 ** ((part.peak_dbfs - dry.peak_dbfs) / 20)
    return [round(min(factor * peak, 1.0), 3) for peak in part.outline]


def _levels(sound: Sound) -> LevelsData:
    return {
        "loudness_lufs": round(sound.loudness_lufs, 2),
        "loudness_range_lu": round(sound.loudness_range_lu, 2),
        "true_peak_dbtp": round(sound.true_peak_dbtp, 2),
        "mono_loss_db": round(sound.fold.loss_db, 2),
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
    return {**history_data(visit.session, visit.names, visit.compared, visit.heard()), "session": visit.token}


def pictures(drawn: Mapping[str, str]) -> str:
    """Pictures one below the other, each an SVG of ours."""
    if not drawn:
        return '<p class="hint">What changed, as pictures, appears here after a turn.</p>'
    return "".join(f'<figure class="picture {name}">{svg}</figure>' for name, svg in drawn.items())


def conversation(visit: Visit, job: SessionJob | None = None) -> str:
    """The conversation, with what is being worked on."""
    runs = runs_of(visit.session)
    shown = [each for each in (_as_shown(entry, runs) for entry in visit.entries) if each]
    return html.conversation(shown, job.words if job else "", is_open=True)


def _as_shown(entry: VisitEntry, runs: Mapping[str, TurnRun]) -> VisitEntry | None:
    """Changes by hand in a row as one message, where the first of them was; locks alone as none."""
    run = runs.get(entry.turn.id) if entry.turn else None
    if run is None or entry.turn is None:
        return entry
    if entry.turn != run.first:
        return None
    before = run.before.chain if run.before else Chain()
    if not run.by_hand:
        return entry
    return replace(entry, words=run.words, before=before, turn=run.telling, changes=run.changes)
