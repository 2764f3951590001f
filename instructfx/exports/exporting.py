"""The one door to every format."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from instructfx.audio.track import Track
from instructfx.chain import preset
from instructfx.errors import ExportError
from instructfx.exports.formats import Format, format_named
from instructfx.exports.placing import appearing, placed
from instructfx.exports.wanted import Exported, Wanted, never
from instructfx.rendering.track import OnProgress, no_progress
from instructfx.sessions import Remarks, Session


def export(
    session: Session,
    track: Track,
    target: str | os.PathLike[str],
    format: Format | str,
    on_progress: OnProgress = no_progress,
    cancelled: Callable[[], bool] = never,
    remarks: Remarks | None = None,
    begun_at: datetime | None = None,
    reference: Callable[[], Track | None] = lambda: None,
) -> Exported:
    """Write the session's chain, or all of the session, as a file of a format.

    target is the file, or a folder in which it gets a name of its own. on_progress is told shares from 0 to 1.
    remarks go into a bundle, and so does what reference gives, the track that the session is held against; begun_at,
    where it is known, is when the session began, in UTC, for the sheets.
    Raises ExportError for a format, a target or a chain that cannot be, AudioError where the track cannot be
    rendered, StoreError where a bundle cannot be made, Cancelled once `cancelled` says so; nothing is left then.
    """
    chosen = format if isinstance(format, Format) else format_named(format)
    with placed(target, session, chosen) as path:
        wanted = Wanted(session, track, path, chosen, on_progress, cancelled, remarks or Remarks(), begun_at)
        wanted.go_on(0.0)
        if chosen.name == "session":
            from instructfx.bundles.writing import write_bundle

            write_bundle(session, wanted.remarks, [each for each in (track, reference()) if each], path)
            done = Exported(path)
        else:
            with appearing(path) as temporary:
                beside, notes = _written(wanted, temporary)
            done = Exported(path, beside, notes)
        on_progress(1.0)
    return done


def at_turn(session: Session, index: int) -> Session:
    """The same session where that turn plays now, 0 for the dry track; ExportError lists the turns there are."""
    if index == 0:
        return replace(session, head=None)
    for turn in session.turns:
        if turn.index == index:
            return replace(session, head=turn.id)
    raise ExportError(f"the session has no turn {index}; it has {len(session.turns)}, and 0 is the dry track")


def _written(wanted: Wanted, path: Path) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Have the file written: what lies beside it, and notes. Each library is imported where it is needed."""
    name = wanted.format.name
    if name == "preset":
        path.write_text(preset.to_text(wanted.session.chain), encoding="utf-8")
        return (), ()
    if name == "python":
        from instructfx.exports.script import write_script

        return write_script(wanted, path)
    if name == "reverb":
        from instructfx.exports.room import write_room as write
    elif name == "sheet":
        from instructfx.exports.sheet import write_sheet as write
    elif name == "pdf":
        from instructfx.exports.page import write_page as write
    else:
        from instructfx.exports.sound import write_sound as write
    return (), write(wanted, path)
