"""The cache of bytes, read on an event loop, with a first level in this process.

Beside it stands a service's own cache, of the same entries in the same store, by which writes come, with its breaker
and what it owes: while something is owed, or the breaker is open, reads compute. The promise is that one's.

A read asks the store for the version, with all others that came in the same turn of the loop, and for the entry only
where this process does not hold one that carries that version. So an entry that is held counts by a version that was
read after the request had come, exactly as one in the store does.
"""

import secrets
from asyncio import sleep
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol

from .entries import VERSION_BYTES, Entries, Entry
from .held import Held
from .turns import Turns
from .wire import WireDownError

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


class Shared(Protocol):
    """The cache by which writes come, of the same entries in the same store."""

    @property
    def usable(self) -> bool:
        """Whether the store may be asked: it is well, and no write owes it a version."""
        ...

    def told(self, seconds: float | None) -> None:
        """Be told how long the store took to answer, None where it did not."""
        ...


class LoopCache:
    """Bytes by key, on the loop."""

    def __init__(self, shared: Shared, store: LoopStore, entries: Entries, held: Held[Entry] | None) -> None:
        """`held`: the first level, None for none."""
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
            version, found = await self._read(key)
            locked = False
            if found is not None:
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

    async def _read(self, key: bytes) -> tuple[bytes, tuple[bytes, bool] | None]:
        """The version, and of the entry under a key, where it counts, the body and whether it is young."""
        asked, held = monotonic(), self._held
        if held is not None and (known := held.get(key)) is not None:
            version = await self._version.answer()
            self._shared.told(monotonic() - asked)
            if known.version == version and known.young:
                return version, (known.body, True)
            held.drop(key)
            entry = await self._store.get(key)
        else:
            current = self._version.answer()
            entry = await self._store.get(key)
            version = await current
            self._shared.told(monotonic() - asked)
        found = self._entries.counting(entry, version)
        if held is not None and entry is not None and found is not None and found[1]:
            held.put(key, self._entries.opened(entry), len(entry))
        return version, found

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
            _, found = await self._read(key)
            if found is not None:
                return found[0]
        return None

    async def _computed(self, key: bytes, version: bytes, compute: Compute, *, locked: bool) -> bytes:
        stored = False
        try:
            body = await compute()
            entry = self._entries.packed(version, body)
            stored = await self._put(key, entry)
            if stored and self._held is not None:
                self._held.put(key, self._entries.opened(entry), len(entry))
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
