"""Every statement that this process sends to PostgreSQL while it is recorded.

Taken down in psycopg's own `Cursor.execute`, through which everything passes: Django's wrappers see only what goes
through Django's cursors, and a variant may well go past them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import psycopg
from psycopg import sql


@dataclass(frozen=True)
class Statement:
    """One statement: its text with placeholders, its parameters, and the seconds from sending it to its answer."""

    text: str
    params: Any
    seconds: float
    timed_out: bool


@dataclass
class Recording:
    """The statements so far, in their order."""

    statements: list[Statement] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Spent in all of them together."""
        return sum(statement.seconds for statement in self.statements)

    @property
    def timed_out(self) -> bool:
        """Whether one of them ran into the statement timeout."""
        return any(statement.timed_out for statement in self.statements)


@contextmanager
def recording() -> Iterator[Recording]:
    """Record until the block ends; not to be nested, nor used from two threads at once."""
    found = Recording()
    original = psycopg.Cursor.execute

    def execute(self: Any, query: Any, params: Any = None, **options: Any) -> Any:
        timed_out = False
        started = perf_counter()
        try:
            return original(self, query, params, **options)
        except psycopg.errors.QueryCanceled:
            timed_out = True
            raise
        finally:
            found.statements.append(Statement(_text(query, self), params, perf_counter() - started, timed_out))

    psycopg.Cursor.execute = execute  # type: ignore[method-assign]
    try:
        yield found
    finally:
        psycopg.Cursor.execute = original  # type: ignore[method-assign]


def _text(query: Any, cursor: Any) -> str:
    if isinstance(query, bytes):
        return query.decode()
    return query.as_string(cursor) if isinstance(query, sql.Composable) else str(query)
