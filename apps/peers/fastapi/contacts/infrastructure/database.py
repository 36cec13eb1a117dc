"""asyncpg's pool, behind PgBouncer in transaction mode."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy
from contract.document import MESSAGES
from contract.errors import UnavailableError

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


def _died(error: BaseException | None) -> bool:
    """Whether the connection is no more; also where it was found so on leaving the transaction."""
    return isinstance(error, _DEAD) or (isinstance(error, asyncpg.InterfaceError) and not isinstance(error, ValueError))


def unavailable(error: BaseException | None) -> UnavailableError | None:
    """What to answer where the database stopped a statement or is away; None for any other error of asyncpg."""
    if isinstance(error, asyncpg.QueryCanceledError):
        return UnavailableError(MESSAGES["timeout"])
    # A value of the wrong type is an InterfaceError too, and a fault of ours.
    away = isinstance(error, _AWAY) and not isinstance(error, ValueError)
    return UnavailableError(MESSAGES["no_database"]) if away else None


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
    """Runs statements. Each text is prepared once a connection, by name, which PgBouncer 1.21 and later follow."""

    def __init__(self, url: str, *, size: int, timeout_s: float) -> None:
        self._url = url
        self._size = size
        self._timeout_s = timeout_s
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
        await self._pool.close()

    async def rows(self, sql: str, arguments: Sequence[object] = ()) -> list[asyncpg.Record]:
        """All rows of one statement. Raises `UnavailableError`."""
        with translated():
            try:
                return await self._rows(sql, arguments)
            except Exception as error:
                if not _died(error):
                    raise
                # Its like may have died too. Reads can be repeated.
                await self._pool.expire_connections()
                return await self._rows(sql, arguments)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction, which commits at its end. Raises `UnavailableError`."""
        written = False
        try:
            with translated():
                async with self._pool.acquire(timeout=self._timeout_s) as connection, connection.transaction():
                    yield connection
                    written = True
        except UnavailableError as error:
            error.unsure = written
            if _died(error.__cause__):
                # Its like may have died too.
                await self._pool.expire_connections()
            raise

    async def _rows(self, sql: str, arguments: Sequence[object]) -> list[asyncpg.Record]:
        async with self._pool.acquire(timeout=self._timeout_s) as connection:
            return await connection.fetch(sql, *arguments)

    @property
    def _pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        if self._opened is None:
            raise RuntimeError("The database has not been opened.")
        return self._opened
