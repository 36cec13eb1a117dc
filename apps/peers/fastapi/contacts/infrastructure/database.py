"""asyncpg's pool, behind PgBouncer in transaction mode."""

from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from contract.document import MESSAGES
from contract.errors import UnavailableError
from peers.core.python.statements import Statement

from .breaker import Breaker

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

# The server has given up on the session or the transaction, is short of something, or cannot be reached.
_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidTransactionStateError,
    asyncpg.TransactionRollbackError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.PostgresSystemError,
    asyncpg.InternalServerError,
    asyncpg.InternalClientError,
    # The connection is closed, or still busy with what was given up.
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
)
# What a connection says that died while nobody used it. The last but one: asyncpg has read the server's farewell, and
# does not count the connection as closed.
_DEAD = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.InternalClientError,
    ConnectionError,
)


def died(error: BaseException | None) -> bool:
    """Whether the connection is no more; also where it was found so on leaving the transaction."""
    return isinstance(error, _DEAD) or (isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError))


# PgBouncer's farewell to a client for whom it had no session of the server's, in all the time that it gives one.
NO_SERVER = "query_wait_timeout"
# Longer than a database that is there takes for `SELECT 1`, however busy it is.
ANSWERS_S = 1.0
# What the database calls the session that looks, in pg_stat_activity for one.
APPLICATION = "contacts-probe"


class NoDatabaseError(UnavailableError):
    """There is no session with the database."""

    # A look or two.
    retry_after_s = 1


def unavailable(error: BaseException | None) -> UnavailableError | None:
    """What to answer where the database stopped a statement or is away; None for any other error of asyncpg."""
    if isinstance(error, asyncpg.QueryCanceledError):
        return UnavailableError(MESSAGES["timeout"])
    # A value of the wrong type is an InterfaceError too, and a fault of ours.
    away = isinstance(error, _AWAY) and not isinstance(error, ValueError)
    return NoDatabaseError(MESSAGES["no_database"]) if away else None


@contextmanager
def translated() -> Iterator[None]:
    """Turn what a database can do to a statement into `UnavailableError`."""
    try:
        yield
    except Exception as error:
        if (refusal := unavailable(error)) is None:
            raise
        raise refusal from error


async def _keep(connection: object) -> None:
    """Reset nothing between two uses of a connection.

    asyncpg's own reset is a statement more for each request, and in transaction mode it would only reach whatever
    session the pooler has at hand then. Nothing here changes a session.
    """


class Database:
    """Runs statements. Each text is prepared once a connection, by name, which PgBouncer 1.21 and later follow.

    While the database is away, requests are refused at once: each of the pool's connections would wait for as long as
    the pooler makes it, and who waits for one of them as long again.
    """

    def __init__(self, url: str, *, size: int, timeout_s: float, probe_s: float) -> None:
        self._url = url
        self._size = size
        self._timeout_s = timeout_s
        # An error is only a doubt: one session may die alone, and so may that of a look, which is why it takes two.
        self.breaker = Breaker(probe_s, self._answers, calm_s=0.1)
        self._opened: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Make the pool; connections come as they are needed, so that the database may come later."""
        # Connections stay however long they idle: the pooler keeps the server's side.
        self._opened = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._size,
            max_inactive_connection_lifetime=0,
            reset=_keep,
            timeout=self._timeout_s,
        )

    async def close(self) -> None:
        """Close the connections, those in use when they come back."""
        await self.breaker.close()
        await self._pool.close()

    async def rows(self, sql: str, arguments: Sequence[object] = ()) -> list[asyncpg.Record]:
        """All rows of one statement. Raises `UnavailableError`."""
        with translated():
            try:
                return await self._rows(sql, arguments)
            except Exception as error:
                self._tell(error)
                if not died(error) or not self.breaker.closed:
                    raise
                # Its like may have died too. Reads can be repeated.
                await self._pool.expire_connections()
                return await self._rows(sql, arguments)

    def run(self, statement: Statement) -> Awaitable[list[asyncpg.Record]]:
        """All rows of a statement, as `rows`."""
        return self.rows(statement.sql, statement.arguments)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction, which commits at its end. Raises `UnavailableError`."""
        written = False
        try:
            with translated():
                self._refuse_if_away()
                async with self._pool.acquire(timeout=self._timeout_s) as connection:
                    self._refuse_if_away()
                    async with connection.transaction():
                        yield connection
                        written = True
        except UnavailableError as error:
            error.unsure = written
            self._tell(error.__cause__)
            if died(error.__cause__):
                # Its like may have died too.
                await self._pool.expire_connections()
            raise

    async def _rows(self, sql: str, arguments: Sequence[object]) -> list[asyncpg.Record]:
        self._refuse_if_away()
        async with self._pool.acquire(timeout=self._timeout_s) as connection:
            self._refuse_if_away()
            return await connection.fetch(sql, *arguments)

    def _refuse_if_away(self) -> None:
        """Asked before a wait for a session, and after it, when it may have been found out."""
        if not self.breaker.closed:
            raise NoDatabaseError(MESSAGES["no_database"])

    def _tell(self, error: BaseException | None) -> None:
        """Have it looked into what went wrong with a session."""
        if not isinstance(unavailable(error), NoDatabaseError):
            return
        if NO_SERVER in str(error):
            self.breaker.failed()
        else:
            self.breaker.doubted()

    async def _answers(self) -> bool:
        """Whether a session of its own, past the pool, gets an answer."""
        named = {"application_name": APPLICATION}
        connection = await asyncpg.connect(self._url, timeout=self._timeout_s, server_settings=named)
        try:
            await connection.execute("SELECT 1", timeout=ANSWERS_S)
        finally:
            connection.terminate()
        return True

    @property
    def _pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        if self._opened is None:
            raise RuntimeError("The database has not been opened.")
        return self._opened
