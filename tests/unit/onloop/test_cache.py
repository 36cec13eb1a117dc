"""The cache on the loop: what it gives was true when it was asked, and no fault of the store's is anybody's."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any

import pytest
from onloop import entries as entries_module
from onloop.cache import LoopCache
from onloop.entries import Entries, Entry, Timing
from onloop.held import Held
from onloop.wire import WireDownError
from optimized.contacts.infrastructure.breaker import Breaker
from optimized.contacts.infrastructure.response_cache import ResponseCache
from optimized.contacts.infrastructure.stores import LocalStore, OwnStore, StoreDownError

VERSION, ENTRY = b"test:version", b"test:v:key"


class Store(OwnStore):
    """One in memory whose answers take a turn of the loop; `down` has the commands that it does not answer."""

    def __init__(self, local: LocalStore) -> None:
        super().__init__(local)
        self.asked: Counter[tuple[str, bytes]] = Counter()
        self.down: set[str] = set()
        self.takes_s = 0.0

    async def get(self, key: bytes) -> bytes | None:
        await self._meet("get", key)
        return await super().get(key)

    async def set(self, key: bytes, value: bytes, ttl_ms: int) -> None:
        await self._meet("set", key)
        await super().set(key, value, ttl_ms)

    async def add(self, key: bytes, value: bytes, ttl_ms: int | None) -> bool:
        await self._meet("add", key)
        return await super().add(key, value, ttl_ms)

    async def delete(self, key: bytes) -> None:
        await self._meet("delete", key)
        await super().delete(key)

    async def _meet(self, command: str, key: bytes) -> None:
        self.asked[command, b"lock" if key.startswith(b"lock:") else key] += 1
        await asyncio.sleep(self.takes_s)
        if command in self.down:
            raise WireDownError


class Failing(LocalStore):
    """The way of the writes, which may be cut too."""

    down = False

    def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        if self.down:
            raise StoreDownError
        super().set(key, value, ttl_ms)


@dataclass
class Parts:
    """A cache and what it stands on; `computed` counts the computations, whose bytes are `body`."""

    held: Held[Entry] | None = None
    timing: Timing = field(default_factory=lambda: Timing(30, slow_s=5))
    body: bytes = b"old"
    computed: int = 0

    def __post_init__(self) -> None:
        self.local = Failing()
        self.store = Store(self.local)
        # Nobody looks but the test.
        self.breaker = Breaker(0, start=lambda run: None)
        entries = Entries("test", "v", self.timing)
        self.shared = ResponseCache(self.local, entries, self.breaker)
        self.cache = LoopCache(self.shared, self.store, entries, self.held)

    async def compute(self) -> bytes:
        self.computed += 1
        body = self.body
        await asyncio.sleep(0)
        return body

    async def get(self, *, guard: bool = True) -> bytes:
        return await self.cache.get(b"key", self.compute, guard=guard)


@pytest.fixture(params=[False, True], ids=["store", "held"])
def parts(request: pytest.FixtureRequest) -> Parts:
    return Parts(Held(1000) if request.param else None)


def on_a_loop(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test, after which the loop has nothing to complain of."""

    async def run() -> None:
        heard: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
        await asyncio.wait_for(test(), 20)
        gc.collect()
        assert heard == []

    asyncio.run(run())


@pytest.mark.parametrize("guard", [True, False])
def test_what_was_computed_is_given_until_a_write(parts: Parts, guard: bool) -> None:
    async def test() -> None:
        for _ in range(5):
            assert await parts.get(guard=guard) == b"old"
        assert parts.computed == 1
        parts.body = b"new"
        parts.shared.invalidate()
        for _ in range(5):
            assert await parts.get(guard=guard) == b"new"
        assert parts.computed == 2

    on_a_loop(test)


def test_it_shares_its_entries_with_the_threads(parts: Parts) -> None:
    async def test() -> None:
        assert parts.shared.get(b"key", lambda: b"a thread's") == b"a thread's"
        assert await parts.get() == b"a thread's"
        parts.shared.invalidate()
        assert await parts.get() == b"old"
        assert parts.shared.get(b"key", lambda: b"unused") == b"old"

    on_a_loop(test)


def test_of_what_is_held_only_the_version_is_asked_and_once_for_all_of_a_turn() -> None:
    async def test() -> None:
        parts = Parts(Held(1000))
        await parts.get()
        parts.store.asked.clear()
        assert await asyncio.gather(*(parts.get() for _ in range(10))) == [b"old"] * 10
        assert parts.store.asked == {("get", VERSION): 1}

    on_a_loop(test)


def test_what_is_too_large_to_be_held_comes_from_the_store() -> None:
    async def test() -> None:
        parts = Parts(Held(10))
        for _ in range(3):
            assert await parts.get() == b"old"
        assert parts.computed == 1

    on_a_loop(test)


def test_many_who_miss_are_one_computation(parts: Parts) -> None:
    async def test() -> None:
        assert await asyncio.gather(*(parts.get() for _ in range(20))) == [b"old"] * 20
        assert parts.computed == 1

    on_a_loop(test)


def test_what_is_not_guarded_takes_no_lock(parts: Parts) -> None:
    async def test() -> None:
        await asyncio.gather(*(parts.get(guard=False) for _ in range(5)))
        assert ("add", b"lock") not in parts.store.asked
        assert parts.computed == 5

    on_a_loop(test)


