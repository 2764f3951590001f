"""Databases of every version so far are opened, brought up to date and read; a fresh one has the same tables."""

from __future__ import annotations

import json
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import alembic.autogenerate
import alembic.migration
import pytest
from sqlmodel import SQLModel

from instructfx.errors import StoreError
from instructfx.sessions import Session
from instructfx.store import Store
from instructfx.store.database import opened
from instructfx.store.sessions import DATABASE
from instructfx.store.tables import VERSION

DATABASES = Path(__file__).parent / "databases"
VERSIONS = sorted(path.stem for path in DATABASES.glob("*.sqlite"))
TONE = "ccaae6c78ee819a2ca592e6fd2660bec0c728b3591396b097816fc6e0ed12df3"


def put(version: str, folder: Path) -> Path:
    """A store's folder as an InstructFX of that version left it."""
    (folder / "audio").mkdir(parents=True)
    shutil.copy(DATABASES / "tone.flac", folder / "audio" / f"{TONE}.flac")
    return Path(shutil.copy(DATABASES / f"{version}.sqlite", folder / DATABASE))


def only_session(store: Store) -> Session:
    (listed,) = store.listed()
    return store.load(listed.id)[0]


def test_there_is_a_database_of_every_version() -> None:
    assert [f"{number:04d}" for number in range(1, int(VERSION) + 1)] == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_is_brought_up_to_date_and_read(version: str, tmp_path: Path) -> None:
    path = put(version, tmp_path)
    with sqlite3.connect(path) as before:
        rows = before.execute('SELECT instruction, kind, record FROM turn ORDER BY "index"').fetchall()
        head, created = before.execute("SELECT head, created_at FROM session").fetchone()
        steps = [len(json.loads(record)["refined"].get("steps", ())) for *_, record in rows]
        if version >= "0003":
            steps = [row[0] for row in before.execute(
                "SELECT count(step.place) FROM turn LEFT JOIN step ON turn_id = id GROUP BY id ORDER BY \"index\""
            )]  # fmt: skip
    before.close()
    store = Store(tmp_path)
    session = only_session(store)
    assert [(turn.instruction, turn.kind) for turn in session.turns] == [row[:2] for row in rows]
    chains = [json.loads(row[2])["refined"]["chain"] for row in rows]
    named = [[{"id": slot["effect"], **slot} for slot in chain] for chain in chains]  # as before there were ids
    assert [turn.chain.to_json() for turn in session.turns] == named
    assert [len(turn.refined.steps) for turn in session.turns] == steps
    assert sum(steps) > 20
    assert (session.head, session.dry.name, session.dry.frames) == (head, "tone.flac", 24_000)
    assert store.listed()[0].created_at.isoformat(" ") == created
    assert len(store.judgements(session.id)) == (version == "0002")
    assert store.load(session.id)[1].path.name == f"{TONE}.flac"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_brought_up_to_date_has_the_tables_of_a_fresh_one(version: str, tmp_path: Path) -> None:
    put(version, tmp_path / "old")
    for folder in (tmp_path / "old", tmp_path / "new"):
        with Store(folder).engine.connect() as connection:
            context = alembic.migration.MigrationContext.configure(connection, opts={"compare_type": True})
            assert alembic.autogenerate.compare_metadata(context, SQLModel.metadata) == []
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() == []


def test_a_fresh_postgresql_database_has_the_same_tables(url: str) -> None:
    engine = opened(url)
    with engine.connect() as connection:
        context = alembic.migration.MigrationContext.configure(connection, opts={"compare_type": True})
        assert alembic.autogenerate.compare_metadata(context, SQLModel.metadata) == []
    engine.dispose()


def test_several_who_open_an_old_database_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    put("0001", tmp_path)
    with ThreadPoolExecutor(4) as pool:
        sessions = list(pool.map(lambda _: only_session(Store(tmp_path)), range(4)))
    assert all(session == sessions[0] for session in sessions)


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    path = put("0002", tmp_path)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE turn SET record = 'no JSON' WHERE \"index\" = 3")
    database.close()
    kept = sqlite3.connect(path).execute("SELECT * FROM turn").fetchall()
    with pytest.raises(StoreError, match="cannot be brought up to date"):
        Store(tmp_path)
    tables = sqlite3.connect(path).execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in tables} == {"session", "turn", "judgement"}
    assert sqlite3.connect(path).execute("SELECT * FROM turn").fetchall() == kept


def test_a_database_of_a_later_version_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).engine.dispose()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(StoreError, match="of version 9999, this InstructFX knows"):
        Store(tmp_path)


def test_names_and_the_excerpt_by_hand_are_there_since_the_fourth_version(tmp_path: Path) -> None:
    for version in VERSIONS:
        put(version, tmp_path / version)
        store = Store(tmp_path / version)
        session = only_session(store)
        first = session.turns[0].id
        later = version >= "0004"
        assert store.names(session.id) == ({first: "the warm one"} if later else {})
        assert session.excerpt_start == (0 if later else None)
        assert (
            sum(turn.share == 0.5 for turn in session.turns) == sum(turn.take == 2 for turn in session.turns) == later
        )
        store.name_turn(first, "another")
        store.listen_from(session.id, 100)
        assert (store.names(session.id), only_session(store).excerpt_start) == ({first: "another"}, 100)


def test_what_a_turn_asked_is_there_since_the_fifth_version(tmp_path: Path) -> None:
    for version in VERSIONS:
        path = put(version, tmp_path / version)
        store = Store(tmp_path / version)
        session = only_session(store)
        with sqlite3.connect(path) as database:
            records = [json.loads(text) for (text,) in database.execute("SELECT record FROM turn")]
        database.close()
        assert all("goal" in record and "wishes" not in record["provenance"] for record in records)
        for turn in session.turns:
            step = turn.provenance.turn_options.step_size
            asked = {axis: pytest.approx(step * steps) for axis, steps in turn.plan.goal.axes.items()}
            if version < "0005" or not turn.provenance.turn_options.avoid:
                assert turn.goal.axes == asked, version
        assert (session.turns[0].goal.axes.get("mud") == -0.5) == (version >= "0005"), "what was avoided, as axes"


def test_what_was_answered_without_a_turn_is_there_since_the_sixth_version(tmp_path: Path) -> None:
    said = [("question", "how loud is it?", "It is at -16.8 LUFS."), ("unclear", "the bass", "More bass, or less?")]
    for version in VERSIONS:
        put(version, tmp_path / version)
        session = only_session(Store(tmp_path / version))
        found = [(each.act, each.instruction, each.reply) for each in session.exchanges]
        assert found == (said if version >= "0006" else []), version
        assert all(each.turns == len(session.turns) and each.after_id == session.head for each in session.exchanges)
