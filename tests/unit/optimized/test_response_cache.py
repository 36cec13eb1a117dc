"""The response cache over a store that fails: nobody hears of it, and what a write owes is paid."""

import time
from collections.abc import Callable, Sequence

import pytest
from onloop.entries import Entries, Timing
from optimized.contacts.infrastructure.breaker import Breaker
from optimized.contacts.infrastructure.response_cache import ResponseCache, StoreSlowError
from optimized.contacts.infrastructure.stores import LocalStore, StoreDownError

VERSION = b"test:version"


def closed(breaker: Breaker) -> bool:
    """As mypy would take what was asserted of the attribute to go on being so."""
    return breaker.closed


class Store(LocalStore):
    """One in memory that is down when it is told so. `on_set` runs before a value is stored."""

    def __init__(self) -> None:
        super().__init__()
        self.down: Callable[[], BaseException] | None = None
        self.on_set: Callable[[], object] = lambda: None
        self.versions = 0
        self.takes_s = 0.0
        self.asked = 0

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        self._fail()
        return super().get_many(keys)

    def set(self, key: bytes, value: bytes, ttl_ms: int | None) -> None:
        self._fail()
        self.on_set()
        self.versions += key == VERSION
        super().set(key, value, ttl_ms)

    def prompt(self, within_s: float) -> bool:
        self._fail()
        return self.takes_s <= within_s

    def _fail(self) -> None:
        self.asked += 1
        time.sleep(self.takes_s)
        if self.down is not None:
            raise self.down()


def by_hand(run: Callable[[], None]) -> None:
    """In the place of the breaker's thread: a test runs its rounds."""


def made(store: Store, breaker: Breaker) -> ResponseCache:
    return ResponseCache(store, Entries("test", "v", Timing(30)), breaker)


@pytest.fixture
def breaker() -> Breaker:
    return Breaker(0, start=by_hand)


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def cache(store: Store, breaker: Breaker) -> ResponseCache:
    return made(store, breaker)


def test_over_thousands_of_failures_every_read_is_answered_and_no_write_hears_of_them(
    store: Store, cache: ResponseCache, breaker: Breaker
) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.down = StoreDownError
    for _ in range(20_000):
        cache.invalidate()
        assert cache.get(b"key", lambda: b"computed") == b"computed"
        breaker.round()
    store.down = None
    assert breaker.round() is None
    assert cache.get(b"key", lambda: b"new") == b"new"
    assert cache.get(b"key", lambda: b"newer") == b"new"
    # One version stands for all the writes that owed one.
    assert store.versions == 1


def test_while_the_store_is_away_neither_a_read_nor_a_write_asks_it(store: Store, cache: ResponseCache) -> None:
    store.down = StoreDownError
    cache.invalidate()
    asked = store.asked
    for _ in range(100):
        cache.invalidate()
        assert cache.get(b"key", lambda: b"computed") == b"computed"
    assert store.asked == asked


@pytest.mark.parametrize("first", ["read", "write"])
def test_a_store_that_is_slower_than_it_is_worth_is_left_alone(
    store: Store, cache: ResponseCache, breaker: Breaker, first: str
) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.takes_s = 0.006
    if first == "read":
        assert cache.get(b"key", lambda: b"unused") == b"old"
    else:
        cache.invalidate()
    assert closed(breaker)
    breaker.round()
    breaker.round()
    assert not closed(breaker)
    with pytest.raises(StoreSlowError):
        cache.check()
    asked = store.asked
    cache.invalidate()
    assert cache.get(b"key", lambda: b"computed") == b"computed"
    assert store.asked == asked
    store.takes_s = 0.0
    assert breaker.round() is None
    assert cache.get(b"key", lambda: b"new") == b"new"


def test_one_answer_that_is_slow_changes_nothing(store: Store, cache: ResponseCache, breaker: Breaker) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.takes_s = 0.006
    cache.get(b"key", lambda: b"unused")
    store.takes_s = 0.0
    assert breaker.round() is None
    assert cache.get(b"key", lambda: b"unused") == b"old"


def test_what_is_owed_is_set_while_the_store_is_slow_so_that_others_learn_of_it(
    store: Store, cache: ResponseCache, breaker: Breaker
) -> None:
    other = made(store, Breaker(0, start=by_hand))
    assert other.get(b"key", lambda: b"old") == b"old"
    breaker.closed = False
    cache.invalidate()
    breaker.round()
    assert other.get(b"key", lambda: b"new") == b"new"


def test_what_was_computed_while_the_store_went_away_is_not_stored(
    store: Store, cache: ResponseCache, breaker: Breaker
) -> None:
    def compute() -> bytes:
        breaker.closed = False
        return b"computed"

    assert cache.get(b"key", compute) == b"computed"
    assert store.get_many([b"test:v:key"]) == [None]


def test_what_is_owed_outlives_an_interruption(store: Store, cache: ResponseCache) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.down = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        cache.invalidate()
    store.down = None
    assert cache.get(b"key", lambda: b"new") == b"new"


def test_until_the_version_is_set_everybody_finds_it_owed(store: Store, cache: ResponseCache, breaker: Breaker) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.down = StoreDownError
    cache.invalidate()
    store.down = None
    breaker.recovered()
    seen: list[bytes] = []

    def read_meanwhile() -> None:
        store.on_set = lambda: None
        seen.append(cache.get(b"key", lambda: b"new"))

    store.on_set = read_meanwhile
    cache.get(b"other", lambda: b"other")
    assert seen == [b"new"]


def test_a_write_that_fails_while_another_s_version_is_set_still_owes_one(
    store: Store, cache: ResponseCache, breaker: Breaker
) -> None:
    assert cache.get(b"key", lambda: b"old") == b"old"
    store.down = StoreDownError
    cache.invalidate()
    store.down = None
    breaker.recovered()

    def write_meanwhile() -> None:
        store.on_set = lambda: None
        store.down = StoreDownError
        cache.invalidate()
        store.down = None

    store.on_set = write_meanwhile
    cache.get(b"key", lambda: b"new")
    breaker.recovered()
    assert cache.get(b"key", lambda: b"newer") == b"newer"


def test_a_probe_says_whether_the_store_answers_and_sets_what_is_owed(store: Store, cache: ResponseCache) -> None:
    other = made(store, Breaker(0, start=by_hand))
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
