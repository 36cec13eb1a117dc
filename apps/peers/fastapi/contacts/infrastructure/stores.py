"""Where cached bytes lie: in Redis, or in this process."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Protocol, cast

from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from .breaker import in_time


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

    async def prompt(self, within_s: float) -> bool:
        """Whether it answers within so many seconds; its answer is waited for all the same."""
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


class Wire(Protocol):
    """What is used of redis-py's connections, whose own types leave it open."""

    async def send_command(self, *command: bytes | int) -> None:
        """Connect where that is still to be done, and send."""
        ...

    async def read_response(self) -> object:
        """The answer to what was sent; an error that the server answers is raised."""
        ...

    async def disconnect(self, nowait: bool = False) -> None:
        """Close it, whatever state it is in; `nowait`: without waiting until that is done."""
        ...


Connect = Callable[[], Wire]


def redis_wires(url: str, timeout_ms: int) -> Connect:
    """Makes connections to Redis at a URL, each opened by its first command.

    Only the reading of the URL is the pool's: how it makes connections itself, and how many, is its own affair.
    """
    pool = ConnectionPool.from_url(
        url,
        socket_timeout=timeout_ms / 1000,
        socket_connect_timeout=timeout_ms / 1000,
        retry=Retry(NoBackoff(), 0),
        protocol=2,
    )
    return cast("Connect", partial(pool.connection_class, **pool.connection_kwargs))


class RedisStore:
    """Redis or Valkey at a URL, one attempt of at most `timeout_ms` a command.

    Commands go over connections of redis-py, past its client, which costs more CPU than packing, sending and parsing
    do. The connections that nobody uses wait in a stack.
    """

    def __init__(self, url: str, timeout_ms: int, wires: Callable[[str, int], Connect] = redis_wires) -> None:
        self._connect = wires(url, timeout_ms)
        self._idle: list[Wire] = []

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return cast("list[bytes | None]", await self._ask(b"MGET", *keys))

    async def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        await self._ask(b"SET", key, value, *_expiry(ttl_ms))

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        return await self._ask(b"SET", key, value, b"NX", *_expiry(ttl_ms)) is not None

    async def delete(self, key: bytes) -> None:
        await self._ask(b"DEL", key)

    async def prompt(self, within_s: float) -> bool:
        if not self._idle:
            # What making a connection takes is not what an answer takes.
            await self._ask(b"PING")
        return await in_time(self._ask(b"PING"), within_s)

    async def close(self) -> None:
        while self._idle:
            await _end(self._idle.pop())

    async def _ask(self, *command: bytes | int) -> object:
        while True:
            connection, idle, answered = None, bool(self._idle), False
            try:
                connection = self._idle.pop() if idle else self._connect()
                await connection.send_command(*command)
                answer = await connection.read_response()
                answered = True
            # Whatever it is, a request can do without what it asked for here.
            except Exception as error:
                # It may have died while it was idle, and its like too. Every command can be repeated.
                if idle and isinstance(error, RedisConnectionError):
                    continue
                # Each of the others would cost a caller its time-out.
                await self.close()
                raise StoreDownError from error
            finally:
                # Also where the request is given up in the middle: the answer would be the next command's.
                if connection is not None and not answered:
                    await _end(connection)
            self._idle.append(connection)
            return answer


async def _end(connection: Wire) -> None:
    with suppress(Exception):
        await connection.disconnect(nowait=True)


def _expiry(ttl_ms: int | None) -> tuple[bytes | int, ...]:
    return () if ttl_ms is None else (b"PX", ttl_ms)


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

    async def prompt(self, within_s: float) -> bool:
        return True

    async def close(self) -> None:
        self._values.clear()

    def _alive(self, key: bytes) -> bytes | None:
        value, until = self._values.get(key, (None, None))
        return None if until is not None and until <= monotonic() else value
