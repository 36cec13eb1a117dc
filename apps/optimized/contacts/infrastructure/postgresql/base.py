"""Django's backend, but that nobody waits for a database that is known to be away, or gets a session that is dead."""

from typing import Any, cast

import psycopg
from django.db.backends.postgresql import base

from ..outages import DATABASE
from ..sessions import Connection, lease


class DatabaseWrapper(base.DatabaseWrapper):
    """One thread's connection. Writes, the ORM's reads and the readiness probe come by here."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        if not DATABASE.closed:
            raise psycopg.OperationalError("The database is known to be away.")
        if self.pool is None:
            return cast("Connection", super().get_new_connection(conn_params))
        self.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        # Opened by whoever is first.
        self.pool.open()
        return lease(self.pool)
