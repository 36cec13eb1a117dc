"""The cache that `onloop` reads on the loop, as the endpoints see it."""

from typing import Protocol

from onloop.cache import LoopCache, LoopStore
from onloop.entries import Entries, Entry
from onloop.held import Held
from onloop.wire import WireDownError

from .response_cache import ResponseCache
from .stores import StoreDownError


class Wire(LoopStore, Protocol):
    """A store that is closed in the end."""

    def close(self) -> None:
        """Close the connection."""
        ...


class HeldCache:
    """Bytes by key: read over one connection that commands of a turn share, and written by `ResponseCache`."""

    def __init__(self, shared: ResponseCache, store: Wire, entries: Entries, held: Held[Entry]) -> None:
        self._shared = shared
        self._store = store
        self._entries = entries
        self.get = LoopCache(shared, store, entries, held).get

    async def invalidate(self) -> None:
        """See `ResponseCache.invalidate`: what is held counts no longer once the version is another."""
        await self._shared.invalidate()

    async def check(self) -> None:
        """Ask the store by either way. Raises `StoreDownError`, `StoreSlowError`."""
        await self._shared.check()
        try:
            await self._store.get(self._entries.version_key)
        except WireDownError as error:
            self._shared.told(None)
            raise StoreDownError from error.__cause__ or error

    async def close(self) -> None:
        """Close the store, once it has been tried to set what is owed."""
        await self._shared.close()
        self._store.close()
