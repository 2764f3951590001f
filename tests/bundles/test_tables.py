"""Every session as tables: what they hold is what the store holds, in the columns that the documents describe."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from lived_sessions import lived, run

from instructfx.audio import Audio, save
from instructfx.audio.track import inspect
from instructfx.bundles.dataset import TABLES, export_tables, writing
from instructfx.bundles.format import fingerprint
from instructfx.chain import Chain
from instructfx.engine.live import LiveSession, open_session
from instructfx.errors import StoreError
from instructfx.sessions import Session
from instructfx.store import Store

PAGE = Path(__file__).parents[2] / "docs" / "bundles.md"


@pytest.fixture(scope="module")
def live(mono: Audio, tmp_path_factory: pytest.TempPathFactory) -> LiveSession:
    folder = tmp_path_factory.mktemp("lived")
    save(mono, folder / "a song.wav")
    live = lived(inspect(folder / "a song.wav"), folder / "s")
    live._store.put(Session("k" * 32, live.session.dry, origin=f"replay of {live.session.id}"), live.track)
    return live


def read(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, float_precision="round_trip")


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_researcher_gets_every_table(
    kind: str, live: LiveSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(live._store.folder))
    status, out, _ = run(capsys, "sessions", "export", "--all", "--out", tmp_path / "new" / "t", "--format", kind)
    assert status == 0
    assert [Path(line).name for line in out.splitlines()] == [f"{name}.{kind}" for name in TABLES]
    assert sorted(path.name for path in (tmp_path / "new" / "t").iterdir()) == sorted(f"{n}.{kind}" for n in TABLES)
    tables = {name: read(tmp_path / "new" / "t" / f"{name}.{kind}") for name in TABLES}
    for name, table in TABLES.items():
        assert list(tables[name]) == [column.name for column in table.columns]
    marks = [f"t{fingerprint(turn.id)}" for turn in live.turns]
    mine, bare = f"s{fingerprint(live.session.id)}", f"s{fingerprint('k' * 32)}"

    sessions = tables["sessions"].set_index("session")
    assert set(sessions.index) == {mine, bare}
    assert sessions.loc[mine, "turns"] == 4
    assert sessions.loc[mine, "head"] == marks[-1]
    assert sessions.loc[mine, "seconds"] == 2.0
    assert sessions.loc[bare, "origin"] == f"replay of {mine}"
    assert pd.isna(sessions.loc[bare, "head"])
    assert pd.to_datetime(sessions["created_at"]).dt.tz is not None

    turns = tables["turns"]
    assert list(turns["turn"]) == marks
    assert list(turns["kind"]) == ["said", "said", "undone", "said"]
    assert list(turns["parent"].fillna("")) == ["", marks[0], marks[0], marks[2]]
    assert list(turns["loss_after"]) == [turn.refined.loss_after for turn in live.turns]
    assert list(turns["rendered"]) == [True, False, False, False]
    assert turns["model"].isna().all()

    settings = tables["settings"]
    expected = [
        (mark, slot.effect.name, name, value, slot.effect.param(name).unit)
        for mark, turn in zip(marks, live.turns, strict=True)
        for slot in turn.chain.slots
        for name, value in slot.settings.items()
        if not slot.effect.param(name).worded
    ]
    settings["unit"] = settings["unit"].fillna("")
    numbers = settings[settings["value"].notna()]
    assert list(numbers[["turn", "effect", "setting", "value", "unit"]].itertuples(index=False, name=None)) == expected

    assert list(tables["steps"]["loss"]) == [step.loss for turn in live.turns for step in turn.refined.steps]
    readings = tables["readings"].set_index(["turn", "axis"])
    assert readings.loc[(marks[0], "warmth"), "after"] == live.turns[0].readings_after["warmth"]
    assert readings.loc[(marks[0], "warmth"), "before"] == live.turns[0].readings_before["warmth"]
    (answered,) = tables["exchanges"].itertuples()
    assert (answered.session, answered.place, answered.after, answered.turns) == (mine, 1, marks[1], 2)
    assert (answered.instruction, answered.reply) == ("xyzzy plugh", live.session.exchanges[0].reply)
    assert pd.to_datetime(tables["exchanges"]["said_at"])[0] == live.session.exchanges[0].said_at

    (judgement,) = tables["judgements"].itertuples()
    assert (judgement.turn, judgement.instruction_following, judgement.chain_of_thought) == (marks[1], 4, 2)
    assert list(tables["answers"]["against"].fillna("")) == ["", marks[0]]
    assert list(tables["answers"]["better"]) == ["this", "other"]

    content = b"".join(path.read_bytes() for path in (tmp_path / "new" / "t").iterdir())
    assert live.session.id.encode() not in content
    assert b"k" * 32 not in content


def test_choices_are_words_and_two_of_one_effect_are_told_apart(mono: Audio, tmp_path: Path) -> None:
    save(mono, tmp_path / "song.wav")
    live = open_session(tmp_path / "song.wav", "builtin", "perceptual", store=Store(tmp_path / "s"))
    live.edit(Chain().added("tremolo", {"shape": "square"}).added("gain", {}).added("gain", {"gain_db": -3}))
    (path,) = (path for path in export_tables(live._store, tmp_path / "t", "csv") if path.stem == "settings")
    rows = read(path).set_index(["slot", "setting"])
    assert rows.loc[("tremolo", "shape"), "word"] == "square"
    assert pd.isna(rows.loc[("tremolo", "shape"), "value"])
    assert pd.isna(rows.loc[("tremolo", "depth"), "word"])
    assert [rows.loc[(slot, "gain_db"), "value"] for slot in ("gain", "gain_2")] == [0, -3]


def test_no_fingerprint_is_taken_for_a_number(live: LiveSession, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    names = [str(number) for number in range(4000)]
    numeric = [name for name in names if re.fullmatch(r"\d+(e\d+)?", fingerprint(name))]
    assert numeric
    for name in numeric:
        store.put(Session(name, live.session.dry), live.track)
    export_tables(store, tmp_path / "t", "csv")
    found = read(tmp_path / "t" / "sessions.csv")["session"]
    assert sorted(found) == sorted(f"s{fingerprint(name)}" for name in numeric)


def test_rows_are_written_in_groups(live: LiveSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow import parquet

    export_tables(live._store, tmp_path / "one", "parquet")
    monkeypatch.setattr(writing, "ROWS_AT_ONCE", 10)
    export_tables(live._store, tmp_path / "many", "parquet")
    one, many = (parquet.ParquetFile(tmp_path / name / "settings.parquet") for name in ("one", "many"))
    assert one.metadata.num_row_groups == 1
    assert many.metadata.num_row_groups == -(-one.metadata.num_rows // 10)
    assert one.read() == many.read()
    meaning = b"its value, in the unit beside it; empty for a choice or a switch"
    assert one.schema_arrow.field("value").metadata == {b"meaning": meaning}


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_store_without_sessions_gives_empty_tables(kind: writing.TableFormat, tmp_path: Path) -> None:
    for path in export_tables(Store(tmp_path / "s"), tmp_path / "t", kind):
        table = read(path)
        assert len(table) == 0
        assert list(table) == [column.name for column in TABLES[path.stem].columns]


def test_lost_audio_is_no_obstacle(live: LiveSession, tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    _, track = store.put(Session("one", live.session.dry), live.track)
    track.path.unlink()
    export_tables(store, tmp_path / "t", "csv")
    assert len(read(tmp_path / "t" / "sessions.csv")) == 1


def test_what_breaks_off_leaves_the_tables_of_before(
    live: LiveSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in export_tables(live._store, tmp_path, "parquet")}

    def broken(self: Store, session_id: str) -> Session:
        raise StoreError("the disk is gone")

    monkeypatch.setattr(Store, "without_audio", broken)
    with pytest.raises(StoreError):
        export_tables(live._store, tmp_path, "parquet")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INSTRUCTFX_SESSIONS", str(live._store.folder))
    status, _, err = run(capsys, "sessions", "export", "--all", "--out", tmp_path / "file")
    assert (status, "cannot write into" in err, err.count("\n")) == (2, True, 1)


def test_the_page_describes_every_column() -> None:
    page = PAGE.read_text()
    for name, table in TABLES.items():
        described = page.split(f"### {name}\n")[1].split("\n#")[0]
        rows = [line for line in described.splitlines() if line.startswith("| `")]
        assert rows == [f"| `{column.name}` | {column.kind} | {column.meaning} |" for column in table.columns]
