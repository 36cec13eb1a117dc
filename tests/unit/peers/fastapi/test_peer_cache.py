"""The peer's cache over connections that fail: whatever they do, and however often, nobody hears of it."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

import pytest
from onloop.entries import Entries, Timing
from peers.fastapi.contacts.infrastructure.breaker import in_time
from peers.fastapi.contacts.infrastructure.response_cache import ResponseCache, StoreSlowError
from peers.fastapi.contacts.infrastructure.stores import Connect, LocalStore, RedisStore, StoreDownError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MaxConnectionsError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

VERSION = b"test:version"


class Wires:
    """Makes connections that answer as they are told; an exception is raised, and one without an answer hangs."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)
        self.open = 0
        self.made = 0

    def __call__(self, url: str, timeout_ms: int) -> Connect:
        return self.make

    def make(self) -> "Wire":
        self.made += 1
        return Wire(self)

    async def answer(self) -> object:
        if not self._answers:
            await asyncio.Event().wait()
        answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
        if isinstance(answer, Exception):
            # A new one each time: the same would remember everywhere that it was raised.
            raise type(answer)(*answer.args)
        return answer


class Wire:
    """One connection; open from its first command."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        self._open = False

    async def send_command(self, *command: bytes | int) -> None:
        self._wires.open += not self._open
        self._open = True

    async def read_response(self) -> object:
        return await self._wires.answer()

    async def disconnect(self, nowait: bool = False) -> None:
        self._wires.open -= self._open
        self._open = False


class Store(LocalStore):
    """One in memory that is down when it is told so."""

    def __init__(self) -> None:
        super().__init__()
        self.down = False
        self.hangs = False
        self.takes_s = 0.0
        self.asked = 0

    async def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        await self._fail()
        return await super().get_many(keys)

    async def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        await self._fail()
        await super().set(key, value, ttl_ms)

    async def prompt(self, within_s: float) -> bool:
        return await in_time(self._fail(), within_s)

    async def _fail(self) -> None:
        self.asked += 1
        if self.takes_s:
            await asyncio.sleep(self.takes_s)
        if self.hangs:
            await asyncio.Event().wait()
        if self.down:
            raise StoreDownError


def entries(ttl_s: float, away_s: float = 0.25) -> Entries:
    """The namespace of a test."""
    return Entries("test", "v", Timing(ttl_s, away_s=away_s))


def answering(body: bytes) -> Callable[[], Awaitable[bytes]]:
    async def compute() -> bytes:
        return body

    return compute


def test_the_fifty_thousandth_failure_is_like_the_first() -> None:
    async def fail() -> None:
        wires = Wires(RedisConnectionError("refused"))
        failing = RedisStore("redis://nowhere", 250, wires)
        for _ in range(50_000):
            with pytest.raises(StoreDownError):
                await failing.delete(b"key")
        assert (wires.made, wires.open) == (50_000, 0)

    asyncio.run(fail())


def test_redis_py_s_own_connections_are_not_counted() -> None:
    async def fail(port: int) -> None:
        failing = RedisStore(f"redis://127.0.0.1:{port}/0", 250)
        for _ in range(250):
            with pytest.raises(StoreDownError):
                await failing.set(b"key", b"value", None)

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        asyncio.run(fail(silent.getsockname()[1]))


@pytest.mark.parametrize(
    "error",
    [
        RedisConnectionError("closed"),
        RedisTimeoutError("slow"),
        MaxConnectionsError("too many"),
        ResponseError("OOM command not allowed"),
        OSError("unreachable"),
        RuntimeError("something new"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_goes_wrong_the_store_is_down(error: Exception) -> None:
    async def fail() -> None:
        wires = Wires(error)
        with pytest.raises(StoreDownError) as down:
            await RedisStore("redis://nowhere", 250, wires).get_many([b"key"])
        assert type(down.value.__cause__) is type(error)
        assert wires.open == 0

    asyncio.run(fail())


def test_a_connection_whose_request_is_given_up_is_not_used_again() -> None:
    async def give_up() -> None:
        wires = Wires()
        left = RedisStore("redis://nowhere", 250, wires)
        asking = asyncio.create_task(left.get_many([b"key"]))
        await asyncio.sleep(0)
        assert wires.open == 1
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert wires.open == 0

    asyncio.run(give_up())


def test_what_a_write_owes_outlives_failures_and_is_paid_once_the_store_is_back() -> None:
    async def outage() -> None:
        store = Store()
        cache = ResponseCache(store, entries(30, away_s=0))
        assert await cache.get(b"key", answering(b"old")) == b"old"
        store.down = True
        for _ in range(10_000):
            await cache.invalidate()
            assert await cache.get(b"key", answering(b"computed")) == b"computed"
        store.down = False
        await cache.check()
        assert await cache.get(b"key", answering(b"new")) == b"new"
        assert await cache.get(b"key", answering(b"newer")) == b"new"

    asyncio.run(outage())


def test_what_is_owed_outlives_a_request_that_is_given_up() -> None:
    async def give_up() -> None:
        store = Store()
        cache = ResponseCache(store, entries(30))
        assert await cache.get(b"key", answering(b"old")) == b"old"
        store.hangs = True
        writing = asyncio.create_task(cache.invalidate())
        await asyncio.sleep(0)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        store.hangs = False
        assert await cache.get(b"key", answering(b"new")) == b"new"

    asyncio.run(give_up())


def test_a_probe_says_whether_the_store_answers_and_sets_what_is_owed() -> None:
    async def probe() -> None:
        store = Store()
        cache, other = (ResponseCache(store, entries(30)) for _ in range(2))
        assert await other.get(b"key", answering(b"old")) == b"old"
        store.down = True
        await cache.invalidate()
        with pytest.raises(StoreDownError):
            await cache.check()
        store.down = False
        await cache.check()
        assert await other.get(b"key", answering(b"new")) == b"new"

    asyncio.run(probe())


def test_while_the_store_is_away_neither_a_read_nor_a_write_waits_for_it() -> None:
    async def outage() -> None:
        store = Store()
        cache = ResponseCache(store, entries(30, away_s=60))
        store.down = True
        await cache.invalidate()
        # From here it would wait for ever.
        store.down, store.hangs = False, True
        for _ in range(100):
            await asyncio.wait_for(cache.invalidate(), 1)
            assert await asyncio.wait_for(cache.get(b"key", answering(b"computed")), 1) == b"computed"

    asyncio.run(outage())


def test_a_store_that_is_slower_than_it_is_worth_is_left_alone_and_used_again_once_it_is_not() -> None:
    async def slow() -> None:
        store = Store()
        cache, other = (ResponseCache(store, entries(30, away_s=0.01)) for _ in range(2))
        assert await cache.get(b"key", answering(b"old")) == b"old"
        store.takes_s = 0.02
        assert await cache.get(b"key", answering(b"unused")) == b"old"
        while True:
            await asyncio.sleep(0.01)
            try:
                await cache.check()
            except StoreSlowError:
                break
        assert await cache.get(b"key", answering(b"computed")) == b"computed"
        await cache.invalidate()
        # The version comes to be set without it, and so does the end of the store's slowness to be known.
        store.takes_s = 0.0
        await asyncio.sleep(0.2)
        assert await other.get(b"key", answering(b"new")) == b"new"
        assert await cache.get(b"key", answering(b"unused")) == b"new"
        await cache.close()

    asyncio.run(slow())


def test_what_is_owed_is_tried_once_more_at_the_end() -> None:
    async def end() -> None:
        store = Store()
        cache, other = (ResponseCache(store, entries(30, away_s=60)) for _ in range(2))
        assert await other.get(b"key", answering(b"old")) == b"old"
        store.down = True
        await cache.invalidate()
        await asyncio.sleep(0.01)
        store.down = False
        store.close = other.check  # type: ignore[method-assign]  # or it would forget all
        await cache.close()
        assert await other.get(b"key", answering(b"new")) == b"new"

    asyncio.run(end())
