"""Runs steps on psycopg's pool of asynchronous sessions, for services on an event loop."""

from asyncio import Task, create_task, shield
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any, TypeAlias

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from .sessions import ASKED_ANEW_S, ended, lost, session_options, translated
from .statements import Statement
from .steps import Result, Rows, Steps

Connection: TypeAlias = psycopg.AsyncConnection[Any]


class AsyncDatabase:
    """A pool of sessions behind PgBouncer in transaction mode; statements that recur are prepared by name."""

    def __init__(self, url: str, *, size: int, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        # Connections come as they are needed, so that the database may come later.
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url, min_size=0, max_size=size, timeout=timeout_s, kwargs=dict(session_options(timeout_s)), open=False
        )
        # A loop keeps no hold of its tasks.
        self._giving: set[Task[None]] = set()

    async def open(self) -> None:
        """Let the pool make connections; on the loop that will use them."""
        await self._pool.open()

    async def close(self) -> None:
        """Close the connections."""
        await self._pool.close()

    async def read(self, steps: Steps[Result]) -> Result:
        """The result of steps that only read. Raises `UnavailableError`, and what the steps raise."""
        with translated():
            async with self._leased() as connection:
                return await _done(connection, steps)

    async def write(self, steps: Steps[Result]) -> Result:
        """The result of steps that are one transaction. Raises as `read`, and `InvalidError`."""
        with translated():
            async with self._leased() as connection, connection.transaction():
                return await _done(connection, steps)

    @asynccontextmanager
    async def _leased(self) -> AsyncIterator[Connection]:
        connection = await self._living()
        try:
            yield connection
        except psycopg.Error as error:
            if lost(error):
                await connection.close()
            raise
        finally:
            await self._given_back(connection)

    async def _living(self) -> Connection:
        ends = monotonic() + self._timeout_s
        while (left := ends - monotonic()) > 0:
            with suppress(PoolTimeout):
                connection = await self._pool.getconn(min(ASKED_ANEW_S, left))
                if not ended(connection):
                    return connection
                # The pool makes another in its place.
                await connection.close()
                await self._given_back(connection)
        raise PoolTimeout("The pool has no session to give.")

    async def _given_back(self, connection: Connection) -> None:
        """Give it to the pool, whatever becomes of the caller: that waits for the pool's lock, and where a server
        cancels the request of a client who has left, the session would be lost with it."""
        giving = create_task(self._pool.putconn(connection))
        self._giving.add(giving)
        giving.add_done_callback(self._giving.discard)
        await shield(giving)


async def _done(connection: Connection, steps: Steps[Result]) -> Result:
    cursor = psycopg.AsyncRawCursor(connection)
    try:
        statement = next(steps)
        while True:
            statement = steps.send(await _rows(cursor, statement))
    except StopIteration as done:
        result: Result = done.value
        return result


async def _rows(cursor: psycopg.AsyncRawCursor[Any], statement: Statement) -> Rows:
    await cursor.execute(statement.sql, statement.arguments, prepare=statement.recurs, binary=True)
    return await cursor.fetchall() if cursor.description else []
