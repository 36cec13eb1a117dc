"""The rule by which requests that wait share one fill of a cache; each service's cache keeps it over its own store.

Whoever gets the lock computes, the others wait for what it stores, a while, and then compute for themselves. A
computation that fails frees the others at once, and what is not guarded waits for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict

import pytest
from onloop.entries import Entries
from onloop.entries import Entries as AwaitedEntries
from onloop.entries import Timing as AwaitedTiming
from onloop.entries import Timing as ThreadedTiming
from optimized.contacts.infrastructure.breaker import Breaker
from optimized.contacts.infrastructure.response_cache import ResponseCache as ThreadedCache
from optimized.contacts.infrastructure.stores import LocalStore as ThreadedStore
from peers.fastapi.contacts.infrastructure.response_cache import ResponseCache as AwaitedCache
from peers.fastapi.contacts.infrastructure.stores import LocalStore as AwaitedStore

# How many ask at once.
ASKING = 8
Compute = Callable[[], Awaitable[bytes]]
Get = Callable[[Compute, bool], Awaitable[bytes]]


def threaded(wait_s: float) -> Get:
    """The cache of a service with threads."""
    cache = ThreadedCache(ThreadedStore(), Entries("test", "v", ThreadedTiming(30, wait_s=wait_s)), Breaker(0))

    async def get(compute: Compute, guard: bool) -> bytes:
        loop = asyncio.get_running_loop()

        def computed() -> bytes:
            return asyncio.run_coroutine_threadsafe(_awaited(compute), loop).result()

        return await asyncio.to_thread(cache.get, b"key", computed, guard=guard)

    return get


async def _awaited(compute: Compute) -> bytes:
    return await compute()


def awaited(wait_s: float) -> Get:
    """The cache of a service on an event loop."""
    cache = AwaitedCache(AwaitedStore(), AwaitedEntries("test", "v", AwaitedTiming(30, wait_s=wait_s)))

    async def get(compute: Compute, guard: bool) -> bytes:
        return await cache.get(b"key", compute, guard=guard)

    return get


caches = pytest.mark.parametrize("cache", [threaded, awaited], ids=["threads", "event loop"])


class Fills:
    """Computations, each of which ends when it is let go."""

    def __init__(self) -> None:
        self.begun = 0
        self.let_go = asyncio.Event()

    async def __call__(self) -> bytes:
        self.begun += 1
        mine = b"%d" % self.begun
        await self.let_go.wait()
        return mine

    async def have_begun(self, number: int) -> None:
        """Wait until so many have."""
        while self.begun < number:
            await asyncio.sleep(0.001)


@caches
def test_who_waits_gets_the_one_fill(cache: Callable[[float], Get]) -> None:
    async def ask() -> None:
        get, fills = cache(60), Fills()
        first = asyncio.ensure_future(get(fills, True))
        await fills.have_begun(1)
        others = [asyncio.ensure_future(get(fills, True)) for _ in range(ASKING)]
        await asyncio.sleep(0.05)
        fills.let_go.set()
        assert await asyncio.gather(first, *others) == [b"1"] * (ASKING + 1)
        assert fills.begun == 1

    asyncio.run(ask())


@caches
def test_who_has_waited_long_enough_computes(cache: Callable[[float], Get]) -> None:
    async def ask() -> None:
        get, fills = cache(0.01), Fills()
        asking = [asyncio.ensure_future(get(fills, True)) for _ in range(2)]
        await fills.have_begun(2)
        fills.let_go.set()
        assert sorted(await asyncio.gather(*asking)) == [b"1", b"2"]

    asyncio.run(ask())


@caches
def test_a_fill_that_fails_holds_nobody_up(cache: Callable[[float], Get]) -> None:
    async def fail() -> bytes:
        raise LookupError

    async def ask() -> None:
        get, fills = cache(60), Fills()
        fills.let_go.set()
        with pytest.raises(LookupError):
            await get(fail, True)
        assert await get(fills, True) == await get(fills, True) == b"1"

    asyncio.run(ask())


@caches
def test_without_the_guard_nobody_waits(cache: Callable[[float], Get]) -> None:
    async def ask() -> None:
        get, fills = cache(60), Fills()
        asking = [asyncio.ensure_future(get(fills, False)) for _ in range(2)]
        await fills.have_begun(2)
        fills.let_go.set()
        assert sorted(await asyncio.gather(*asking)) == [b"1", b"2"]

    asyncio.run(ask())


def test_both_have_the_same_patience() -> None:
    threads, loop = asdict(ThreadedTiming(30)), asdict(AwaitedTiming(30))
    assert threads == {name: loop[name] for name in threads}
