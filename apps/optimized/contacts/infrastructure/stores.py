"""Where cached bytes lie: in Redis, or in this process."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from threading import Lock
from time import monotonic
from typing import Protocol, cast

from redis import ConnectionError as RedisConnectionError
from redis import ConnectionPool
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

    def prompt(self, within_s: float) -> bool:
        """Whether it answers within so many seconds; its answer is waited for all the same."""
        ...


class Wire(Protocol):
    """What is used of redis-py's connections, whose own types leave it open."""

    def send_command(self, *command: bytes | int) -> None:
        """Connect where that is still to be done, and send."""
        ...

    def read_response(self) -> object:
        """The answer to what was sent; an error that the server answers is raised."""
        ...

    def can_read(self, timeout: float) -> bool:
        """Whether an answer is there, or comes within so many seconds."""
        ...

    def disconnect(self) -> None:
        """Close it, whatever state it is in."""
        ...


Connect = Callable[[], Wire]


def redis_wires(url: str, timeout_ms: int) -> Connect:
    """Makes connections to Redis at a URL, each opened by its first command.

    Only the reading of the URL is the pool's. The connections that it makes itself it counts for ever, also those that
    are gone, and it refuses to make more than a hundred.
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
    do. The connections that nobody uses wait in a stack, which needs no lock.
    """

    def __init__(self, url: str, timeout_ms: int, wires: Callable[[str, int], Connect] = redis_wires) -> None:
        self._connect = wires(url, timeout_ms)
        self._idle: list[Wire] = []

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        return cast("list[bytes | None]", self._ask(b"MGET", *keys))

    def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        self._ask(b"SET", key, value, *_expiry(ttl_ms))

    def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        return self._ask(b"SET", key, value, b"NX", *_expiry(ttl_ms)) is not None

    def delete(self, key: bytes) -> None:
        self._ask(b"DEL", key)

    def prompt(self, within_s: float) -> bool:
        seen: list[bool] = []
        # The kernel waits, and looks once more when the time is up: however late this thread gets the interpreter, or
        # the process its CPU, an answer that came in time is there.
        self._ask(b"PING", meanwhile=lambda connection: seen.append(connection.can_read(within_s)))
        return seen[-1]

    def _ask(self, *command: bytes | int, meanwhile: Callable[[Wire], None] | None = None) -> object:
        while True:
            connection, idle, answered = None, False, False
            try:
                connection = self._taken()
                idle = connection is not None
                connection = connection or self._connect()
                connection.send_command(*command)
                if meanwhile is not None:
                    meanwhile(connection)
                answer = connection.read_response()
                answered = True
            # Whatever it is, a request can do without what it asked for here.
            except Exception as error:
                # It may have died while it was idle, and its like too. Every command can be repeated.
                if idle and isinstance(error, RedisConnectionError):
                    continue
                self._forget()
                raise StoreDownError from error
            finally:
                # Also where the process is told to end in the middle: the answer would be the next command's.
                if connection is not None and not answered:
                    _end(connection)
            self._idle.append(connection)
            return answer

    def _taken(self) -> Wire | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _forget(self) -> None:
        """Close the connections that nobody uses: each would cost a caller its time-out."""
        while (connection := self._taken()) is not None:
            _end(connection)


def _end(connection: Wire) -> None:
    with suppress(Exception):
        connection.disconnect()


def _expiry(ttl_ms: int | None) -> tuple[bytes | int, ...]:
    return () if ttl_ms is None else (b"PX", ttl_ms)


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

    def prompt(self, within_s: float) -> bool:
        return True

    def _alive(self, key: bytes) -> bytes | None:
        value, until = self._values.get(key, (None, None))
        return None if until is not None and until <= monotonic() else value

    def _put(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        self._values.pop(key, None)
        while len(self._values) >= self._capacity:
            del self._values[next(iter(self._values))]
        self._values[key] = value, None if ttl_ms is None else monotonic() + ttl_ms / 1000


class OwnStore:
    """A store of this process as an event loop asks it: it waits for nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get(self, key: bytes) -> bytes | None:
        return self._store.get_many((key,))[0]

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        self._store.set(key, value, ttl_ms)

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        return self._store.add(key, value, ttl_ms)

    async def delete(self, key: bytes) -> None:
        self._store.delete(key)
