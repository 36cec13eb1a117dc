"""A database connection for one read, past Django's wrapper: autocommit, one round trip.

With a pool it comes from the pool that Django made (`OPTIONS["pool"]`), so reads and writes share its limits;
without one it is Django's own connection, opened for this request.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import psycopg
from django.db import connection
from psycopg_pool import ConnectionPool, PoolTimeout, TooManyRequests

from ..application.listing import Row
from ..domain.errors import UnavailableError
from .sql.statement import Statement

TIMEOUT = "The statement took too long and was stopped."
NO_DATABASE = "The database cannot be reached for now."

Connection = psycopg.Connection[Any]


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a database can do to a read into `UnavailableError`."""
    try:
        yield
    except psycopg.errors.QueryCanceled as error:
        raise UnavailableError(TIMEOUT) from error
    except (psycopg.OperationalError, PoolTimeout, TooManyRequests) as error:
        raise UnavailableError(NO_DATABASE) from error


class Database:
    """Runs statements; `prepared` says whether those marked so are prepared on the server."""

    def __init__(self, *, prepared: bool) -> None:
        self._prepared = prepared

    def rows(self, statement: Statement) -> list[Row]:
        """All rows of one statement. Raises `UnavailableError`."""
        pool = cast("ConnectionPool[Connection] | None", getattr(connection, "pool", None))
        with translated():
            # A request that has written holds a connection to its end. If each of several took a second one to read
            # back what it wrote, they could hold the whole pool and wait for each other.
            if pool is None or connection.connection is not None:
                connection.ensure_connection()
                return self._run(cast("Connection", connection.connection), statement)
            return self._pooled(pool, statement)

    def _pooled(self, pool: ConnectionPool[Connection], statement: Statement) -> list[Row]:
        if pool.closed:
            pool.open()
        leased = pool.getconn()
        try:
            return self._run(leased, statement)
        except psycopg.OperationalError:
            if not leased.broken:
                raise
        finally:
            pool.putconn(leased)
        # The connection had died while it was idle, and its like may have too. Reads can be repeated.
        pool.check()
        with pool.connection() as another:
            return self._run(another, statement)

    def _run(self, leased: Connection, statement: Statement) -> list[Row]:
        cursor = psycopg.Cursor(leased)
        cursor.execute(statement.sql, statement.params, prepare=self._prepared and statement.prepare, binary=True)
        return cursor.fetchall()