def test_late_in_its_life_one_renews_an_entry_while_the_others_get_it(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        await parts.get()
        parts.body = b"new"
        # As it has by then, in a store whose clock is not this test's.
        version = await parts.cache._stored_version()
        await parts.store.delete(b"lock:" + version + ENTRY)
        now, here = time(), monotonic()
        monkeypatch.setattr(entries_module, "time", lambda: now + 25)
        monkeypatch.setattr(entries_module, "monotonic", lambda: here + 25)
        answers = await asyncio.gather(*(parts.get() for _ in range(5)))
        assert sorted(answers) == [b"new", *[b"old"] * 4]
        assert await parts.get() == b"new"
        assert parts.computed == 2

    on_a_loop(test)


@pytest.mark.parametrize("gives_up", [True, False])
def test_a_computation_that_fails_or_is_given_up_frees_the_next(parts: Parts, gives_up: bool) -> None:
    async def test() -> None:
        stuck = asyncio.Event()

        async def fail() -> bytes:
            await stuck.wait()
            raise LookupError

        first = asyncio.create_task(parts.cache.get(b"key", fail))
        while not parts.store.asked["add", b"lock"]:
            await asyncio.sleep(0)
        await asyncio.sleep(0.001)
        first.cancel() if gives_up else stuck.set()
        with pytest.raises(asyncio.CancelledError if gives_up else LookupError):
            await first
        assert await parts.get() == b"old"
        assert parts.store.asked["delete", b"lock"] == 1

    on_a_loop(test)


def test_who_waits_in_vain_computes(parts: Parts) -> None:
    async def test() -> None:
        parts.cache._timing = Timing(30, wait_s=0.02)
        version = await parts.cache._stored_version()
        await parts.store.add(b"lock:" + version + ENTRY, b"1", 60_000)
        assert await parts.get() == b"old"

    on_a_loop(test)


def test_what_was_computed_from_rows_older_than_a_write_is_given_to_nobody_after_it(parts: Parts) -> None:
    async def test() -> None:
        async def compute() -> bytes:
            parts.body = b"new"
            parts.shared.invalidate()
            return b"old"

        assert await parts.cache.get(b"key", compute) == b"old"
        assert await parts.get() == b"new"

    on_a_loop(test)


def test_a_write_between_a_question_and_its_answer_is_seen_by_whoever_asks_after_it(parts: Parts) -> None:
    async def test() -> None:
        await parts.get()
        parts.store.takes_s = 0.01
        before = [asyncio.create_task(parts.get()) for _ in range(3)]
        await asyncio.sleep(0.005)
        parts.body = b"new"
        parts.shared.invalidate()
        assert await parts.get() == b"new"
        assert set(await asyncio.gather(*before)) <= {b"old", b"new"}

    on_a_loop(test)


@pytest.mark.parametrize("down", [{"get"}, {"set"}, {"add"}, {"delete"}, {"get", "set", "add", "delete"}])
def test_whatever_of_the_store_fails_everybody_is_answered(parts: Parts, down: set[str]) -> None:
    async def test() -> None:
        parts.store.down = down
        for guard in (True, False):
            assert await asyncio.gather(*(parts.get(guard=guard) for _ in range(5))) == [b"old"] * 5
        if down != {"delete"}:
            assert not parts.shared.usable
        # And once it is well again, it is used again.
        parts.store.down = set()
        parts.breaker.recovered()
        await parts.get()
        computed = parts.computed
        assert await parts.get() == b"old"
        assert parts.computed == computed

    on_a_loop(test)


def test_an_error_of_the_computation_is_its_own(parts: Parts) -> None:
    async def test() -> None:
        async def fail() -> bytes:
            raise LookupError("a bug")

        for guard in (True, False):
            with pytest.raises(LookupError):
                await parts.cache.get(b"key", fail, guard=guard)
        assert parts.shared.usable

    on_a_loop(test)


def test_a_store_that_is_left_alone_or_owed_a_version_is_not_asked(parts: Parts) -> None:
    async def test() -> None:
        await parts.get()
        parts.local.down = True
        parts.body = b"new"
        parts.shared.invalidate()
        parts.breaker.recovered()
        parts.store.asked.clear()
        assert await parts.get() == b"new"
        assert not parts.store.asked
        parts.local.down = False
        parts.breaker.round()
        assert await parts.get() == b"new"
        assert parts.store.asked

    on_a_loop(test)


def test_a_slow_answer_is_a_doubt() -> None:
    async def test() -> None:
        woken: list[object] = []
        parts = Parts(timing=Timing(30, slow_s=0.001))
        parts.breaker._start = woken.append
        parts.store.takes_s = 0.003
        assert await parts.get() == b"old"
        assert woken
        assert parts.shared.usable

    on_a_loop(test)


def test_the_first_version_is_one_for_all_who_come_at_once() -> None:
    async def test() -> None:
        local = LocalStore()
        caches = []
        for _ in range(3):
            parts = Parts()
            parts.store._store = local
            caches.append(parts)
        versions = await asyncio.gather(*(each.cache._stored_version() for each in caches))
        assert len(set(versions)) == 1

    on_a_loop(test)
