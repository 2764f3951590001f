"""Whether somebody else has written to a store: the command line, an assistant, another studio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy.engine import Connection as Reading
from sqlmodel import Session as Connection
from sqlmodel import col, select

from instructfx.sessions import Session
from instructfx.store.database import reported
from instructfx.store.tables import ExchangeRow, NameRow, SessionRow, TurnRow

if TYPE_CHECKING:
    from instructfx.store.sessions import Store


@dataclass(frozen=True)
class StoredState:
    """All that can change of a stored session: how long its conversation is, what plays, which part of the track the
    ear hears, what versions are called, and the SHA-256 and name of the track that it is held against. Two that are
    equal show the same page."""

    turns: int
    exchanges: int
    head: str | None
    excerpt_start: int | None
    names: Mapping[str, str]
    reference: tuple[str, str] | None = None


def state_of(session: Session, names: Mapping[str, str]) -> StoredState:
    """Of a session as somebody has it in his hands."""
    held = session.reference
    reference = (held.sha256, held.name) if held else None
    turns, exchanges = len(session.turns), len(session.exchanges)
    return StoredState(turns, exchanges, session.head, session.excerpt_start, dict(names), reference)


class StoreWatch:
    """Looks at a store for as long as somebody wants to know; for one thread."""

    def __init__(self, store: Store) -> None:
        self._engine = store.engine
        self._connection: Reading | None = None
        self._version: int | None = None

    def written(self) -> bool:
        """Whether anybody has committed anything since it was asked last; True also where the database, other than
        SQLite, does not tell. StoreError where it cannot be read."""
        if self._engine.dialect.name != "sqlite":
            return True
        with reported("the session database failed"):
            if self._connection is None:
                self._connection = self._engine.connect()
            # It changes with what others commit, so that it is asked of one and the same connection, which itself
            # writes nothing (https://www.sqlite.org/pragma.html#pragma_data_version).
            with self._connection.begin():
                version = self._connection.exec_driver_sql("PRAGMA data_version").scalar_one()
        before, self._version = self._version, version
        return bool(version != before)

    def state(self, session_id: str) -> StoredState | None:
        """Of a session as it is stored; None where there is none. StoreError where the store cannot be read."""
        with reported("the session database failed"), Connection(self._engine) as connection:
            row = connection.get(SessionRow, session_id)
            if row is None:
                return None
            turns, exchanges = (
                connection.exec(select(func.count()).where(col(each.session_id) == session_id)).one()
                for each in (TurnRow, ExchangeRow)
            )
            named = select(NameRow).join(TurnRow).where(TurnRow.session_id == session_id)
            names = {each.turn_id: each.name for each in connection.exec(named).all()}
            reference = (row.reference_sha256, row.reference_name or "") if row.reference_sha256 else None
            return StoredState(turns, exchanges, row.head, row.excerpt_start, names, reference)

    def close(self) -> None:
        """Let go of the database; it is opened again where it is needed."""
        if self._connection is not None:
            self._connection.close()
        self._connection, self._version = None, None
