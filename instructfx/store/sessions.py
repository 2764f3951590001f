"""The store: sessions are written whole, turn by turn, found again, and deleted with what nothing else uses."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session as Connection
from sqlmodel import col, select

from instructfx.audio.fingerprint import Signature
from instructfx.audio.track import Track
from instructfx.errors import StoreError
from instructfx.locations import sessions_folder
from instructfx.sessions import BlindAnswer, Exchange, Judgement, Remarks, Session, Turn
from instructfx.store.database import opened, reported, writing
from instructfx.store.files import AudioFiles
from instructfx.store.rows import (
    add_exchange,
    add_session,
    add_turn,
    delete_rows,
    exchanges_of,
    render_row,
    session_row,
    steps_of,
    turn_of,
)
from instructfx.store.tables import (
    AnswerRow,
    JudgementRow,
    NameRow,
    RenderRow,
    SessionRow,
    TurnRow,
    now,
)
from instructfx.store.tracks import dry_of, keep_track, let_go, reference_of, reference_to, track_of

DATABASE = "instructfx.sqlite"


def default_folder() -> Path:
    """INSTRUCTFX_SESSIONS, else where this installation keeps them."""
    return Path(os.environ.get("INSTRUCTFX_SESSIONS") or sessions_folder())


@dataclass(frozen=True)
class Listed:
    """A session in a list: what it is, without its turns. Times are in UTC."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime
    turns: int
    origin: str


