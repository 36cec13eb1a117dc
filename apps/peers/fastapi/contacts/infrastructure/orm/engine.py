"""The engine and its sessions, and what a database can do to a request."""

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from ...application.errors import NO_DATABASE, TIMEOUT, UnavailableError

QUERY_CANCELED = "57014"
# Connection exceptions, insufficient resources, operator intervention.
AWAY = ("08", "53", "57")


def make_engine(url: str, *, size: int, timeout_s: float) -> AsyncEngine:
    """An engine with a pool of exactly `size` connections. Statements are prepared by name, as asyncpg does."""
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"), pool_size=size, max_overflow=0, pool_timeout=timeout_s
    )


def unavailable(error: Exception) -> UnavailableError | None:
    """What to answer where the database stopped a statement or is away; None for any other error."""
    if not isinstance(error, DBAPIError):
        # No connection within the pool's time, or nobody listens.
        return UnavailableError(NO_DATABASE)
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state == QUERY_CANCELED:
        return UnavailableError(TIMEOUT)
    return UnavailableError(NO_DATABASE) if error.connection_invalidated or state.startswith(AWAY) else None
