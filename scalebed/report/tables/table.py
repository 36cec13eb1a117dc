"""A table of a run for other programs: its columns with their types, and its rows, one after the other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scalebed.records.run_directory import RunDirectory

Type = Literal["text", "integer", "number", "truth", "time"]
Value = str | int | float | datetime | None
Row = Mapping[str, Value]


@dataclass(frozen=True)
class Column:
    name: str
    """With the unit of what it holds."""
    type: Type
    meaning: str


@dataclass(frozen=True)
class Table:
    row: str
    """What there is one for."""
    columns: tuple[Column, ...]
    rows: Callable[[RunDirectory, str], Iterator[Row]]
    """Of a run, by the name that its rows give it. One trial at a time is in memory. Raises `RunDirectoryError` once it
    comes to a file that cannot be read."""


def values(columns: Sequence[Column], row: Row) -> list[Value]:
    """In the order of the columns; None where there is none, and in the place of what is no finite number."""
    return [finite(row.get(column.name)) for column in columns]


def finite(value: Value) -> Value:
    """None in the place of what is no finite number."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
