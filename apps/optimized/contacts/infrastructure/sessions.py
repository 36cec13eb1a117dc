"""Sessions with the database: which of a pool's are alive, and whether a new one is answered."""

from collections.abc import Iterator
from contextlib import suppress
from select import POLLIN, poll
from time import monotonic
from typing import Any

import psycopg
from psycopg.pq import ExecStatus
from psycopg_pool import ConnectionPool, PoolTimeout

from .outages import DATABASE

# How long to wait for a session in the place of a dead one. Where the database is there, that takes milliseconds.
REPLACED_S = 1.0
# A pool whose attempt to connect failed makes the next when somebody asks anew, and none for those who wait already.
# So nobody waits in one go. Who asks anew is behind the others who wait; after so long that no longer matters.
ASKED_ANEW_S = 0.5
NO_SESSION = "The pool has no session to give."

Connection = psycopg.Connection[Any]


def ended(session: Connection) -> bool:
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
        session = _waited_for(pool, timeout)
        if not ended(session):
            return session
        session.close()
        pool.putconn(session)
        timeout = REPLACED_S
    return _waited_for(pool, timeout)


def _waited_for(pool: ConnectionPool[Connection], timeout: float | None) -> Connection:
    for wait in _waits(pool.timeout if timeout is None else timeout):
        with suppress(PoolTimeout):
            return pool.getconn(wait)
    raise PoolTimeout(NO_SESSION)


def _waits(timeout: float) -> Iterator[float]:
    """How long to wait, time after time, until that is over or the database is known to be away; at least once."""
    ends = monotonic() + timeout
    yield min(ASKED_ANEW_S, timeout)
    while DATABASE.closed and (left := ends - monotonic()) > 0:
        yield min(ASKED_ANEW_S, left)


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
