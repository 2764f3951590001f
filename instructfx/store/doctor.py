"""What is wrong with a store, and mending it: leftovers go, what people made stays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session as Connection
from sqlmodel import col, select

from instructfx.audio.scratch import abandoned
from instructfx.audio.track import sha256_of
from instructfx.errors import InstructFXError
from instructfx.sessions import exchange_from_json, turn_from_json
from instructfx.store.database import reported, writing
from instructfx.store.files import TEMPORARY
from instructfx.store.sessions import Store
from instructfx.store.tables import AudioRow, ExchangeRow, SessionRow, TurnRow
from instructfx.store.tracks import sessions_with


@dataclass(frozen=True)
class StoreFault:
    """One thing that is wrong. mended says what was done about it, and is empty where nothing could be."""

    what: str
    mended: str = ""


def examine(store: Store, mend: bool = False) -> tuple[StoreFault, ...]:
    """Everything that is wrong with a store, read from end to end; with mend, what can be mended is.

    Nothing that belongs to a session is ever removed. Raises StoreError where the store cannot be read.
    """
    with store.files.changing(), reported("the session database failed"):
        engine = writing(store.engine) if mend else store.engine
        with Connection(engine) as connection:
            found = [
                *_broken_pages(connection),
                *_leftover_files(store, connection, mend),
                *_unused_audio(store, connection, mend),
                *_abandoned_work(mend),
                *_lost_audio(store, connection),
                *_lost_heads(connection, mend),
                *_unreadable_turns(connection),
                *_unreadable_exchanges(connection),
            ]
            connection.commit()
    return tuple(found)


def _broken_pages(connection: Connection) -> Iterator[StoreFault]:
    if connection.get_bind().dialect.name != "sqlite":
        return
    for (line,) in connection.execute(text("PRAGMA integrity_check")).all():
        if line != "ok":
            yield StoreFault(f"the database is damaged: {line}; restore a copy")
    for table, row, *_ in connection.execute(text("PRAGMA foreign_key_check")).all():
        yield StoreFault(f"row {row} of the table {table} belongs to nothing; restore a copy")


def _leftover_files(store: Store, connection: Connection, mend: bool) -> Iterator[StoreFault]:
    rows = connection.exec(select(AudioRow)).all()
    known = {store.files.path(row.sha256, row.extension) for row in rows}
    for path in store.files.present():
        if path not in known:
            kind = "an unfinished copy" if path.name.startswith(TEMPORARY) else "audio of no session"
            yield StoreFault(f"{path.name} is {kind}", _removed(store, path) if mend else "")


def _unused_audio(store: Store, connection: Connection, mend: bool) -> Iterator[StoreFault]:
    for row in connection.exec(select(AudioRow)).all():
        if connection.exec(select(SessionRow.id).where(sessions_with(row.sha256))).first():
            continue
        path = store.files.path(row.sha256, row.extension)
        if mend:
            connection.delete(row)
            connection.flush()
        yield StoreFault(f"{path.name} is noted, but no session is on it", _removed(store, path) if mend else "")


def _abandoned_work(mend: bool) -> Iterator[StoreFault]:
    for path in abandoned():
        if mend:
            shutil.rmtree(path, ignore_errors=True)
        yield StoreFault(f"{path} is work of a process that is gone", "removed" if mend else "")


def _removed(store: Store, path: Path) -> str:
    store.files.remove(path)
    return "removed"


def _lost_audio(store: Store, connection: Connection) -> Iterator[StoreFault]:
    for row in connection.exec(select(AudioRow)).all():
        path = store.files.path(row.sha256, row.extension)
        found = connection.exec(select(SessionRow).where(sessions_with(row.sha256))).all()
        called = {each.dry_name if each.dry_sha256 == row.sha256 else each.reference_name or "" for each in found}
        names = ", ".join(sorted(called))
        if not path.is_file():
            yield StoreFault(f"{path.name} is missing, the audio of {names}; put the file back")
        elif sha256_of(path) != row.sha256:
            yield StoreFault(f"{path.name} has changed on the disk, the audio of {names}; put the file back")


def _lost_heads(connection: Connection, mend: bool) -> Iterator[StoreFault]:
    for row in connection.exec(select(SessionRow)).all():
        statement = select(TurnRow.id).where(TurnRow.session_id == row.id).order_by(col(TurnRow.index).desc())
        turns = connection.exec(statement).all()
        if row.head not in turns and (turns or row.head):
            if mend:
                row.head = turns[0] if turns else None
                connection.add(row)
            what = f"the session on {row.dry_name} plays a turn that is not there"
            yield StoreFault(what, "plays its last turn" if mend else "")


def _unreadable_turns(connection: Connection) -> Iterator[StoreFault]:
    for row in connection.exec(select(TurnRow)).all():
        try:
            turn_from_json(row.record)
        except InstructFXError as error:
            yield StoreFault(f"turn {row.index} ({row.instruction[:40]!r}): {error}; restore a copy")


def _unreadable_exchanges(connection: Connection) -> Iterator[StoreFault]:
    for row in connection.exec(select(ExchangeRow)).all():
        try:
            exchange_from_json(row.record)
        except InstructFXError as error:
            yield StoreFault(f"what was answered to {row.instruction[:40]!r}: {error}; restore a copy")
