"""The tables. What changes here needs a migration in `migrations/versions`, and a database of the version before it in
the tests."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, UniqueConstraint
from sqlmodel import Field, SQLModel

VERSION = "0007"
"""Of the schema: the last migration."""


def now() -> datetime:
    """The present, in UTC, without a zone, as every database keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


class AudioRow(SQLModel, table=True):
    """A file in `audio/`: a track as it was uploaded, once for all the sessions on it or held against it."""

    __tablename__ = "audio"
    sha256: str = Field(primary_key=True)
    extension: str
    sample_rate: int
    channels: int
    frames: int
    loudness_lufs: float
    excerpt_start: int


class SessionRow(SQLModel, table=True):
    """A session. head is the id of the turn that plays now; origin says what it was made from, where it was;
    excerpt_start is the frame that a person chose, none where the excerpt is the file's most telling one; reference
    is the track of a person's own that it is held against."""

    __tablename__ = "session"
    id: str = Field(primary_key=True)
    created_at: datetime = Field(default_factory=now, sa_type=DateTime)
    used_at: datetime = Field(default_factory=now, sa_type=DateTime, index=True)
    dry_sha256: str = Field(foreign_key="audio.sha256", index=True)
    dry_name: str
    head: str | None = None
    origin: str = ""
    excerpt_start: int | None = None
    reference_sha256: str | None = Field(default=None, foreign_key="audio.sha256", index=True)
    reference_name: str | None = None


class TurnRow(SQLModel, table=True):
    """A turn. record holds all of it but its trajectory as JSON; the other columns are for queries."""

    __tablename__ = "turn"
    __table_args__ = (UniqueConstraint("session_id", "index", name="turn_index_of_session"),)
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="session.id", index=True)
    parent_id: str | None = Field(default=None, foreign_key="turn.id")
    index: int
    kind: str
    instruction: str
    created_at: datetime = Field(default_factory=now, sa_type=DateTime)
    record: str


class ExchangeRow(SQLModel, table=True):
    """Words that changed nothing, and the answer to them. record holds all of it as JSON; the other columns are for
    queries. index counts the exchanges of a session from 1; turns is how many turns it had."""

    __tablename__ = "exchange"
    __table_args__ = (UniqueConstraint("session_id", "index", name="exchange_index_of_session"),)
    id: str = Field(primary_key=True)
    session_id: str = Field(foreign_key="session.id", index=True)
    after_id: str | None = Field(default=None, foreign_key="turn.id")
    index: int
    turns: int
    act: str
    instruction: str
    created_at: datetime = Field(default_factory=now, sa_type=DateTime)
    record: str


class StepRow(SQLModel, table=True):
    """One point of a turn's trajectory; place counts from 0."""

    __tablename__ = "step"
    turn_id: str = Field(foreign_key="turn.id", primary_key=True)
    place: int = Field(primary_key=True)
    iteration: int
    loss: float
    chain: str


class JudgementRow(SQLModel, table=True):
    """What a judge said of a turn; a turn may be judged many times."""

    __tablename__ = "judgement"
    id: int | None = Field(default=None, primary_key=True)
    turn_id: str = Field(foreign_key="turn.id", index=True)
    created_at: datetime = Field(default_factory=now, sa_type=DateTime)
    model: str
    prompt_version: str
    instruction_following: int
    chain_of_thought: int
    why_following: str
    why_thought: str


class AnswerRow(SQLModel, table=True):
    """What a person said in a blind comparison of a turn with another, or with the dry track where there is none."""

    __tablename__ = "answer"
    id: int | None = Field(default=None, primary_key=True)
    turn_id: str = Field(foreign_key="turn.id", index=True)
    against_id: str | None = Field(default=None, foreign_key="turn.id")
    created_at: datetime = Field(default_factory=now, sa_type=DateTime)
    better: str


class RenderRow(SQLModel, table=True):
    """What a whole track sounded like after a turn: the SHA-256 of its samples, and its level second by second."""

    __tablename__ = "render"
    turn_id: str = Field(foreign_key="turn.id", primary_key=True)
    sha256: str
    levels_db: str


class NameRow(SQLModel, table=True):
    """What a person calls a turn."""

    __tablename__ = "name"
    turn_id: str = Field(foreign_key="turn.id", primary_key=True)
    name: str
