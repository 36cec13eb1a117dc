"""Where cached bytes lie: in Redis, or in this process."""

from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from time import monotonic
from typing import Protocol, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError


class StoreDownError(Exception):
    """The store did not answer in time; whoever asked can do without it."""


class Store(Protocol):
    """Bytes under keys, each with a time to live in milliseconds."""

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Their values at one moment, None for those that are absent. Raises `StoreDownError`, as all methods do."""
        ...

    async def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        """Store a value, for ever where `ttl_ms` is None."""
        ...

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        """Store a value where there is none; whether it did."""
        ...

    async def delete(self, key: bytes) -> None:
        """Forget a value."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError, TimeoutError) as error:
        raise StoreDownError from error


class RedisStore:
    """Redis or Valkey at a URL, one attempt of at most `timeout_ms` a command."""

    def __init__(self, url: str, timeout_ms: int) -> None:
        self._redis = Redis.from_url(
            url,
            socket_timeout=timeout_ms / 1000,
            socket_connect_timeout=timeout_ms / 1000,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        with _translated():
            return cast("list[bytes | None]", await cast("Awaitable[object]", self._redis.mget(keys)))

    async def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        with _translated():
            await self._redis.set(key, value, px=ttl_ms)

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        with _translated():
            return bool(await self._redis.set(key, value, px=ttl_ms, nx=True))

    async def delete(self, key: bytes) -> None:
        with _translated():
            await self._redis.delete(key)

    async def close(self) -> None:
        await self._redis.aclose()


class LocalStore:
    """This process's memory, for development; at most `capacity` values, the oldest go first."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._values: dict[bytes, tuple[bytes, float | None]] = {}

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return [self._alive(key) for key in keys]

    async def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        self._values.pop(key, None)
        while len(self._values) >= self._capacity:
            del self._values[next(iter(self._values))]
        self._values[key] = value, None if ttl_ms is None else monotonic() + ttl_ms / 1000

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        if self._alive(key) is not None:
            return False
        await self.set(key, value, ttl_ms)
        return True

    async def delete(self, key: bytes) -> None:
        self._values.pop(key, None)

    async def close(self) -> None:
        self._values.clear()

    def _alive(self, key: bytes) -> bytes | None:
        value, until = self._values.get(key, (None, None))
        return None if until is not None and until <= monotonic() else value
