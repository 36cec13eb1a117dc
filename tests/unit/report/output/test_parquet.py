"""Rows as Parquet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow
import pyarrow.parquet
import pytest

from scalebed.records.run_directory import RunDirectory
from scalebed.report.output import parquet
from scalebed.report.tables import TABLES
from scalebed.report.tables.table import Column, Row, values

COLUMNS = (
    Column("name", "text", "a name"),
    Column("count", "integer", "a count"),
    Column("share", "number", "a share"),
    Column("counts", "truth", "whether it counts"),
    Column("at", "time", "when"),
)


def read(rows: Iterator[Row] | list[Row]) -> pyarrow.Table:
    sink = io.BytesIO()
    parquet.parquet_rows(COLUMNS, rows, sink)
    return pyarrow.parquet.read_table(io.BytesIO(sink.getvalue()))


@pytest.mark.parametrize("rows", [[], [{}], [{"share": float("nan"), "count": None}]])
def test_columns_have_their_types_whatever_they_hold(rows: list[Row]) -> None:
    table = read(rows)
    types = ["string", "int64", "double", "bool", "timestamp[us, tz=UTC]"]
    assert [str(field.type) for field in table.schema] == types
    assert table.to_pylist() == [dict.fromkeys(("name", "count", "share", "counts", "at")) for _ in rows]


def test_what_a_column_means_is_told() -> None:
    assert read([]).schema.field("share").metadata[b"meaning"] == b"a share"


def test_values_come_back_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "AT_ONCE", 2)
    at = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    rows: list[Row] = [
        {"name": "a “b”", "count": place, "share": place / 3, "counts": place % 2 == 0, "at": at} for place in range(5)
    ]
    assert read(rows).to_pylist() == rows


def test_no_more_rows_are_held_than_are_written_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "AT_ONCE", 100)
    sink = io.BytesIO()

    def made() -> Iterator[Row]:
        for place in range(1000):
            if place % 100 == 0 and place:
                assert sink.tell() > place
            yield {"name": f"row {place}"}

    parquet.parquet_rows(COLUMNS, made(), sink)
    assert pyarrow.parquet.ParquetFile(io.BytesIO(sink.getvalue())).num_row_groups == 10


@pytest.mark.parametrize("name", TABLES)
def test_every_table_comes_back_as_it_was(name: str, climbed: RunDirectory) -> None:
    columns, rows = TABLES[name].columns, list(TABLES[name].rows(climbed, "tonight"))
    sink = io.BytesIO()
    parquet.parquet_rows(columns, rows, sink)
    table = pyarrow.parquet.read_table(io.BytesIO(sink.getvalue()))
    assert table.schema.equals(parquet.schema(columns))
    names = [column.name for column in columns]
    assert table.to_pylist() == [dict(zip(names, values(columns, row), strict=True)) for row in rows]
