"""The caches of the services under concurrency: never stale after an acknowledged write, one computation a miss."""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any, Protocol

import httpx
import pytest
from onloop.entries import Entries, Timing
from onloop.held import Held
from onloop.wire import RedisWire
from optimized.contacts.infrastructure.breaker import Breaker
from optimized.contacts.infrastructure.response_cache import ResponseCache
from optimized.contacts.infrastructure.stores import RedisStore
from peers.fastapi.contacts.infrastructure import clients
from peers.fastapi.contacts.infrastructure import response_cache as awaited
from peers.fastapi.contacts.infrastructure import stores as awaited_stores
from peers.fastapi.contacts.infrastructure.held_cache import HeldCache
from redis import Redis

Serving = Callable[..., httpx.Client]


class Cache(Protocol):
    """What a service reads through; the FastAPI peer's is awaited, which `Looped` does."""

    def get(self, key: bytes, compute: Callable[[], bytes], *, guard: bool = True) -> bytes: ...

    def invalidate(self) -> None: ...


class Looped:
    """The FastAPI peer's cache on an event loop of its own, as another process would have it."""

    def __init__(self, cache: awaited.ResponseCache | HeldCache) -> None:
        self._cache = cache
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def get(self, key: bytes, compute: Callable[[], bytes], *, guard: bool = True) -> bytes:
        return self._wait(self._cache.get(key, lambda: asyncio.to_thread(compute), guard=guard))

    def invalidate(self) -> None:
        self._wait(self._cache.invalidate())

    def close(self) -> None:
        self._wait(self._cache.close())
        self._wait(self._loop.shutdown_default_executor())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, awaitable: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(awaitable, self._loop).result()


Replica = Callable[..., Cache]


# How the peer asks Redis, by the name of its cache here.
STORES: dict[str, Callable[[str, int], awaited_stores.Store]] = {
    "fastapi": awaited_stores.RedisStore,
    "fastapi-held": awaited_stores.RedisStore,
    "fastapi-redis-py": clients.RedisPyStore,
    "fastapi-glide": clients.GlideStore,
}


@pytest.fixture(params=["optimized", *STORES])
def replica(request: pytest.FixtureRequest, valkey) -> Iterator[Replica]:
    """Makes a cache as one more process of the service would have it.

    It is patient: on a busy machine a store that is well may take longer than it is worth.
    """
    with ExitStack() as exits:

        def optimized(ttl_s: float = 30, **timing: float) -> Cache:
            kept = Timing(ttl_s, slow_s=1.0, **timing)
            return ResponseCache(RedisStore(valkey.url, 1000), Entries("test", "v", kept), Breaker(0.2))

        def fastapi(ttl_s: float = 30, **timing: float) -> Cache:
            kept = Timing(ttl_s, slow_s=1.0, away_s=0.2, **timing)
            entries = Entries("test", "v", kept)
            shared = awaited.ResponseCache(STORES[request.param](valkey.url, 1000), entries)
            if request.param == "fastapi-held":
                made = Looped(HeldCache(shared, RedisWire(valkey.url, 1000), entries, Held(1_000_000)))
            else:
                made = Looped(shared)
            exits.callback(made.close)
            return made

        def hang_up() -> None:
            # The wire closes when its other end does.
            with Redis.from_url(valkey.url) as administrator:
                administrator.execute_command("CLIENT", "KILL", "TYPE", "normal")

        yield optimized if request.param == "optimized" else fastapi
        hang_up()


def test_readers_never_see_less_than_what_was_acknowledged(replica: Replica) -> None:
    stored, acknowledged, stop = 0, 0, threading.Event()
    wrong: list[tuple[int, int]] = []
    reads: list[int] = []

    def write() -> None:
        nonlocal stored, acknowledged
        cache = replica()
        # On a busy machine the readers get few turns, so the writer goes on until they have had enough.
        deadline = time.monotonic() + 60
        for number in itertools.count(1):
            stored = number
            cache.invalidate()
            acknowledged = number
            if (number >= 300 and len(reads) > 200) or time.monotonic() > deadline:
                break
        stop.set()

    def compute() -> bytes:
        value = stored
        time.sleep(0.001)
        return str(value).encode()

    def read() -> None:
        cache = replica()
        while not stop.is_set():
            least = acknowledged
            seen = int(cache.get(b"value", compute))
            reads.append(seen)
            if seen < least:
                wrong.append((seen, least))

    with ThreadPoolExecutor(7) as pool:
        readers = [pool.submit(read) for _ in range(6)]
        pool.submit(write).result()
        for reader in readers:
            reader.result()
    assert len(reads) > 200
    assert wrong == []


def test_a_slow_reader_cannot_put_old_data_back(replica: Replica) -> None:
    cache, other = replica(), replica()

    def slow() -> bytes:
        other.invalidate()
        return b"old"

    assert cache.get(b"key", slow) == b"old"
    assert other.get(b"key", lambda: b"new") == b"new"
    assert cache.get(b"key", lambda: b"newer") == b"new"


