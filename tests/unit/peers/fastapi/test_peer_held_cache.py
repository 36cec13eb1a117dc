"""The first level in the process: it counts by a version read after the request came, and fails as the second does."""

import asyncio
import gc
from time import monotonic, time

import pytest
from onloop.entries import Entries, Timing
from onloop.held import Held
from onloop.wire import WireDownError
from peers.fastapi.contacts.infrastructure.held_cache import HeldCache
from peers.fastapi.contacts.infrastructure.response_cache import ResponseCache
from peers.fastapi.contacts.infrastructure.stores import LocalStore, StoreDownError

VERSION = b"test:version"
KEY = b"test:v:key"


class Wire:
    """The store by the other way; it notes what it is asked, and is down when it is told so."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store
        self.down = False
        self.closed = False
        self.asked: list[tuple[str, bytes]] = []

    def close(self) -> None:
        self.closed = True

    async def get(self, key: bytes) -> bytes | None:
        await self._ask("get", key)
        return (await self._store.get_many((key,)))[0]

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        await self._ask("set", key)
        await self._store.set(key, value, ttl_ms)

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        await self._ask("add", key)
        return await self._store.add(key, value, ttl_ms)

    async def delete(self, key: bytes) -> None:
        await self._ask("delete", key)
        await self._store.delete(key)

    async def _ask(self, command: str, key: bytes) -> None:
        self.asked.append((command, key))
        await asyncio.sleep(0)
        if self.down:
            raise WireDownError


class Process:
    """A process of the service: its caches, over a store that it may share with others."""

    def __init__(self, store: LocalStore | None = None, ttl_s: float = 30, most: int = 10_000) -> None:
        self.store = store or LocalStore()
        self.wire = Wire(self.store)
        # Patient: on a busy machine an answer may take longer than it is worth.
        self.entries = Entries("test", "v", Timing(ttl_s, slow_s=1, away_s=60))
        self.shared = ResponseCache(self.store, self.entries)
        self.cache = HeldCache(self.shared, self.wire, self.entries, Held(most))
        self.computed = 0

    async def read(self, *, guard: bool = True) -> bytes:
        """A read whose computation says which it was."""
        return await self.cache.get(b"key", self._compute, guard=guard)

    def asked(self, key: bytes) -> int:
        """How often the wire was asked for a value."""
        return self.wire.asked.count(("get", key))

    async def _compute(self) -> bytes:
        self.computed += 1
        return b"%d" % self.computed


def test_what_is_held_is_not_fetched_and_the_version_is_asked_for_once_a_turn() -> None:
    async def read() -> None:
        process = Process()
        assert await process.read() == b"1"
        process.wire.asked.clear()
        assert await asyncio.gather(*(process.read() for _ in range(50))) == [b"1"] * 50
        assert process.wire.asked == [("get", VERSION)]
        await process.read()
        assert process.wire.asked == [("get", VERSION)] * 2

    asyncio.run(read())


@pytest.mark.parametrize("guard", [True, False])
def test_a_write_through_any_process_ends_what_others_hold(guard: bool) -> None:
    async def write() -> None:
        process = Process()
        other = Process(process.store)
        assert await process.read(guard=guard) == b"1"
        for number in (b"2", b"3"):
            await (other if number == b"2" else process).cache.invalidate()
            assert await process.read(guard=guard) == number
            assert await process.read(guard=guard) == number

    asyncio.run(write())


def test_another_process_fetches_once_what_one_has_computed() -> None:
    async def fetch() -> None:
        process = Process()
        other = Process(process.store)
        await process.read()
        assert [await other.read() for _ in range(3)] == [b"1"] * 3
        assert (other.computed, other.asked(KEY), other.asked(VERSION)) == (0, 1, 3)

    asyncio.run(fetch())


def test_what_was_computed_from_older_rows_is_not_given_to_whoever_comes_after_the_write() -> None:
    async def write() -> None:
        process, go = Process(), asyncio.Event()

        async def slow() -> bytes:
            await go.wait()
            return b"old"

        reading = asyncio.create_task(process.cache.get(b"key", slow))
        while not process.asked(VERSION):
            await asyncio.sleep(0)
        await asyncio.sleep(0.01)
        await process.cache.invalidate()
        go.set()
        assert await reading == b"old"
        assert await process.read() == b"1"

    asyncio.run(write())


def test_what_is_late_in_its_life_is_held_no_longer_and_one_renews_it() -> None:
    async def renew() -> None:
        process = Process()
        await process.read()
        version = (await process.store.get_many((VERSION,)))[0] or b""
        # As it is near its end: under its version, and renewed from now on.
        aged = Entries("test", "v", Timing(-1)).packed(version, b"aged")
        await process.store.set(KEY, aged, 30_000)
        # It ran out by itself.
        await process.store.delete(process.entries.lock(version, KEY))
        process = Process(process.store)
        found = await asyncio.gather(*(process.read() for _ in range(5)))
        assert sorted(found) == [b"1", *[b"aged"] * 4]
        assert await process.read() == b"1"

    asyncio.run(renew())


def test_nothing_that_is_held_outlives_its_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    async def grow_old() -> None:
        process = Process(ttl_s=30)
        await process.read()
        await process.store.delete(KEY)
        assert await process.read() == b"1"
        monkeypatch.setattr("onloop.entries.time", lambda: time() + 30)
        monkeypatch.setattr("onloop.entries.monotonic", lambda: monotonic() + 30)
        assert await process.read() == b"2"

    asyncio.run(grow_old())


def test_what_is_too_large_is_fetched_each_time() -> None:
    async def read() -> None:
        process = Process(most=10)
        assert [await process.read() for _ in range(3)] == [b"1"] * 3
        assert process.asked(KEY) == 3

    asyncio.run(read())


def test_a_store_that_is_away_is_left_alone_and_no_error_lies_about() -> None:
    async def fail() -> list[object]:
        troubles: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: troubles.append(context))
        process = Process()
        await process.read()
        process.wire.down = True
        assert await process.read() == b"2"
        process = Process()
        process.wire.down = True
        assert sorted(await asyncio.gather(*(process.read() for _ in range(3)))) == [b"1", b"2", b"3"]
        assert not process.shared.usable
        process.wire.asked.clear()
        assert await process.read() == b"4"
        await process.cache.invalidate()
        assert process.wire.asked == []
        gc.collect()
        await process.shared.close()
        return troubles

    assert asyncio.run(fail()) == []


def test_while_a_version_is_owed_nothing_is_read() -> None:
    class Unwilling(LocalStore):
        down = False

        async def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
            if self.down:
                raise StoreDownError
            await super().set(key, value, ttl_ms)

    async def owe() -> None:
        store = Unwilling()
        process = Process(store)
        assert await process.read() == b"1"
        store.down = True
        await process.cache.invalidate()
        assert await process.read() == b"2"
        store.down = False
        await process.cache.check()
        assert await process.read() == b"3"
        assert await process.read() == b"3"

    asyncio.run(owe())


def test_a_probe_asks_by_either_way() -> None:
    async def probe() -> None:
        process = Process()
        await process.cache.check()
        process.wire.down = True
        with pytest.raises(StoreDownError) as down:
            await process.cache.check()
        assert isinstance(down.value.__cause__, WireDownError)
        assert not process.shared.usable
        await process.cache.close()

    asyncio.run(probe())


def test_a_read_that_is_given_up_leaves_the_others_their_answer() -> None:
    async def give_up() -> None:
        process = Process()
        await process.read()
        reads = [asyncio.create_task(process.read()) for _ in range(3)]
        await asyncio.sleep(0)
        reads[1].cancel()
        done = await asyncio.gather(*reads, return_exceptions=True)
        assert (done[0], done[2]) == (b"1", b"1")
        assert isinstance(done[1], asyncio.CancelledError)

    asyncio.run(give_up())


def test_a_computation_that_fails_is_told_to_its_reader_and_frees_the_lock() -> None:
    async def fail() -> None:
        process = Process()

        async def failing() -> bytes:
            raise LookupError

        with pytest.raises(LookupError):
            await process.cache.get(b"key", failing)
        began = time()
        assert await process.read() == b"1"
        assert time() - began < 0.5

    asyncio.run(fail())
