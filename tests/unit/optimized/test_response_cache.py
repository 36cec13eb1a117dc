"""The response cache over a store that fails: nobody hears of it, and what a write owes is paid."""

from collections.abc import Callable, Sequence

import pytest
from optimized.contacts.infrastructure.breaker import Breaker
from optimized.contacts.infrastructure.response_cache import ResponseCache, Timing
from optimized.contacts.infrastructure.stores import LocalStore, StoreDownError

VERSION = b"test:version"


class Store(LocalStore):
    """One in memory that is down when it is told so. `on_set` runs before a value is stored."""

    def __init__(self) -> None:
        super().__init__()
        self.down: Callable[[], BaseException] | None = None
        self.on_set: Callable[[], object] = lambda: None
        self.versions = 0

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        self._fail()
        return super().get_many(keys)

    def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        self._fail()
        self.on_set()
        self.versions += key == VERSION
        super().set(key, value, ttl_ms)

    def _fail(self) -> None:
        if self.down is not None:
            raise self.down()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def cache(store: Store) -> ResponseCache:
    return ResponseCache(store, "test", "v", Timing(30), Breaker(0))


def test_over_thousands_of_failures_every_read_is_answered_and_no_write_hears_of_them(
    store: Store, cache: ResponseCache
) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.down = StoreDownError
    for _ in range(20_000):
        cache.invalidate()
        assert cache.get(b"key", lambda: b"computed") == b"computed"
    store.down = None
    assert cache.get(b"key", lambda: b"new") == b"new"
    assert cache.get(b"key", lambda: b"newer") == b"new"
    # One version stands for all the writes that owed one.
    assert store.versions == 1


def test_what_is_owed_outlives_an_interruption(store: Store, cache: ResponseCache) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.down = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        cache.invalidate()
    store.down = None
    assert cache.get(b"key", lambda: b"new") == b"new"


def test_until_the_version_is_set_everybody_finds_it_owed(store: Store, cache: ResponseCache) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.down = StoreDownError
    cache.invalidate()
    store.down = None
    seen: list[bytes] = []

    def read_meanwhile() -> None:
        store.on_set = lambda: None
        seen.append(cache.get(b"key", lambda: b"new"))

    store.on_set = read_meanwhile
    cache.get(b"other", lambda: b"other")
    assert seen == [b"new"]


def test_a_write_that_fails_while_another_s_version_is_set_still_owes_one(store: Store, cache: ResponseCache) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.down = StoreDownError
    cache.invalidate()
    store.down = None

    def write_meanwhile() -> None:
        store.on_set = lambda: None
        store.down = StoreDownError
        cache.invalidate()
        store.down = None

    store.on_set = write_meanwhile
    cache.get(b"key", lambda: b"new")
    assert cache.get(b"key", lambda: b"newer") == b"newer"


def test_a_probe_says_whether_the_store_answers_and_sets_what_is_owed(store: Store, cache: ResponseCache) -> None:
    other = ResponseCache(store, "test", "v", Timing(30), Breaker(0))
    assert other.get(b"key", lambda: b"old") == b"old"
    store.down = StoreDownError
    cache.invalidate()
    with pytest.raises(StoreDownError):
        cache.check()
    store.down = None
    cache.check()
    assert other.get(b"key", lambda: b"new") == b"new"


@pytest.mark.parametrize("entry", [b"", b"v" * 16, b"v" * 23])
def test_an_entry_that_is_cut_counts_for_nothing(store: Store, cache: ResponseCache, entry: bytes) -> None:
    store.set(VERSION, b"v" * 16, None)
    store.set(b"test:v:key", entry, None)
    assert cache.get(b"key", lambda: b"new") == b"new"
