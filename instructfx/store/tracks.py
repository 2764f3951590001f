"""The tracks of sessions, and those that they are held against: files that are kept as long as a session has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session as Connection
from sqlmodel import col, select

from instructfx.audio.track import Track
from instructfx.sessions import Dry, ReferenceTrack
from instructfx.store.files import AudioFiles
from instructfx.store.tables import AudioRow, SessionRow

MEASURES = tuple(name for name in AudioRow.model_fields if name != "extension")


def keep_track(connection: Connection, files: AudioFiles, track: Track) -> Track:
    """Copy a track's audio here unless it is here already; the track at its new place."""
    audio = connection.get(AudioRow, track.sha256)
    extension = audio.extension if audio else track.path.suffix.lower()
    stored = files.keep(track.path, track.sha256, extension)
    if audio is None:
        connection.add(AudioRow(extension=extension, **{name: getattr(track, name) for name in MEASURES}))
        connection.flush()
    return replace(track, path=stored)


def track_of(connection: Connection, files: AudioFiles, sha256: str, name: str) -> Track:
    """A track that is kept here; whether its file is still there is not looked at."""
    audio = connection.get_one(AudioRow, sha256)
    measures = audio.model_dump(exclude={"extension"})
    return Track(path=files.path(audio.sha256, audio.extension), name=name, **measures)


def reference_of(connection: Connection, files: AudioFiles, row: SessionRow) -> Track | None:
    """The track that a session is held against, if any."""
    if row.reference_sha256 is None:
        return None
    return track_of(connection, files, row.reference_sha256, row.reference_name or "")


def sessions_with(sha256: str) -> ColumnElement[bool]:
    """The condition that a session is on a file, or held against it."""
    return or_(col(SessionRow.dry_sha256) == sha256, col(SessionRow.reference_sha256) == sha256)


def let_go(connection: Connection, files: AudioFiles, *sha256: str | None) -> Iterator[Path]:
    """Delete the rows of those files that no session has any more; where they are, to be removed after the commit."""
    connection.flush()
    for each in {each for each in sha256 if each}:
        if connection.exec(select(SessionRow.id).where(sessions_with(each))).first() is None:
            audio = connection.get_one(AudioRow, each)
            connection.delete(audio)
            yield files.path(audio.sha256, audio.extension)


def dry_of(track: Track) -> Dry:
    """What a session says of its track."""
    return Dry(name=track.name, **{name: getattr(track, name) for name in MEASURES})


def reference_to(track: Track) -> ReferenceTrack:
    """What a session says of the track that it is held against."""
    return ReferenceTrack(name=track.name, **{name: getattr(track, name) for name in MEASURES})
