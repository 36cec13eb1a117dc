"""The engine and its sessions, and what a database can do to a request."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

import asyncpg
from contract.document import MESSAGES
from contract.errors import UnavailableError
from sqlalchemy import event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from ..database import NoDatabaseError, died
from ..database import unavailable as asyncpg_unavailable

Reader = TypeVar("Reader")
Asked = ParamSpec("Asked")
Found = TypeVar("Found")


def make_engine(url: str, *, size: int, timeout_s: float) -> AsyncEngine:
    """An engine with a pool of exactly `size` connections. Statements are prepared by name, as asyncpg does."""
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=size,
        max_overflow=0,
        pool_timeout=timeout_s,
        # asyncpg's own is a minute.
        connect_args={"timeout": timeout_s},
    )
    event.listen(engine.sync_engine, "checkout", alive)
    return engine


def alive(connection: DBAPIConnection, record: object, proxy: object) -> None:
    """Have the pool make anew what the server has ended. The loop has been told, so that no ping need find it out."""
    session = cast("asyncpg.Connection[asyncpg.Record]", connection.driver_connection)
    if session.is_closed():
        # Its like may have been ended too.
        raise InvalidatePoolError


def unavailable(error: Exception) -> UnavailableError | None:
    """What to answer where the database stopped a statement or is away; None for any other error."""
    if isinstance(error, DBAPIError):
        # SQLAlchemy wraps its dialect's error, which wraps asyncpg's.
        told = asyncpg_unavailable(error.orig.__cause__ if error.orig else None)
        return told or (NoDatabaseError(MESSAGES["no_database"]) if error.connection_invalidated else None)
    # No connection within the pool's time.
    if isinstance(error, PoolTimeoutError):
        return NoDatabaseError(MESSAGES["no_database"])
    return asyncpg_unavailable(error)


def repeated(
    read: Callable[Concatenate[Reader, AsyncSession, Asked], Awaitable[Found]],
) -> Callable[Concatenate[Reader, AsyncSession, Asked], Awaitable[Found]]:
    """The read, made once more where its connection turns out to have died while nobody used it.

    `alive` sees only what the loop has been told, and a request may come before the news.
    """

    @wraps(read)
    async def made(reader: Reader, session: AsyncSession, /, *asked: Asked.args, **named: Asked.kwargs) -> Found:
        try:
            return await read(reader, session, *asked, **named)
        except Exception as error:
            ended = error.connection_invalidated if isinstance(error, DBAPIError) else died(error)
            if not ended:
                raise
            # Without its connection; where SQLAlchemy knew that it had died, the pool's others go with it.
            await session.invalidate()
            return await read(reader, session, *asked, **named)

    return made


@asynccontextmanager
async def transaction(session: AsyncSession) -> AsyncIterator[None]:
    """A transaction of the session, which commits at its end. Raises `UnavailableError`."""
    written = False
    try:
        async with session.begin():
            yield
            written = True
    except Exception as error:
        if (refusal := unavailable(error)) is None:
            raise
        refusal.unsure = written
        raise refusal from error
