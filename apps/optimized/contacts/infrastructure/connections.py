"""A database connection for one read, past Django's wrapper: autocommit, one round trip.

With a pool it comes from the pool that Django made (`OPTIONS["pool"]`), so reads and writes share its limits;
without one it is Django's own connection, opened for this request.
"""

from typing import Any, cast

import psycopg
from django.db import connection
from psycopg_pool import ConnectionPool

from ..application.ports import Row
from .outages import translated
from .sql.statement import Statement

Connection = psycopg.Connection[Any]


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
        except psycopg.Error:
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
