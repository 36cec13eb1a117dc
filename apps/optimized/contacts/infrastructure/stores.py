"""Where cached bytes lie: in Redis, or in this process."""

from collections.abc import Sequence
from threading import Lock
from time import monotonic
from typing import Protocol, cast

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry


class StoreDownError(Exception):
    """The store did not answer in time; whoever asked can do without it."""


class Store(Protocol):
    """Bytes under keys, each with a time to live in milliseconds."""

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Their values at one moment, None for those that are absent. Raises `StoreDownError`, as all methods do."""
        ...

    def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        """Store a value, for ever where `ttl_ms` is None."""
        ...

    def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        """Store a value where there is none; whether it did."""
        ...

    def delete(self, key: bytes) -> None:
        """Forget a value."""
        ...


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

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        try:
            return cast("list[bytes | None]", self._redis.mget(keys))
        except (RedisError, OSError) as error:
            raise StoreDownError from error

    def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        try:
            self._redis.set(key, value, px=ttl_ms)
        except (RedisError, OSError) as error:
            raise StoreDownError from error

    def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        try:
            return bool(self._redis.set(key, value, px=ttl_ms, nx=True))
        except (RedisError, OSError) as error:
            raise StoreDownError from error

    def delete(self, key: bytes) -> None:
        try:
            self._redis.delete(key)
        except (RedisError, OSError) as error:
            raise StoreDownError from error


class LocalStore:
    """This process's memory, for development; at most `capacity` values, the oldest go first."""

    def __init__(self, capacity: int = 10_000) -> None:
        self._capacity = capacity
        self._values: dict[bytes, tuple[bytes, float | None]] = {}
        self._lock = Lock()

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        with self._lock:
            return [self._alive(key) for key in keys]

    def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        with self._lock:
            self._put(key, value, ttl_ms)

    def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        with self._lock:
            if self._alive(key) is not None:
                return False
            self._put(key, value, ttl_ms)
            return True

    def delete(self, key: bytes) -> None:
        with self._lock:
            self._values.pop(key, None)

    def _alive(self, key: bytes) -> bytes | None:
        value, until = self._values.get(key, (None, None))
        return None if until is not None and until <= monotonic() else value

    def _put(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        self._values.pop(key, None)
        while len(self._values) >= self._capacity:
            del self._values[next(iter(self._values))]
        self._values[key] = value, None if ttl_ms is None else monotonic() + ttl_ms / 1000
