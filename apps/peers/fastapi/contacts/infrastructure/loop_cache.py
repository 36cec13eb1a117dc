"""The cache with a first level in this process, over one connection that commands of a turn share.

It is the cache that `response_cache` describes: the same entries in the same store, and the same promise. Writes come
by that one, and so do its breaker and what it owes: while something is owed, or the breaker is open, reads compute.

A read asks the store for the version, with all others that came in the same turn of the loop, and for the entry only
where this process does not hold one that carries that version. So an entry that is held counts by a version that was
read after the request had come, exactly as one in the store does.
"""

import secrets
from asyncio import sleep
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol

from onloop.held import Held
from onloop.turns import Turns
from onloop.wire import WireDownError

from .entries import VERSION_BYTES, Entries
from .response_cache import ResponseCache
from .stores import StoreDownError

Compute = Callable[[], Awaitable[bytes]]


class LoopStore(Protocol):
    """Bytes under keys. Every method raises `WireDownError` where there was no answer in time, or an error for one."""

    async def get(self, key: bytes) -> bytes | None:
        """The value under a key."""
        ...

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        """Store a value."""
        ...

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        """Store a value where there is none; whether it did. `ttl_ms` None: for ever."""
        ...

    async def delete(self, key: bytes) -> None:
        """Forget a value."""
        ...


class LoopCache:
    """Bytes by key: read here, and written by the cache that others share."""

    def __init__(self, shared: ResponseCache, store: LoopStore, entries: Entries, held: Held) -> None:
        """`shared`: the cache by which writes come, of the same entries; `held`: the first level."""
        self._shared = shared
        self._store = store
        self._entries = entries
        self._timing = entries.timing
        self._held = held
        self._version = Turns(self._stored_version)

    async def get(self, key: bytes, compute: Compute, *, guard: bool = True) -> bytes:
        """The bytes under `key`, computed where there are none that count. Never fails by the store's fault.

        `guard`: concurrent misses are one computation.
        """
        shared = self._shared
        if not shared.usable:
            return await compute()
        key = self._entries.key(key)
        try:
            asked = monotonic()
            version, entry = await self._read(key)
            shared.told(monotonic() - asked)
            locked = False
            if (found := self._entries.counting(entry, version)) is not None:
                body, fresh = found
                if fresh or (guard and not await self._lock(key, version)):
                    return body
                locked = guard
            elif guard and not (locked := await self._lock(key, version)):
                waited = await self._wait(key)
                if waited is not None:
                    return waited
        except WireDownError:
            shared.told(None)
            return await compute()
        return await self._computed(key, version, compute, locked=locked)

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

    async def _read(self, key: bytes) -> tuple[bytes, bytes | None]:
        """The version, and the entry under a key."""
        held = self._held
        if (entry := held.get(key)) is not None:
            version = await self._version.answer()
            if self._young(entry, version):
                return version, entry
            held.drop(key)
            return version, await self._store.get(key)
        current = self._version.answer()
        try:
            entry = await self._store.get(key)
        except BaseException:
            # Or a version that could not be had either would be an error that nobody looked at.
            current.cancel()
            raise
        version = await current
        if entry is not None and self._young(entry, version):
            held.put(key, entry)
        return version, entry

    def _young(self, entry: bytes, version: bytes) -> bool:
        found = self._entries.counting(entry, version)
        return found is not None and found[1]

    async def _stored_version(self) -> bytes:
        key = self._entries.version_key
        if (version := await self._store.get(key)) is not None:
            return version
        token = secrets.token_bytes(VERSION_BYTES)
        if await self._store.add(key, token, None):
            return token
        return await self._store.get(key) or token

    async def _lock(self, key: bytes, version: bytes) -> bool:
        return await self._store.add(self._entries.lock(version, key), b"1", self._timing.lock_ms)

    async def _wait(self, key: bytes) -> bytes | None:
        until = monotonic() + self._timing.wait_s
        while monotonic() < until and self._shared.usable:
            await sleep(self._timing.poll_s)
            version, entry = await self._read(key)
            if (found := self._entries.counting(entry, version)) is not None:
                return found[0]
        return None

    async def _computed(self, key: bytes, version: bytes, compute: Compute, *, locked: bool) -> bytes:
        stored = False
        try:
            body = await compute()
            entry = self._entries.packed(version, body)
            if stored := await self._put(key, entry):
                self._held.put(key, entry)
        finally:
            # Behind an entry that stands, the lock runs out by itself before anybody asks for it again.
            if locked and not (stored and self._timing.lock_s < self._timing.young_s):
                await self._unlock(self._entries.lock(version, key))
        return body

    async def _put(self, key: bytes, entry: bytes) -> bool:
        if not self._shared.usable:
            return False
        try:
            await self._store.set(key, entry, self._timing.ttl_ms)
        except WireDownError:
            self._shared.told(None)
            return False
        return True

    async def _unlock(self, lock: bytes) -> None:
        # A lock that is left runs out by itself.
        if not self._shared.usable:
            return
        try:
            await self._store.delete(lock)
        except WireDownError:
            self._shared.told(None)