class Store:
    """Sessions in a folder: `instructfx.sqlite` and `audio/`.

    The database may be elsewhere: any SQLAlchemy URL, or INSTRUCTFX_DATABASE_URL. Raises StoreError where
    the folder or the database cannot be used. A call has been committed when it returns.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, url: str | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()
        self.files = AudioFiles(self.folder)
        with reported(f"cannot use {self.folder} for sessions"):
            url = url or os.environ.get("INSTRUCTFX_DATABASE_URL")
            self.engine = opened(url or f"sqlite:///{self.folder / DATABASE}")
        self._writing = writing(self.engine)

    def close(self) -> None:
        """Let go of the database; it is opened again where it is needed."""
        self.engine.dispose()

    def create(self, session_id: str, track: Track, origin: str = "") -> tuple[Session, Track]:
        """A new session on a track; its audio is copied here. The track comes back at its new place."""
        return self.put(Session(session_id, dry_of(track), origin=origin), track)

    def put(
        self, session: Session, track: Track, remarks: Remarks | None = None, reference: Track | None = None
    ) -> tuple[Session, Track]:
        """A session that came from elsewhere, with its turns, what was said of them and the track that it is held
        against, as `create` does."""
        against = reference_to(reference) if reference else None
        session = replace(session, dry=dry_of(track), reference=against)
        with self.files.changing(), self._changes() as connection:
            stored = keep_track(connection, self.files, track)
            if reference:
                keep_track(connection, self.files, reference)
            add_session(connection, session, remarks or Remarks())
        return session, stored

    def add_turn(self, session: Session, turn: Turn) -> None:
        """Commit a turn and make it the one that plays now; StoreError where the session went on elsewhere."""
        with self._changes() as connection:
            row = session_row(connection, session.id)
            add_turn(connection, session.id, turn)
            row.head, row.used_at = session.with_turn(turn).head, now()
            connection.add(row)

    def add_exchange(self, session: Session, exchange: Exchange) -> None:
        """Commit words that changed nothing; StoreError where the session went on elsewhere. What plays stays."""
        with self._changes() as connection:
            row = session_row(connection, session.id)
            add_exchange(connection, session.id, len(session.exchanges) + 1, exchange)
            row.used_at = now()
            connection.add(row)

    def load(self, session_id: str) -> tuple[Session, Track]:
        """A stored session and its track; StoreError where there is none, or its audio is gone."""
        session, track = self._found(session_id)
        if not track.path.is_file():
            raise StoreError(f"the audio of the session on {track.name} is missing from {self.files.folder}")
        return session, track

    def without_audio(self, session_id: str) -> Session:
        """A stored session, whether its audio is still there or not; StoreError where there is none."""
        return self._found(session_id)[0]

    def remarks(self, session_id: str) -> Remarks:
        """What is kept beside the turns of a session."""
        return Remarks(
            self.answers(session_id),
            self.judgements(session_id),
            self.signatures(session_id),
            self.names(session_id),
        )

    def _found(self, session_id: str) -> tuple[Session, Track]:
        with self._reads() as connection:
            row = (
                connection.get(SessionRow, session_id) if isinstance(session_id, str) and session_id.isascii() else None
            )
            if row is None:
                raise StoreError("there is no session of that id")
            statement = select(TurnRow).where(TurnRow.session_id == session_id).order_by(col(TurnRow.index))
            steps = steps_of(connection, session_id)
            turns = tuple(turn_of(turn, steps.get(turn.id, ())) for turn in connection.exec(statement).all())
            track = track_of(connection, self.files, row.dry_sha256, row.dry_name)
            exchanges = exchanges_of(connection, session_id)
            held = reference_of(connection, self.files, row)
            reference = reference_to(held) if held else None
            dry = dry_of(track)
            return Session(row.id, dry, turns, row.head, row.origin, row.excerpt_start, exchanges, reference), track

    def touch(self, session_id: str) -> None:
        """Note that a session is in use."""
        with self._changes() as connection:
            row = connection.get(SessionRow, session_id)
            if row:
                row.used_at = now()
                connection.add(row)

    def listen_from(self, session_id: str, excerpt_start: int | None) -> None:
        """Commit the frame at which the excerpt of a session begins, None for the most telling one."""
        with self._changes() as connection:
            row = session_row(connection, session_id)
            row.excerpt_start, row.used_at = excerpt_start, now()
            connection.add(row)

    def hold_against(self, session_id: str, track: Track | None) -> None:
        """Commit the track that a session is held against in place of the one before, None for none. Its audio is
        copied here, and what nothing else has of the one before goes."""
        with self.files.changing():
            with self._changes() as connection:
                row = session_row(connection, session_id)
                before, row.used_at = row.reference_sha256, now()
                if track:
                    keep_track(connection, self.files, track)
                row.reference_sha256, row.reference_name = (track.sha256, track.name) if track else (None, None)
                connection.add(row)
                gone = list(let_go(connection, self.files, before))
            for path in gone:
                self.files.remove(path)

    def reference(self, session_id: str) -> Track | None:
        """The track that a session is held against, if any; StoreError where its audio is gone."""
        with self._reads() as connection:
            track = reference_of(connection, self.files, session_row(connection, session_id))
        if track and not track.path.is_file():
            raise StoreError(f"the audio of the reference {track.name} is missing from {self.files.folder}")
        return track

    def listed(self) -> tuple[Listed, ...]:
        """Every session, the last used first. For whoever owns this installation: ids open sessions."""
        counted = func.count(col(TurnRow.id))
        statement = (
            select(SessionRow, counted)
            .outerjoin(TurnRow, col(TurnRow.session_id) == SessionRow.id)
            .group_by(col(SessionRow.id))
            .order_by(col(SessionRow.used_at).desc())
        )
        with self._reads() as connection:
            return tuple(
                Listed(row.id, row.dry_name, row.created_at, row.used_at, count, row.origin)
                for row, count in connection.exec(statement).all()
            )

    def unused_since(self, moment: datetime) -> tuple[str, ...]:
        """Ids of the sessions that were last used before a moment, in UTC."""
        before = moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
        with self._reads() as connection:
            return tuple(connection.exec(select(SessionRow.id).where(SessionRow.used_at < before)).all())

    def delete(self, session_id: str) -> None:
        """Remove a session and all that belongs to it alone; StoreError where there is none."""
        with self.files.changing():
            with self._changes() as connection:
                row = connection.get(SessionRow, session_id)
                if row is None:
                    raise StoreError("there is no session of that id")
                delete_rows(connection, row)
                gone = list(let_go(connection, self.files, row.dry_sha256, row.reference_sha256))
            for path in gone:
                self.files.remove(path)

    def add_judgement(self, judgement: Judgement) -> None:
        """Commit what a judge said."""
        with self._changes() as connection:
            connection.add(JudgementRow(**asdict(judgement)))

    def judgements(self, session_id: str) -> tuple[Judgement, ...]:
        """All that judges said of a session's turns, in the order of saying."""
        with self._reads() as connection:
            statement = select(JudgementRow).join(TurnRow).where(TurnRow.session_id == session_id)
            rows = connection.exec(statement.order_by(col(JudgementRow.id))).all()
            return tuple(Judgement(**row.model_dump(exclude={"id", "created_at"})) for row in rows)

    def add_answer(self, answer: BlindAnswer) -> None:
        """Commit what a person said in a blind comparison."""
        with self._changes() as connection:
            connection.add(AnswerRow(**asdict(answer)))

    def answers(self, session_id: str) -> tuple[BlindAnswer, ...]:
        """All blind comparisons of a session's turns, in the order of answering."""
        with self._reads() as connection:
            of_session = select(AnswerRow).join(TurnRow, col(AnswerRow.turn_id) == TurnRow.id)
            statement = of_session.where(TurnRow.session_id == session_id).order_by(col(AnswerRow.id))
            return tuple(
                BlindAnswer(**row.model_dump(exclude={"id", "created_at"})) for row in connection.exec(statement).all()
            )

    def add_signature(self, turn_id: str, signature: Signature) -> None:
        """Commit what the whole track sounds like after a turn; the first render of a turn counts."""
        with self._changes() as connection:
            if connection.get(RenderRow, turn_id) is None:
                connection.add(render_row(turn_id, signature))

    def signatures(self, session_id: str) -> dict[str, Signature]:
        """By the id of the turn, for those whose track was rendered."""
        with self._reads() as connection:
            statement = select(RenderRow).join(TurnRow).where(TurnRow.session_id == session_id)
            rows = connection.exec(statement).all()
            return {row.turn_id: Signature(row.sha256, tuple(json.loads(row.levels_db))) for row in rows}

    def name_turn(self, turn_id: str, name: str) -> None:
        """Commit what a person calls a turn; an empty name is none."""
        with self._changes() as connection:
            row = connection.get(NameRow, turn_id)
            if name:
                row = row or NameRow(turn_id=turn_id, name=name)
                row.name = name
                connection.add(row)
            elif row:
                connection.delete(row)

    def names(self, session_id: str) -> dict[str, str]:
        """By the id of the turn, for those that a person gave a name."""
        with self._reads() as connection:
            statement = select(NameRow).join(TurnRow).where(TurnRow.session_id == session_id)
            rows = connection.exec(statement.order_by(col(TurnRow.index))).all()
            return {row.turn_id: row.name for row in rows}

    @contextmanager
    def _reads(self) -> Iterator[Connection]:
        with reported("the session database failed"), Connection(self.engine) as connection:
            yield connection

    @contextmanager
    def _changes(self) -> Iterator[Connection]:
        with reported("the session database failed"), Connection(self._writing) as connection:
            yield connection
            connection.commit()
