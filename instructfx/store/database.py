"""The database behind the store: opened, brought up to date, and its complaints told to people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import sqlalchemy
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import create_engine

from instructfx.errors import StoreError
from instructfx.extras import needs_extra
from instructfx.store.locking import holders
from instructfx.store.tables import VERSION

BUSY_TIMEOUT_SECONDS = 10.0
ADVISORY_LOCK = 0x1F5  # any number of our own; one process at a time brings a PostgreSQL database up to date


def opened(url: str) -> Engine:
    """The database at an SQLAlchemy URL, with the tables of this version.

    Raises StoreError where it was written by a later version; SQLAlchemyError where it cannot be used.
    """
    engine = _engine(url)
    with engine.connect() as connection:
        version = _version(connection)
    if version != VERSION:
        _upgrade(engine)
    return engine


def writing(engine: Engine) -> Engine:
    """The same database for transactions that write: they wait for each other when they begin."""
    return engine.execution_options(writes=True)


@contextmanager
def reported(what: str) -> Iterator[None]:
    """Turn what the file system and the database say into one line for a person."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{what}: {error.strerror or error}. Check the folder, its permissions and space.") from error
    except UnicodeEncodeError as error:
        raise StoreError(f"{what}: half a character cannot be kept; write it anew.") from error
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        if "database is locked" in reason:
            by = f" by {' and '.join(found)}" if (found := holders()) else ""
            raise StoreError(
                f"{what}: the session database is locked{by}: another program has been writing to it for "
                f"{BUSY_TIMEOUT_SECONDS:g} s. Wait for it, or end it, and try again."
            ) from error
        raise StoreError(f"{what}: {reason}. Check the folder, its permissions and space.") from error


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        with needs_extra("postgres", "PostgreSQL") if url.startswith("postgres") else nullcontext():
            return create_engine(url, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_SECONDS})

    # Python's driver begins transactions by itself, but not before it changes tables; so it is told not to.
    def configure(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    sqlalchemy.event.listen(engine, "connect", configure)
    sqlalchemy.event.listen(engine, "begin", begin)
    return engine


def _version(connection: Connection) -> str:
    """Of the schema; empty where there is none, also before versions were written down."""
    if not sqlalchemy.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(sqlalchemy.text("SELECT version_num FROM alembic_version")) or "")


def _upgrade(engine: Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "instructfx.store:migrations")
    with writing(engine).connect() as connection:
        if engine.dialect.name == "sqlite":  # only outside of a transaction; tables are copied and renamed below
            connection.connection.execute("PRAGMA foreign_keys=OFF")
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(sqlalchemy.text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
            config.attributes["connection"] = connection
            version = _version(connection)
            if version > VERSION:
                raise StoreError(
                    f"the session database is of version {version}, this InstructFX knows {VERSION}; "
                    "install the newer InstructFX that wrote it"
                )
            if not version:
                _adopt(connection, config)
            try:
                command.upgrade(config, "head")
            except (ValueError, KeyError) as error:
                raise StoreError(
                    f"the session database cannot be brought up to date: {error}; it stays as it was"
                ) from error
        if engine.dialect.name == "sqlite":
            connection.connection.execute("PRAGMA foreign_keys=ON")


def _adopt(connection: Connection, config: Any) -> None:
    """Give a database from before versions were written down the version that its tables have."""
    from alembic import command

    tables = set(sqlalchemy.inspect(connection).get_table_names())
    if "turn" in tables:
        command.stamp(config, "0002" if "judgement" in tables else "0001")
