"""The engine and its sessions, and what a database can do to a request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from contract.document import MESSAGES
from contract.errors import UnavailableError
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from ..database import unavailable as asyncpg_unavailable


def make_engine(url: str, *, size: int, timeout_s: float) -> AsyncEngine:
    """An engine with a pool of exactly `size` connections. Statements are prepared by name, as asyncpg does."""
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"), pool_size=size, max_overflow=0, pool_timeout=timeout_s
    )


def unavailable(error: Exception) -> UnavailableError | None:
    """What to answer where the database stopped a statement or is away; None for any other error."""
    if isinstance(error, DBAPIError):
        # SQLAlchemy wraps its dialect's error, which wraps asyncpg's.
        told = asyncpg_unavailable(error.orig.__cause__ if error.orig else None)
        return told or (UnavailableError(MESSAGES["no_database"]) if error.connection_invalidated else None)
    # No connection within the pool's time.
    if isinstance(error, PoolTimeoutError):
        return UnavailableError(MESSAGES["no_database"])
    return asyncpg_unavailable(error)


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
