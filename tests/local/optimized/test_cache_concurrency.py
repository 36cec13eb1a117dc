"""The cache under concurrency: never stale after an acknowledged write, one computation a miss, Redis may die."""

import itertools
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from optimized.contacts.infrastructure.breaker import Breaker
from optimized.contacts.infrastructure.response_cache import ResponseCache, Timing
from optimized.contacts.infrastructure.stores import RedisStore

Serving = Callable[..., httpx.Client]


def replica(valkey, ttl_s: float = 30, **timing: float) -> ResponseCache:
    """A cache as one more process would have it."""
    return ResponseCache(RedisStore(valkey.url, 1000), "test", "v", Timing(ttl_s, **timing), Breaker(0.2))


def test_readers_never_see_less_than_what_was_acknowledged(valkey) -> None:
    stored, acknowledged, stop = 0, 0, threading.Event()
    wrong: list[tuple[int, int]] = []
    reads: list[int] = []

    def write() -> None:
        nonlocal stored, acknowledged
        cache = replica(valkey)
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
        cache = replica(valkey)
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


def test_a_slow_reader_cannot_put_old_data_back(valkey) -> None:
    cache, other = replica(valkey), replica(valkey)

    def slow() -> bytes:
        other.invalidate()
        return b"old"

    assert cache.get(b"key", slow) == b"old"
    assert other.get(b"key", lambda: b"new") == b"new"
    assert cache.get(b"key", lambda: b"newer") == b"new"


def test_concurrent_misses_are_one_computation(valkey) -> None:
    computed = []
    gate = threading.Barrier(12)

    def compute() -> bytes:
        computed.append(threading.get_ident())
        time.sleep(0.2)
        return b"body"

    def read() -> bytes:
        cache = replica(valkey)
        gate.wait()
        return cache.get(b"key", compute)

    with ThreadPoolExecutor(12) as pool:
        assert {future.result() for future in [pool.submit(read) for _ in range(12)]} == {b"body"}
    assert len(computed) == 1


def test_without_the_guard_nobody_waits_for_another(valkey) -> None:
    computing, done = threading.Event(), threading.Event()

    def slow() -> bytes:
        computing.set()
        assert done.wait(10)
        return b"slow"

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(lambda: replica(valkey).get(b"key", slow, guard=False))
        assert computing.wait(10)
        assert replica(valkey).get(b"key", lambda: b"quick", guard=False) == b"quick"
        done.set()
        assert first.result() == b"slow"


def test_late_in_its_life_an_entry_is_renewed_by_one_reader_and_served_to_the_others(valkey) -> None:
    cache = replica(valkey, renew_share=0.0)
    assert cache.get(b"key", lambda: b"first") == b"first"
    seen: list[bytes] = []

    def renew() -> bytes:
        seen.append(replica(valkey, renew_share=0.0).get(b"key", lambda: b"a second renewal"))
        return b"second"

    assert cache.get(b"key", renew) == b"second"
    assert seen == [b"first"]


def test_entries_end_with_their_time_to_live(valkey) -> None:
    cache = replica(valkey, ttl_s=0.1)
    assert cache.get(b"key", lambda: b"first") == b"first"
    time.sleep(0.15)
    assert cache.get(b"key", lambda: b"second") == b"second"


def test_a_failed_computation_leaves_no_lock(valkey) -> None:
    cache = replica(valkey)
    with pytest.raises(LookupError):
        cache.get(b"key", lambda: {}["missing"])
    started = time.monotonic()
    assert cache.get(b"key", lambda: b"body") == b"body"
    assert time.monotonic() - started < 0.5


def test_a_version_that_could_not_be_changed_is_owed(valkey) -> None:
    cache = replica(valkey)
    assert cache.get(b"key", lambda: b"old") == b"old"
    valkey.kill()
    cache.invalidate()
    assert cache.get(b"key", lambda: b"uncached") == b"uncached"
    valkey.start()
    time.sleep(0.25)
    assert cache.get(b"key", lambda: b"new") == b"new"
    assert cache.get(b"key", lambda: b"newer") == b"new"


@pytest.mark.parametrize("kind", ["bytes", "keys"])
def test_the_service_outlives_redis_and_never_answers_staler_than_a_write(serving: Serving, valkey, kind: str) -> None:
    one = serving(f"cache={kind}", CACHE_URL=valkey.url)
    other = serving(f"cache={kind}", CACHE_URL=valkey.url)
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
