"""Where sessions live: rows in a database, audio beside it by SHA-256. The only file that knows SQL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, SQLModel, col, create_engine, select
from sqlmodel import Session as Connection

from instructfx.errors import StoreError
from instructfx.session import Dry, Judgement, Session, Turn, turn_from_json
from instructfx.track import Track

DATABASE = "instructfx.sqlite"
BUSY_TIMEOUT_SECONDS = 10.0


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


class SessionRow(SQLModel, table=True):
    """A session. head is the id of the turn that plays now."""

    __tablename__ = "session"
    id: str = Field(primary_key=True)
    created_at: datetime = Field(default_factory=now)
    dry_sha256: str = Field(index=True)
    dry_name: str
    dry_extension: str
    sample_rate: int
    channels: int
    frames: int
    loudness_lufs: float
    excerpt_start: int
    head: str | None = None


class TurnRow(SQLModel, table=True):
    """A turn. record holds all of it as JSON; the other columns are for queries."""

    __tablename__ = "turn"
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="session.id", index=True)
    parent_id: str | None = Field(default=None, foreign_key="turn.id")
    index: int
    kind: str
    instruction: str
    created_at: datetime = Field(default_factory=now)
    record: str


class JudgementRow(SQLModel, table=True):
    """What a judge said of a turn; a turn may be judged many times."""

    __tablename__ = "judgement"
    id: int | None = Field(default=None, primary_key=True)
    turn_id: str = Field(foreign_key="turn.id", index=True)
    created_at: datetime = Field(default_factory=now)
    model: str
    prompt_version: str
    instruction_following: int
    chain_of_thought: int
    why_following: str
    why_thought: str


def default_folder() -> Path:
    """INSTRUCTFX_SESSIONS, else `sessions/` at the top of this installation."""
    return Path(os.environ.get("INSTRUCTFX_SESSIONS") or Path(__file__).parent.parent / "sessions")


class Store:
    """Sessions in a folder: `instructfx.sqlite` and `audio/`.

    The database may be elsewhere: any SQLAlchemy URL, or INSTRUCTFX_DATABASE_URL. Raises StoreError where
    the folder or the database cannot be used. A call has been committed when it returns.
    """

    def __init__(self, folder: str | os.PathLike[str] | None = None, url: str | None = None) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()
        self._audio = self.folder / "audio"
        with _reported(f"cannot use {self.folder} for sessions"):
            self._audio.mkdir(parents=True, exist_ok=True)
            url = url or os.environ.get("INSTRUCTFX_DATABASE_URL")
            self._engine = _engine(url or f"sqlite:///{self.folder / DATABASE}")
            SQLModel.metadata.create_all(self._engine)

    def create(self, session_id: str, track: Track) -> tuple[Session, Track]:
        """A new session on a track; its audio is copied here. The track comes back at its new place."""
        stored = self._keep_audio(track)
        dry = Dry(
            sha256=track.sha256,
            name=track.name,
            sample_rate=track.sample_rate,
            channels=track.channels,
            frames=track.frames,
            loudness_lufs=track.loudness_lufs,
            excerpt_start=track.excerpt_start,
        )
        fields = {key: value for key, value in asdict(dry).items() if key not in ("sha256", "name")}
        with self._connection() as connection:
            connection.add(
                SessionRow(
                    id=session_id,
                    dry_sha256=dry.sha256,
                    dry_name=dry.name,
                    dry_extension=track.path.suffix.lower(),
                    **fields,
                )
            )
        return Session(session_id, dry), replace(track, path=stored)

    def add_turn(self, session: Session, turn: Turn) -> None:
        """Commit a turn and make it the one that plays now."""
        with self._connection() as connection:
            row = connection.get(SessionRow, session.id)
            if row is None:
                raise StoreError(f"there is no session {session.id}; it may have been deleted")
            connection.add(
                TurnRow(
                    id=turn.id,
                    session_id=session.id,
                    parent_id=turn.parent_id,
                    index=turn.index,
                    kind=turn.kind,
                    instruction=turn.instruction,
                    record=turn.to_json(),
                )
            )
            connection.flush()
            row.head = turn.id
            connection.add(row)

    def session_ids(self) -> tuple[str, ...]:
        """Every session, the oldest first."""
        with self._connection() as connection:
            return tuple(connection.exec(select(SessionRow.id).order_by(col(SessionRow.created_at))).all())

    def load(self, session_id: str) -> tuple[Session, Track]:
        """A stored session and its track; StoreError where there is none, or its audio is gone."""
        with self._connection() as connection:
            row = connection.get(SessionRow, session_id)
            if row is None:
                raise StoreError(f"there is no session {session_id}")
            statement = select(TurnRow).where(TurnRow.session_id == session_id)
            rows = connection.exec(statement.order_by(col(TurnRow.index))).all()
            turns = tuple(turn_from_json(turn.record) for turn in rows)
            dry = Dry(
                row.dry_sha256, row.dry_name, row.sample_rate, row.channels, row.frames,
                row.loudness_lufs, row.excerpt_start,
            )  # fmt: skip
            session = Session(row.id, dry, turns, row.head)
            path = self._audio / f"{row.dry_sha256}{row.dry_extension}"
        if not path.is_file():
            raise StoreError(f"the audio of session {session_id} is missing from {self._audio}")
        track = Track(
            path, dry.name, dry.sha256, dry.sample_rate, dry.channels, dry.frames,
            dry.loudness_lufs, dry.excerpt_start,
        )  # fmt: skip
        return session, track

    def add_judgement(self, judgement: Judgement) -> None:
        """Commit what a judge said."""
        with self._connection() as connection:
            connection.add(JudgementRow(**asdict(judgement)))

    def judgements(self, session_id: str) -> tuple[Judgement, ...]:
        """All that judges said of a session's turns, in the order of saying."""
        with self._connection() as connection:
            statement = select(JudgementRow).join(TurnRow).where(TurnRow.session_id == session_id)
            rows = connection.exec(statement.order_by(col(JudgementRow.id))).all()
            return tuple(Judgement(**row.model_dump(exclude={"id", "created_at"})) for row in rows)

    def _keep_audio(self, track: Track) -> Path:
        target = self._audio / f"{track.sha256}{track.path.suffix.lower()}"
        if target.exists():
            return target
        with _reported(f"cannot store {track.name} in {self._audio}"):
            handle, temporary = tempfile.mkstemp(dir=self._audio)
            try:
                with os.fdopen(handle, "wb") as file, track.path.open("rb") as source:
                    shutil.copyfileobj(source, file)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, target)
            finally:
                Path(temporary).unlink(missing_ok=True)
        return target

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with _reported("the session database failed"), Connection(self._engine) as connection:
            yield connection
            connection.commit()


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    def configure(connection: Any, record: Any) -> None:
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    sqlalchemy.event.listen(engine, "connect", configure)
    return engine


@contextmanager
def _reported(what: str) -> Iterator[None]:
    """Turn what the file system and the database say into one line for a person."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror or error}. Check the folder, its permissions and space.") from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StoreError(f"{what}: {reason}. Check the folder, its permissions and space.") from error