def test_concurrent_misses_are_one_computation(replica: Replica) -> None:
    computed = []
    gate = threading.Barrier(12)

    def compute() -> bytes:
        computed.append(threading.get_ident())
        time.sleep(0.2)
        return b"body"

    def read() -> bytes:
        cache = replica()
        gate.wait()
        return cache.get(b"key", compute)

    with ThreadPoolExecutor(12) as pool:
        assert {future.result() for future in [pool.submit(read) for _ in range(12)]} == {b"body"}
    assert len(computed) == 1


def test_without_the_guard_nobody_waits_for_another(replica: Replica) -> None:
    computing, done = threading.Event(), threading.Event()

    def slow() -> bytes:
        computing.set()
        assert done.wait(10)
        return b"slow"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: replica().get(b"key", slow, guard=False))
        assert computing.wait(10)
        assert replica().get(b"key", lambda: b"quick", guard=False) == b"quick"
        done.set()
        assert first.result() == b"slow"


def test_late_in_its_life_an_entry_is_renewed_by_one_reader_and_served_to_the_others(replica: Replica) -> None:
    cache = replica(renew_share=0.0)
    assert cache.get(b"key", lambda: b"first") == b"first"
    seen: list[bytes] = []

    def renew() -> bytes:
        seen.append(replica(renew_share=0.0).get(b"key", lambda: b"a second renewal"))
        return b"second"

    assert cache.get(b"key", renew) == b"second"
    assert seen == [b"first"]


def test_entries_end_with_their_time_to_live(replica: Replica) -> None:
    cache = replica(ttl_s=0.1)
    assert cache.get(b"key", lambda: b"first") == b"first"
    time.sleep(0.15)
    assert cache.get(b"key", lambda: b"second") == b"second"


def test_a_failed_computation_leaves_no_lock(replica: Replica) -> None:
    cache = replica()
    with pytest.raises(LookupError):
        cache.get(b"key", lambda: {}["missing"])
    started = time.monotonic()
    assert cache.get(b"key", lambda: b"body") == b"body"
    assert time.monotonic() - started < 0.5


def test_a_version_that_could_not_be_changed_is_owed(replica: Replica, valkey) -> None:
    cache = replica()
    assert cache.get(b"key", lambda: b"old") == b"old"
    valkey.kill()
    cache.invalidate()
    assert cache.get(b"key", lambda: b"uncached") == b"uncached"
    valkey.start()
    computed: list[bytes] = []

    def compute() -> bytes:
        computed.append(b"new")
        return b"new"

    # On a busy machine it takes a while until it is seen that the store is there again.
    deadline = time.monotonic() + 30
    while True:
        before = len(computed)
        assert cache.get(b"key", compute) == b"new"
        if len(computed) == before:
            break
        assert time.monotonic() < deadline, "nothing is stored any more"
        time.sleep(0.05)


def test_a_restart_between_two_reads_costs_what_was_stored_and_nothing_else(replica: Replica, valkey) -> None:
    cache = replica()
    assert cache.get(b"key", lambda: b"old") == b"old"
    valkey.kill()
    valkey.start()
    assert cache.get(b"key", lambda: b"new") == b"new"
    assert cache.get(b"key", lambda: b"newer") == b"new"


@pytest.mark.parametrize(
    ("service", "switches"),
    [
        ("optimized", "cache=bytes"),
        ("optimized", "hot=front,held=on,server=uvicorn"),
        ("optimized", "cache=keys"),
        ("optimized", "hot=loop,server=uvicorn,held=on"),
        ("optimized", "hot=front,server=granian-asgi,held=on"),
        ("peers/fastapi", "search=substring"),
        ("peers/fastapi", "held=on,search=substring"),
        ("peers/fastapi", "data=sqlalchemy,search=substring"),
    ],
)
def test_the_service_outlives_redis_and_never_answers_staler_than_a_write(
    serving: Serving, valkey, service: str, switches: str
) -> None:
    one = serving(switches, service, CACHE_URL=valkey.url)
    other = serving(switches, service, CACHE_URL=valkey.url)
    contact = one.get("/api/contacts/?page_size=1").json()["results"][0]
    path, listed = f"/api/contacts/{contact['id']}/", "/api/contacts/?page_size=3"

    def write(name: str) -> None:
        assert one.patch(path, json={"first_name": name}).status_code == 200

    def read() -> set[str]:
        names = {client.get(path).json()["first_name"] for client in (one, other)}
        return names | {client.get(listed).json()["results"][0]["first_name"] for client in (one, other)}

    for number in range(20):
        write(f"Name {number}")
        assert read() == {f"Name {number}"}
    valkey.kill()
    for number in range(20, 30):
        write(f"Name {number}")
        assert read() == {f"Name {number}"}
    valkey.start()
    time.sleep(2.5)
    for number in range(30, 40):
        write(f"Name {number}")
        assert read() == {f"Name {number}"}
    write(json.dumps(contact["first_name"])[1:-1] if contact["first_name"].isascii() else contact["first_name"])
