"""Tables into files: CSV, or Parquet in row groups, whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from instructfx.audio.scratch import unfinished
from instructfx.bundles.dataset.tables import TABLES, Column, Row, Value
from instructfx.errors import StoreError
from instructfx.extras import needs_extra
from instructfx.store import Store

TableFormat = Literal["parquet", "csv"]
ROWS_AT_ONCE = 20_000


def export_tables(store: Store, folder: Path, kind: TableFormat) -> tuple[Path, ...]:
    """Write every session of a store into one file a table; the files. StoreError where they cannot be written.

    Files that are there already are replaced when all are complete.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            writers = {name: stack.enter_context(_writing(folder, name, kind)) for name in TABLES}
            for listed in store.listed():
                session, remarks = store.without_audio(listed.id), store.remarks(listed.id)
                for name, table in TABLES.items():
                    writers[name].write(table.rows(listed, session, remarks))
    except OSError as error:
        raise StoreError(f"cannot write into {folder}: {error.strerror or error}. Choose another folder.") from error
    return tuple(folder / f"{name}.{kind}" for name in TABLES)


class _Writer(Protocol):
    def write(self, rows: Iterator[Row]) -> None: ...


@contextmanager
def _writing(folder: Path, name: str, kind: TableFormat) -> Iterator[_Writer]:
    temporary = unfinished(folder / name)
    opened = _parquet if kind == "parquet" else _csv
    try:
        with opened(temporary, TABLES[name].columns) as writer:
            yield writer
        temporary.replace(folder / f"{name}.{kind}")
    finally:
        temporary.unlink(missing_ok=True)


class _CsvWriter:
    def __init__(self, file: Any, columns: tuple[Column, ...]) -> None:
        self._writer = csv.writer(file, lineterminator="\n")
        self._writer.writerow(column.name for column in columns)

    def write(self, rows: Iterator[Row]) -> None:
        for row in rows:
            self._writer.writerow(_cell(value) for value in row)


def _cell(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.replace(tzinfo=UTC).isoformat() if isinstance(value, datetime) else str(value)


@contextmanager
def _csv(path: Path, columns: tuple[Column, ...]) -> Iterator[_Writer]:
    with path.open("w", encoding="utf-8", newline="") as file:
        yield _CsvWriter(file, columns)


class _ParquetWriter:
    """Collects rows for a row group; what is left is written by `finish`."""

    def __init__(self, path: Path, columns: tuple[Column, ...]) -> None:
        with needs_extra("tables", "Parquet"):
            import pyarrow
            from pyarrow import parquet

        kinds = {
            "string": pyarrow.string(), "integer": pyarrow.int64(), "number": pyarrow.float64(),
            "boolean": pyarrow.bool_(), "time": pyarrow.timestamp("us", tz="UTC"),
        }  # fmt: skip
        fields = [pyarrow.field(c.name, kinds[c.kind], metadata={"meaning": c.meaning}) for c in columns]
        self._schema = pyarrow.schema(fields)
        self._table = pyarrow.table
        self._file = parquet.ParquetWriter(path, self._schema)
        self._rows: list[Row] = []

    def write(self, rows: Iterator[Row]) -> None:
        for row in rows:
            self._rows.append(row)
            if len(self._rows) == ROWS_AT_ONCE:
                self._flush()

    def finish(self, well: bool) -> None:
        if well and self._rows:
            self._flush()
        self._file.close()

    def _flush(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = dict(zip(self._schema.names, map(list, columns), strict=True))
        self._file.write_table(self._table(arrays, schema=self._schema))
        self._rows = []


@contextmanager
def _parquet(path: Path, columns: tuple[Column, ...]) -> Iterator[_Writer]:
    writer = _ParquetWriter(path, columns)
    well = False
    try:
        yield writer
        well = True
    finally:
        writer.finish(well)
