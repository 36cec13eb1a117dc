"""The cache as endpoints see it, whether there is one or not."""

from collections.abc import Awaitable, Callable
from typing import Protocol


class Cache(Protocol):
    """See `infrastructure.response_cache.ResponseCache`."""

    async def get(self, key: bytes, compute: Callable[[], Awaitable[bytes]], *, guard: bool = True) -> bytes:
        """The bytes under `key`, computed where there are none that count."""
        ...

    async def invalidate(self) -> None:
        """Make every entry unreadable; to be called after the commit and before its acknowledgement."""
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

    async def close(self) -> None:
        """Do nothing: nothing is held."""
