"""Every fault on real parts: what of a service it takes away, for how long, and that all is as before afterwards."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

import pytest

from scalebed.engines.local.engine import LocalEngine
from scalebed.engines.local.faults.injector import LocalInjector
from scalebed.experiment.faults import Fault
from scalebed.experiment.plan import cells
from scalebed.measurement.load import Target
from tests.local import rooms

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.timeout(300)]

LASTS_S = 0.6


@dataclass
class Happened:
    """What one fault did, and what was asked while it lasted."""

    target: Target
    injector: LocalInjector
    said: list[str] = field(default_factory=list)
    at: dict[str, float] = field(default_factory=dict)
    meanwhile: list[object] = field(default_factory=list)
    before: Mapping[str, int] = field(default_factory=dict)
    after: Mapping[str, int] = field(default_factory=dict)

    @property
    def took_s(self) -> float:
        return self.at["over"] - self.at["begun"]


@pytest.fixture(scope="module")
def running(root: object, cache: object) -> Iterator[tuple[LocalEngine, Target]]:
    """Two replicas of the tiny service, with links to their parts."""
    engine = LocalEngine(root, cache, lambda line: None)  # type: ignore[arg-type]
    experiment = rooms.tiny(kind="fault", rate=20, faults=["cache-slow"], episodes={"first": "30s"})
    try:
        engine.prepare(experiment, lambda line: None)
        with engine.deploy(cells(experiment)[1]) as target:
            yield engine, target
    finally:
        engine.close()


@contextmanager
def asking(ask: Callable[[], object], into: list[object]) -> Iterator[None]:
    """Again and again from another thread."""
    over = threading.Event()

    def go_on() -> None:
        while not over.wait(0.01):
            into.append(ask())

    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(30)


def happen(
    running: tuple[LocalEngine, Target],
    ask: Callable[[Target], object] = lambda _: None,
    number: int = 0,
    **keys: object,
) -> Happened:
    """Let one happen, and `ask` from when it has begun until it is over."""
    engine, target = running
    fault = Fault.model_validate(keys)
    assert engine._running is not None
    _, made = engine._running
    assert made.running is not None
    assert made.wanted is not None
    injector = LocalInjector(engine._in_use(), made.wanted, made.running, fault)
    seen = Happened(target, injector)
    stack = contextlib.ExitStack()

    def told(stage: Literal["begun", "over"], what: str) -> None:
        seen.said.append(what)
        seen.at[stage] = time.monotonic()
        if stage == "begun":
            stack.enter_context(asking(lambda: ask(target), seen.meanwhile))

    injector.begin()
    seen.before = injector.counts()
    try:
        with stack:
            injector.inject(number, told, time.sleep)
        seen.after = injector.counts()
    finally:
        injector.end()
    return seen


def answer(url: str, within_s: float = 30.0) -> int:
    """Its status; 0 where there is no answer in time."""
    try:
        with urllib.request.urlopen(url, timeout=within_s) as response:  # noqa: S310 - loopback
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


def count(target: Target) -> int:
    return answer(f"{target.url}/count")


def pids(target: Target) -> set[int]:
    return {rooms.get(f"{target.url}/about")["pid"] for _ in range(12)}


def of_cache(running: tuple[LocalEngine, Target], command: str, *, linked: bool = False, within_s: float = 5.0) -> str:
    """What Valkey answers; nothing where it does not in time."""
    port = int(rooms.get(f"{running[1].url}/about")["cache"].rsplit(":", 1)[1].split("/")[0])
    if not linked:
        made = running[0]._running
        assert made is not None
        assert made[1].running is not None
        assert made[1].running.cache is not None
        port = made[1].running.cache.port
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=within_s) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.makefile("r", encoding="utf-8").readline().strip()
    except OSError:
        return ""


def as_before(running: tuple[LocalEngine, Target], seen: Happened) -> None:
    """Two replicas, which both answer, and nothing that ended without being expected to."""
    engine, target = running
    assert seen.after["replicas ready"] == 2
    deadline = time.monotonic() + 10
    while len(pids(target)) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)  # the balancer passes one over for a second that did not take a request
    assert len(pids(target)) == 2
    assert [count(target) for _ in range(6)] == [200] * 6
    assert engine.probe().gone() == ()


def test_a_killed_replica_comes_back_and_requests_go_to_the_other_one_meanwhile(
    running: tuple[LocalEngine, Target],
) -> None:
    before = pids(running[1])
    seen = happen(running, count, fault="replica-killed", restart_after="800ms")
    assert seen.said == ["replica 1 was killed", "every replica was ready"]
    assert 0.8 <= seen.took_s < 15
    # Those that it held when it was killed are lost, and no more.
    assert sum(status != 200 for status in seen.meanwhile) <= 1, seen.meanwhile
    assert len(seen.meanwhile) > 20
    assert seen.after["restarts"] == 1
    assert len(pids(running[1]) & before) == 1
    as_before(running, seen)


def test_a_replica_that_nobody_starts_again_stays_away(running: tuple[LocalEngine, Target]) -> None:
    seen = happen(running, fault="replica-killed", restart_after="never", number=1)
    assert seen.said == ["replica 2 was killed"]
    assert (seen.before["replicas ready"], seen.after["replicas ready"]) == (2, 1)
    assert len(pids(running[1])) == 1
    assert running[0].probe().gone() == (), "it was expected to be away"
    as_before(running, happen(running, fault="replica-killed", restart_after="100ms", number=1))


def test_a_server_whose_process_is_killed_is_started_again(running: tuple[LocalEngine, Target]) -> None:
    seen = happen(running, fault="worker-killed", number=1)
    assert seen.after["restarts"] == 1
    as_before(running, seen)


def test_a_frozen_replica_answers_once_it_goes_on(running: tuple[LocalEngine, Target]) -> None:
    def slowest(target: Target) -> float:
        begun = time.monotonic()
        assert count(target) == 200
        return time.monotonic() - begun

    seen = happen(running, slowest, fault="replica-frozen", lasts=LASTS_S)
    assert seen.took_s == pytest.approx(LASTS_S, abs=0.3)
    assert max(map(float, seen.meanwhile)) > LASTS_S / 2  # type: ignore[arg-type]
    as_before(running, seen)


def test_a_slow_replica_has_a_tenth_of_its_quota(running: tuple[LocalEngine, Target]) -> None:
    if not running[0].quota.limits:
        pytest.skip("no quota can be set here")
    fast, slow = (f"{url}/spin?seconds=0.1" for url in running[1].replica_urls)
    usual = rooms.get(fast)
    seen = happen(running, lambda _: rooms.get(slow), fault="replica-slow", lasts=1.5, number=1)
    assert float(seen.meanwhile[0]) > 3 * usual  # type: ignore[arg-type]
    assert rooms.get(slow) < 3 * usual + 0.1
    as_before(running, seen)


@pytest.mark.parametrize("fault", ["rollout", "scale-in"])
def test_what_is_done_on_purpose_loses_no_request(running: tuple[LocalEngine, Target], fault: str) -> None:
    before = pids(running[1])
    lasts = {"lasts": LASTS_S} if fault == "scale-in" else {}
    seen = happen(running, count, fault=fault, **lasts)
    assert set(seen.meanwhile) == {200}
    assert len(seen.meanwhile) > 20
    assert len(pids(running[1]) & before) == (0 if fault == "rollout" else 1)
    as_before(running, seen)


def test_a_balancer_that_is_reloaded_loses_no_request(running: tuple[LocalEngine, Target]) -> None:
    seen = happen(running, count, fault="balancer-reloaded")
    assert set(seen.meanwhile) <= {200}
    as_before(running, seen)


@pytest.mark.parametrize("fault", ["pooler-restarted", "pooler-killed", "database-restarted", "database-crashed"])
def test_a_part_that_ended_is_started_again(running: tuple[LocalEngine, Target], fault: str) -> None:
    keys = {} if fault == "pooler-restarted" else {"restart_after": "300ms"}
    seen = happen(running, fault=fault, **keys)
    assert seen.took_s < 20
    if keys:
        assert seen.took_s >= 0.3
    deadline = time.monotonic() + 10
    while count(running[1]) != 200 and time.monotonic() < deadline:
        time.sleep(0.1)  # the pooler tries a second later to log on again
    as_before(running, seen)


def test_connections_that_are_killed_are_made_anew(running: tuple[LocalEngine, Target]) -> None:
    def backends() -> set[int]:
        made = running[0]._running
        assert made is not None
        with running[0]._in_use().cluster.connect("postgres") as connection:
            query = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
            return {row[0] for row in connection.execute(query, [made[1].database])}

    assert count(running[1]) == 200
    before = backends()
    assert before
    happen(running, fault="connections-killed")
    assert not backends() & before
    assert [count(running[1]) for _ in range(4)][1:] == [200] * 3


def test_a_frozen_database_answers_nobody(running: tuple[LocalEngine, Target]) -> None:
    seen = happen(running, lambda target: answer(f"{target.url}/count", 0.2), fault="database-frozen", lasts=LASTS_S)
    assert seen.meanwhile[0] == 0
    as_before(running, seen)


def test_locked_tables_let_nobody_write(running: tuple[LocalEngine, Target]) -> None:
    asked: list[str] = []

    def both(target: Target) -> tuple[int, int]:
        asked.append("both")
        return count(target), answer(f"{target.url}/add", 0.2)

    seen = happen(running, both, fault="tables-locked", lasts=LASTS_S)
    assert seen.meanwhile[0] == (200, 0)
    assert answer(f"{running[1].url}/add") == 200
    as_before(running, seen)


def test_a_slow_connection_to_the_database_adds_its_delay(running: tuple[LocalEngine, Target]) -> None:
    def takes(target: Target) -> float:
        begun = time.monotonic()
        assert count(target) == 200
        return time.monotonic() - begun

    usual = takes(running[1])
    seen = happen(running, takes, fault="database-slow", lasts=2 * LASTS_S, delay="150ms")
    assert float(seen.meanwhile[0]) > usual + 0.15  # type: ignore[arg-type]
    as_before(running, seen)
    assert takes(running[1]) < usual + 0.15


def test_nothing_comes_from_a_database_that_cannot_be_reached(running: tuple[LocalEngine, Target]) -> None:
    def asked(target: Target) -> int:
        return answer(f"{target.url}/count", 0.2)

    seen = happen(running, asked, fault="database-unreachable", lasts=LASTS_S)
    assert seen.meanwhile[0] == 0
    as_before(running, seen)


def test_a_killed_cache_comes_back_empty(running: tuple[LocalEngine, Target]) -> None:
    assert of_cache(running, "SET kept 1") == "+OK"
    seen = happen(running, lambda _: of_cache(running, "PING"), fault="cache-killed", restart_after="300ms")
    assert "" in seen.meanwhile
    assert of_cache(running, "GET kept") == "$-1"


def test_a_frozen_cache_keeps_what_it_has(running: tuple[LocalEngine, Target]) -> None:
    assert of_cache(running, "SET kept 1") == "+OK"
    seen = happen(running, lambda _: of_cache(running, "PING", within_s=0.2), fault="cache-frozen", lasts=LASTS_S)
    assert seen.meanwhile[0] == ""
    assert of_cache(running, "GET kept") == "$1"


def test_a_slow_cache_adds_its_delay_and_an_unreachable_one_says_nothing(running: tuple[LocalEngine, Target]) -> None:
    def ping(_: Target) -> tuple[str, float]:
        begun = time.monotonic()
        said = of_cache(running, "PING", linked=True, within_s=0.3)
        return said, time.monotonic() - begun

    slow = happen(running, ping, fault="cache-slow", lasts=LASTS_S, delay="100ms")
    said, took_s = slow.meanwhile[0]  # type: ignore[misc]
    assert said == "+PONG"
    assert took_s >= 0.1
    silent = happen(running, ping, fault="cache-unreachable", lasts=LASTS_S)
    assert silent.meanwhile[0][0] == ""  # type: ignore[index]
    assert ping(running[1])[0] == "+PONG"


def test_a_full_cache_takes_nothing_more(running: tuple[LocalEngine, Target]) -> None:
    assert of_cache(running, "SET kept 1") == "+OK"

    def both(_: Target) -> tuple[str, str]:
        return of_cache(running, "SET more 1")[:4], of_cache(running, "GET kept")

    seen = happen(running, both, fault="cache-full", lasts=LASTS_S)
    assert seen.meanwhile[0] == ("-OOM", "$1")
    assert of_cache(running, "SET more 1") == "+OK"


def test_a_flushed_cache_has_forgotten(running: tuple[LocalEngine, Target]) -> None:
    assert of_cache(running, "SET kept 1") == "+OK"
    happen(running, fault="cache-flushed")
    assert of_cache(running, "GET kept") == "$-1"
