"""A database connection for one read, past Django's wrapper: autocommit, one round trip.

With a pool it comes from the pool that Django made (`OPTIONS["pool"]`), so reads and writes share its limits;
without one it is Django's own connection, opened for this request.
"""

from typing import cast

import psycopg
from contract.document import MESSAGES
from django.db import connection
from psycopg_pool import ConnectionPool

from ..application.ports import Row
from .outages import DATABASE, NoDatabaseError, translated, unavailable
from .sessions import REPLACED_S, Connection, lease
from .sql.statement import Statement


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
        if not DATABASE.closed:
            raise NoDatabaseError(MESSAGES["no_database"])
        if pool.closed:
            pool.open()
        leased = lease(pool)
        try:
            return self._run(leased, statement)
        except psycopg.Error as error:
            unavailable(error)
            if not leased.broken or not DATABASE.closed:
                raise
        finally:
            pool.putconn(leased)
        # It died under the statement. Reads can be repeated.
        another = lease(pool, REPLACED_S)
        try:
            return self._run(another, statement)
        finally:
            pool.putconn(another)

    def _run(self, leased: Connection, statement: Statement) -> list[Row]:
        cursor = psycopg.Cursor(leased)
        cursor.execute(statement.sql, statement.params, prepare=self._prepared and statement.prepare, binary=True)
        return cursor.fetchall()
