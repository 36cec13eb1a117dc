"""Rows of a table as Parquet: every column has its type in every file, also where it holds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import BinaryIO

import pyarrow
from pyarrow.parquet import ParquetWriter

from scalebed.report.tables.table import Column, Row, Type, Value, values

TYPES: dict[Type, pyarrow.DataType] = {
    "text": pyarrow.string(),
    "integer": pyarrow.int64(),
    "number": pyarrow.float64(),
    "truth": pyarrow.bool_(),
    "time": pyarrow.timestamp("us", tz="UTC"),
}
AT_ONCE = 20_000
"""Rows that are held and written as one row group."""


def schema(columns: Sequence[Column]) -> pyarrow.Schema:
    """With what each column means in its metadata."""
    return pyarrow.schema(
        [pyarrow.field(column.name, TYPES[column.type], metadata={"meaning": column.meaning}) for column in columns]
    )


def parquet_rows(columns: Sequence[Column], rows: Iterable[Row], sink: BinaryIO) -> None:
    """A file, of a row group for each 20,000 rows; without any, a file that has columns alone."""
    fields = schema(columns)
    with ParquetWriter(sink, fields) as writer:
        for batch in _batches(values(columns, row) for row in rows):
            arrays = [
                pyarrow.array(column, field.type)
                for column, field in zip(zip(*batch, strict=True), fields, strict=True)
            ]
            writer.write_batch(pyarrow.record_batch(arrays, schema=fields))


def _batches(rows: Iterator[list[Value]]) -> Iterator[list[list[Value]]]:
    while batch := list(islice(rows, AT_ONCE)):
        yield batch
