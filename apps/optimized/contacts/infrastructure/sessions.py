"""Sessions with the database: which of a pool's are alive, and whether a new one is answered."""

from contextlib import suppress
from select import POLLIN, poll
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from psycopg_pool import AsyncConnectionPool, ConnectionPool

# How long to wait for a session in the place of a dead one. Where the database is there, that takes milliseconds.
REPLACED_S = 1.0

Connection = psycopg.Connection[Any]
AsyncConnection = psycopg.AsyncConnection[Any]


def ended(session: Connection | AsyncConnection) -> bool:
    """Whether the server has ended a session that nobody uses; asks the kernel, and sends nothing.

    What a server says unasked is its farewell, or the end of the stream. It may also be news of a setting, after a
    reload of the server's configuration: then a session that is well is made anew.
    """
    waiting = poll()
    try:
        waiting.register(session.fileno(), POLLIN)
        return bool(waiting.poll(0))
    except psycopg.OperationalError:
        # It is closed on this side already.
        return True


def lease(pool: ConnectionPool[Connection], timeout: float | None = None) -> Connection:
    """A living session of the pool, to be put back; `timeout`: other than the pool's. Raises `OperationalError`.

    psycopg's own check would wait a second after the second dead session that it meets, and longer after each other.
    """
    # After every dead one there is either another or a new one.
    for _ in range(pool.max_size):
        session = pool.getconn(timeout)
        if not ended(session):
            return session
        session.close()
        pool.putconn(session)
        timeout = REPLACED_S
    return pool.getconn(timeout)


async def lease_async(pool: AsyncConnectionPool[AsyncConnection]) -> AsyncConnection:
    """The same of an event loop's pool."""
    timeout = None
    for _ in range(pool.max_size):
        session = await pool.getconn(timeout)
        if not ended(session):
            return session
        await session.close()
        await pool.putconn(session)
        timeout = REPLACED_S
    return await pool.getconn(timeout)


def answers(parameters: dict[str, Any], within_s: float) -> bool:
    """Whether a new session comes about and a statement is answered within so many seconds."""
    try:
        session: Connection = psycopg.connect(**parameters)
    except psycopg.Error:
        return False
    result = None
    with suppress(psycopg.Error):
        # Past psycopg, which waits for an answer as long as there is a connection.
        session.pgconn.send_query(b"SELECT 1")
        waiting = poll()
        waiting.register(session.fileno(), POLLIN)
        if waiting.poll(within_s * 1000):
            result = session.pgconn.get_result()
    session.close()
    return result is not None and result.status == ExecStatus.TUPLES_OK
