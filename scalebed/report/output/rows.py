"""Rows of a table as CSV and as JSON, a line each, written as they come."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import BinaryIO

from scalebed.report.tables.table import Column, Row, Value, values


def csv_rows(columns: Sequence[Column], rows: Iterable[Row], sink: BinaryIO) -> None:
    """A head, then the rows: UTF-8, numbers in full precision, `true` and `false`, empty where there is nothing."""
    text = io.TextIOWrapper(sink, encoding="utf-8", newline="")
    try:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        for row in rows:
            writer.writerow([_cell(value) for value in values(columns, row)])
    finally:
        text.detach()  # which writes what it holds, and leaves the sink open


def json_rows(columns: Sequence[Column], rows: Iterable[Row], sink: BinaryIO) -> None:
    """An object a line, each with every column; null where there is nothing."""
    for row in rows:
        told = {
            column.name: value.isoformat() if isinstance(value, datetime) else value
            for column, value in zip(columns, values(columns, row), strict=True)
        }
        sink.write(json.dumps(told, ensure_ascii=False, allow_nan=False).encode() + b"\n")


def _cell(value: Value) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime) else value
