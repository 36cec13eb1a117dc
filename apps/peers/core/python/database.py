"""Runs steps on psycopg's pool, for services on threads and processes."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, TypeAlias

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from .sessions import ASKED_ANEW_S, ended, lost, session_options, translated
from .statements import Statement
from .steps import Result, Rows, Steps

Connection: TypeAlias = psycopg.Connection[Any]


class Database:
    """A pool of sessions behind PgBouncer in transaction mode; statements that recur are prepared by name."""

    def __init__(self, url: str, *, size: int, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        # Connections come as they are needed, so that the database may come later.
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            url, min_size=0, max_size=size, timeout=timeout_s, kwargs=dict(session_options(timeout_s)), open=False
        )

    def open(self) -> None:
        """Let the pool make connections."""
        self._pool.open()

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def read(self, steps: Steps[Result]) -> Result:
        """The result of steps that only read. Raises `UnavailableError`, and what the steps raise."""
        with translated(), self._leased() as connection:
            return _done(connection, steps)

    def write(self, steps: Steps[Result]) -> Result:
        """The result of steps that are one transaction. Raises as `read`, and `InvalidError`."""
        with translated(), self._leased() as connection, connection.transaction():
            return _done(connection, steps)

    @contextmanager
    def _leased(self) -> Iterator[Connection]:
        connection = self._living()
        try:
            yield connection
        except psycopg.Error as error:
            if lost(error):
                connection.close()
            raise
        finally:
            self._pool.putconn(connection)

    def _living(self) -> Connection:
        ends = monotonic() + self._timeout_s
        while (left := ends - monotonic()) > 0:
            with suppress(PoolTimeout):
                connection = self._pool.getconn(min(ASKED_ANEW_S, left))
                if not ended(connection):
                    return connection
                # The pool makes another in its place.
                connection.close()
                self._pool.putconn(connection)
        raise PoolTimeout("The pool has no session to give.")


def _done(connection: Connection, steps: Steps[Result]) -> Result:
    cursor = psycopg.RawCursor(connection)
    try:
        statement = next(steps)
        while True:
            statement = steps.send(_rows(cursor, statement))
    except StopIteration as done:
        result: Result = done.value
        return result


def _rows(cursor: psycopg.RawCursor[Any], statement: Statement) -> Rows:
    cursor.execute(statement.sql, statement.arguments, prepare=statement.recurs, binary=True)
    return cursor.fetchall() if cursor.description else []
