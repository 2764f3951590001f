"""From a file to a visit, and back to one that was closed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from instructfx.studio.ears import as_before
from instructfx.studio.visits import Exchange, Visit, Visits
from instructfx.studio.work import render

if TYPE_CHECKING:
    from instructfx.track import Track

PLAYS_AS_IT_IS = (".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus")


def open_visit(
    visits: Visits, source: Path, shown: str, page: str, move: bool, ear: str = "", planner: str = ""
) -> Visit:
    """Open a session on a file that was uploaded (move) or is ours; InstructFXError where it cannot be used.

    The name that the visitor's file had is shown and never used as a path. ear and planner are the usual ones unless
    named.
    """
    from instructfx.containers import ACCEPTED, READABLE
    from instructfx.errors import AudioError
    from instructfx.live import open_session

    suffix = Path(shown).suffix.lower()
    if suffix not in READABLE:
        raise AudioError(f"{shown} is not a kind of file that can be used. Accepted are {ACCEPTED}.")
    folder = visits.folder()
    try:
        track = source
        if move:
            track = folder / f"upload{suffix}"
            shutil.move(source, track)
        live = open_session(track, planner, ear, name=shown)
        if move:
            track.unlink()
        return visits.welcome(live, folder, _playable(live.track, folder), page)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def reopen_visit(visits: Visits, token: str, page: str) -> Visit | None:
    """A visit that was closed while its page stayed open, again with its ear; None where the token is unknown."""
    from instructfx.chain import Chain
    from instructfx.live import resume_session

    past = visits.past(token)
    if past is None:
        return None
    live = resume_session(past.session_id, past.planner, as_before(past.ear))
    folder = visits.folder()
    visit = visits.welcome(live, folder, _playable(live.track, folder), page, token)
    before = Chain()
    for turn in live.turns:
        visit.exchanges.append(Exchange(turn.instruction, before, turn))
        before = turn.chain
    if live.turns:
        render(visit)
    return visit


def copied(source: Path, target: Path) -> None:
    """The same samples in a file of the format that the target's name says, at 24 bits where it is WAV or FLAC."""
    from instructfx.audio import blocks, writing
    from instructfx.containers import opened

    with opened(source) as file, writing(target, file.samplerate, file.channels) as copy:
        for block in blocks(file, source.name):
            copy.write(block.T)


def _playable(track: Track, folder: Path) -> Path:
    """The stored file as it is, or its samples as FLAC where browsers do not play its format."""
    if track.path.suffix.lower() in PLAYS_AS_IT_IS:
        return track.path
    path = folder / "dry.flac"
    copied(track.path, path)
    return path
