"""Rows as CSV and as lines of JSON."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import BinaryIO

import pandas as pd
import pytest

from scalebed.records.run_directory import RunDirectory
from scalebed.report.output.rows import csv_rows, json_rows
from scalebed.report.tables import TABLES
from scalebed.report.tables.table import Column, Row, values

COLUMNS = (
    Column("name", "text", "a name"),
    Column("count", "integer", "a count"),
    Column("share", "number", "a share"),
    Column("counts", "truth", "whether it counts"),
    Column("at", "time", "when"),
)
ROWS: list[Row] = [
    {"name": "a, “b”\nc", "count": 0, "share": 0.1 + 0.2, "counts": True, "at": datetime(2026, 1, 2, tzinfo=UTC)},
    {"name": None, "share": math.nan, "counts": False},
    {"share": math.inf},
]


Form = Callable[[Sequence[Column], Iterable[Row], BinaryIO], None]


def written(form: Form) -> str:
    sink = io.BytesIO()
    form(COLUMNS, ROWS, sink)
    return sink.getvalue().decode()


def test_csv_has_whole_numbers_and_nothing_where_there_is_nothing() -> None:
    assert list(csv.reader(io.StringIO(written(csv_rows)))) == [
        ["name", "count", "share", "counts", "at"],
        ["a, “b”\nc", "0", "0.30000000000000004", "true", "2026-01-02T00:00:00+00:00"],
        ["", "", "", "false", ""],
        ["", "", "", "", ""],
    ]


def test_json_has_every_column_in_every_line() -> None:
    first, second, third = map(json.loads, written(json_rows).splitlines())
    assert first == {
        "name": "a, “b”\nc", "count": 0, "share": 0.1 + 0.2, "counts": True, "at": "2026-01-02T00:00:00+00:00",
    }  # fmt: skip
    assert second == {"name": None, "count": None, "share": None, "counts": False, "at": None}
    assert list(third) == [column.name for column in COLUMNS]


@pytest.mark.parametrize("form", [csv_rows, json_rows])
def test_rows_are_written_while_others_are_made(form: Form) -> None:
    sink, held = io.BytesIO(), 20_000

    def made() -> Iterator[Row]:
        for place in range(10_000):
            assert sink.tell() >= len("tonight,") * place - held
            yield {"name": "tonight", "count": place}

    form(COLUMNS, made(), sink)
    assert sink.tell() > 4 * held


@pytest.mark.parametrize("name", TABLES)
def test_pandas_reads_the_same_numbers(name: str, climbed: RunDirectory) -> None:
    columns, rows = TABLES[name].columns, list(TABLES[name].rows(climbed, "tonight"))
    sink = io.BytesIO()
    csv_rows(columns, rows, sink)
    frame = pd.read_csv(io.BytesIO(sink.getvalue()))
    assert list(frame.columns) == [column.name for column in columns]
    assert len(frame) == len(rows)
    for place, column in enumerate(columns):
        wanted = [values(columns, row)[place] for row in rows]
        found = [None if pd.isna(value) else value for value in frame[column.name]]
        if column.type in ("integer", "number", "truth"):
            assert found == wanted, column.name
