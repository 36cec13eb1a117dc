"""The hot reads' way to Postgres by libpq, past asyncpg: `onloop`'s sessions, of which psycopg loads the rows.

What a request meets is what asyncpg's pool gives: as many sessions, as long a wait for one, and the same refusals while
the database is away, which both ways find out together.
"""

import sys
from asyncio import timeout
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from math import inf
from typing import Protocol
from weakref import WeakSet

import psycopg
from contract.document import MESSAGES
from contract.errors import UnavailableError
from onloop.session import Session, SilentError
from onloop.sessions import Limits, Sessions
from peers.core.python.rows import Row
from peers.core.python.statements import Statement
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestampBinaryLoader
from psycopg.types.numeric import Int8BinaryDumper

from .database import NO_SERVER, NoDatabaseError

Connect = Callable[[], Awaitable[Session]]

# What the end of a session looks like depends on the moment. One that cannot be had in time is a TimeoutError.
_OUTAGES = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.InternalError, OSError, TimeoutError)

ADAPTERS = AdaptersMap(psycopg.adapters)
# Naive and in UTC, as they come over the wire, whatever the session's time zone is; the JSON says that they are UTC.
ADAPTERS.register_loader("timestamptz", TimestampBinaryLoader)
# psycopg's own choice goes by the number, so that one text would be prepared for each size of it.
ADAPTERS.register_dumper(int, Int8BinaryDumper)


class Health(Protocol):
    """See `breaker.Breaker`."""

    closed: bool

    def failed(self) -> None:
        """It did not answer."""
        ...

    def doubted(self) -> None:
        """Somebody had trouble with it."""
        ...


def unavailable(error: BaseException) -> UnavailableError | None:
    """What to answer where the database stopped a statement or is away; None for any other error of psycopg."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return UnavailableError(MESSAGES["timeout"])
    return NoDatabaseError(MESSAGES["no_database"]) if isinstance(error, _OUTAGES) else None


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a database can do to a statement into `UnavailableError`."""
    try:
        yield
    except Exception as error:
        if (refusal := unavailable(error)) is None:
            raise
        raise refusal from error


def connecting(url: str, *, timeout_s: float, patience_s: float) -> Connect:
    """What makes sessions with the database at a URL, within `timeout_s`.

    `patience_s`: after so long without an answer to a statement a session is given up.
    """

    async def connect() -> Session:
        async with timeout(timeout_s):
            connection = await psycopg.AsyncConnection.connect(url, autocommit=True, context=ADAPTERS)
        return Session(connection, patience_s)

    return connect


class LoopDatabase:
    """Runs the statements of reads; those that recur are prepared, once a session."""

    def __init__(self, connect: Connect, health: Health, *, size: int, timeout_s: float) -> None:
        """`health`: of the database; `size`: sessions at most; `timeout_s`: how long to wait for one."""
        self._connect = connect
        self._health = health
        # Sessions stay however long they live, and everybody may wait, as in asyncpg's pool.
        limits = Limits(size, timeout_s, sys.maxsize, inf)
        self._sessions = Sessions(self._session, limits, lambda: health.closed)
        self._made: WeakSet[Session] = WeakSet()

    async def rows(self, statement: Statement) -> Sequence[Row]:
        """All rows of one statement. Raises `UnavailableError`."""
        with translated():
            session = await self._take()
            try:
                return await self._run(session, statement)
            except psycopg.Error as error:
                self._tell(error)
                if not session.ended or isinstance(error, SilentError) or not self._health.closed:
                    raise
            finally:
                self._sessions.give(session)
            # Its like may have died too. Reads can be repeated.
            self._sessions.forget_idle()
            another = await self._take()
            try:
                return await self._run(another, statement)
            except psycopg.Error as error:
                self._tell(error)
                raise
            finally:
                self._sessions.give(another)

    async def close(self) -> None:
        """End the sessions."""
        for session in list(self._made):
            session.end()

    async def _run(self, session: Session, statement: Statement) -> list[tuple[object, ...]]:
        return await session.rows(statement.sql.encode(), statement.arguments, prepare=statement.recurs)

    async def _take(self) -> Session:
        try:
            return await self._sessions.take()
        except _OUTAGES as error:
            self._tell(error)
            raise

    def _tell(self, error: BaseException) -> None:
        """Have it looked into what went wrong with a session."""
        if not isinstance(unavailable(error), NoDatabaseError):
            return
        if NO_SERVER in str(error):
            self._health.failed()
        else:
            self._health.doubted()

    async def _session(self) -> Session:
        session = await self._connect()
        self._made.add(session)
        return session
