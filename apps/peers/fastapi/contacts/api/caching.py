"""The cache as endpoints see it, whether there is one or not."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from contract.errors import UnavailableError

Result = TypeVar("Result")


class Cache(Protocol):
    """See `infrastructure.response_cache.ResponseCache`."""

    async def get(self, key: bytes, compute: Callable[[], Awaitable[bytes]], *, guard: bool = True) -> bytes:
        """The bytes under `key`, computed where there are none that count."""
        ...

    async def invalidate(self) -> None:
        """Make every entry unreadable; to be called after the commit and before its acknowledgement. Never fails."""
        ...

    async def check(self) -> None:
        """Ask it for an answer. Raises `StoreDownError`, `StoreSlowError`."""
        ...

    async def close(self) -> None:
        """Close what it holds."""
        ...


class NoCache:
    """Computes every time."""

    async def get(self, key: bytes, compute: Callable[[], Awaitable[bytes]], *, guard: bool = True) -> bytes:
        return await compute()

    async def invalidate(self) -> None:
        """Do nothing: nothing is kept."""

    async def check(self) -> None:
        """Do nothing: nothing can be away."""

    async def close(self) -> None:
        """Do nothing: nothing is held."""


async def done(write: Awaitable[Result], cache: Cache) -> Result:
    """Do a write and forget what was cached before it, before anybody hears that it was done."""
    try:
        result = await write
    except UnavailableError as error:
        # The session died at its COMMIT, which may have been done all the same.
        if error.unsure:
            await cache.invalidate()
        raise
    await cache.invalidate()
    return result
