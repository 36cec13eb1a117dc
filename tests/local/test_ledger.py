"""The workload `ledger` against a service that keeps, loses, doubles, delays or withholds what it acknowledged."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from ledger_server import GONE, SILENT, Answer, Contact, LedgerServer, ledger_server

from scalebed.engines.local.generator import K6Generator, K6Run, OwnScript
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import CheckCount, EndpointSecond
from scalebed.paths import ROOT
from scalebed.provision.k6 import ensure_k6

pytestmark = pytest.mark.timeout(300)

SCRIPTS = ROOT / "loadtest" / "k6"
FIRST = 48
"""Contacts that are made before the load."""
FRESH = "ledger: a read is no staler than declared"
THERE = "ledger: an acknowledged write is there afterwards"
ONCE = "ledger: what was made once is there once"
EFFECT = "ledger: of unknown outcome, took effect"
NO_EFFECT = "ledger: of unknown outcome, had no effect"
UNREAD = "ledger: could not be read afterwards"


@pytest.fixture(scope="session")
def k6() -> Path:
    return ensure_k6(Path(os.environ["SCALEBED_CACHE"]), ROOT / "loadtest" / "extension")


@pytest.fixture
def server() -> Iterator[LedgerServer]:
    with ledger_server() as running:
        yield running


class Ledger:
    """Runs the workload; `stale_s` is what the service declares."""

    def __init__(self, k6: Path, server: LedgerServer, logs: Path) -> None:
        self._k6 = k6
        self._server = server
        self._logs = logs
        self.lines: list[EndpointSecond] = []

    def begin(self, *, users: int = 1, seconds: float = 1.0, stale_s: float = 30.0) -> K6Run:
        script = OwnScript(SCRIPTS / "ledger.js", {"STALE_S": f"{stale_s:g}"})
        generator = K6Generator(self._k6, SCRIPTS, self._logs, own=script)
        load = Load("ledger", 0.0, seconds, users, 7, 500, concurrency=users)
        return generator.start(Target(self._server.url, (), ("generator",), None), load)

    def end(self, run: K6Run) -> Mapping[str, CheckCount]:
        """Its checks by name, when it is over."""
        while True:
            over = run.finished
            endpoints, seconds = run.poll(0.5)
            self.lines += endpoints
            if over and not endpoints and not seconds:
                assert run.failure is None
                return {check.check: check for check in run.checks}

    def __call__(self, *, users: int = 1, seconds: float = 1.0, stale_s: float = 30.0) -> Mapping[str, CheckCount]:
        return self.end(self.begin(users=users, seconds=seconds, stale_s=stale_s))

    def answered(self, endpoint: str) -> int:
        return sum(line.count for line in self.lines if line.endpoint == endpoint and line.status // 100 == 2)


@pytest.fixture
def ledger(k6: Path, server: LedgerServer, tmp_path: Path) -> Ledger:
    return Ledger(k6, server, tmp_path)


def passed(check: str, count: int) -> CheckCount:
    return CheckCount(check, count, 0)


def failed(check: str, passes: int, fails: int) -> CheckCount:
    """Of which no request could be counted as failed, as the load was over."""
    return CheckCount(check, passes, fails, beside=fails)


def test_a_service_that_keeps_what_it_acknowledged_passes_everything(ledger: Ledger, server: LedgerServer) -> None:
    """Many users at once, and nothing stale is declared: every value is read as soon as it is acknowledged."""
    began = time.monotonic()
    checks = ledger(users=16, seconds=3.0, stale_s=0.0)
    assert time.monotonic() - began < 15
    made = len(server.contacts)
    assert made == FIRST + ledger.answered("create") > FIRST + server.page_size
    assert checks == {
        FRESH: passed(FRESH, ledger.answered("read-back")), THERE: passed(THERE, made), ONCE: passed(ONCE, made),
    }  # fmt: skip
    counts = {line.endpoint: ledger.answered(line.endpoint) for line in ledger.lines}
    shares = {name: count / sum(counts.values()) for name, count in counts.items()}
    expected = {"read-back": 0.5, "detail": 0.2, "list": 0.1, "patch": 0.15, "create": 0.05}
    assert shares == {name: pytest.approx(share, abs=0.04) for name, share in expected.items()}


def test_a_write_that_was_acknowledged_and_is_lost_is_seen(ledger: Ledger, server: LedgerServer) -> None:
    """Of one contact, all writes: reads of it are stale, but not by more than is declared."""
    dropped = 0

    def forget(identity: int, fields: Contact) -> Answer:
        nonlocal dropped
        if identity != 1000:
            return server.changed(identity, fields)
        dropped += 1
        return 200, server.contacts[identity] | fields

    server.change = forget
    checks = ledger(stale_s=3.0)
    made = len(server.contacts)
    assert dropped > 0
    assert checks == {
        FRESH: passed(FRESH, ledger.answered("read-back")), THERE: failed(THERE, made - 1, 1), ONCE: passed(ONCE, made),
    }  # fmt: skip


def test_a_write_that_only_a_cache_still_has_is_lost(ledger: Ledger, server: LedgerServer) -> None:
    """By itself it is read as it was acknowledged; the list shows what the database has."""
    cached: dict[int, Contact] = {}

    def forget(identity: int, fields: Contact) -> Answer:
        if identity != 1000:
            return server.changed(identity, fields)
        cached[identity] = server.contacts[identity] | fields
        return 200, cached[identity]

    server.change = forget
    server.read = lambda identity: (200, cached[identity]) if identity in cached else server.found(identity)
    checks = ledger(stale_s=0.0)
    made = len(server.contacts)
    assert checks == {
        FRESH: passed(FRESH, ledger.answered("read-back")), THERE: failed(THERE, made - 1, 1), ONCE: passed(ONCE, made),
    }  # fmt: skip


def test_a_contact_that_was_acknowledged_and_is_not_there_is_seen(ledger: Ledger, server: LedgerServer) -> None:
    """Each read of it is a wrong answer, and fails; in the end it is lost, and there is nothing to find twice."""
    missed = 0

    def forget(contact: Contact) -> Answer:
        server.make = server.made
        return 201, {"id": 5000} | contact

    def miss(identity: int) -> Answer:
        nonlocal missed
        missed += identity == 5000 and not server.over
        return server.found(identity)

    server.make = forget
    server.read = miss
    checks = ledger(stale_s=0.0)
    made = len(server.contacts)
    assert missed > 0
    assert checks == {
        FRESH: CheckCount(FRESH, ledger.answered("read-back"), missed), THERE: failed(THERE, made, 1),
        ONCE: passed(ONCE, made),
    }  # fmt: skip


def test_a_contact_that_is_made_twice_is_seen(ledger: Ledger, server: LedgerServer) -> None:
    doubled = 0

    def double(contact: Contact) -> Answer:
        nonlocal doubled
        if doubled < 2:
            doubled += 1
            server.made(contact)
        return server.made(contact)

    server.make = double
    checks = ledger()
    made = len(server.contacts) - 2
    assert checks == {
        FRESH: passed(FRESH, ledger.answered("read-back")), THERE: passed(THERE, made), ONCE: failed(ONCE, made - 2, 2),
    }  # fmt: skip


def test_a_read_that_is_staler_than_declared_is_seen(ledger: Ledger, server: LedgerServer) -> None:
    """Of one contact, while the load runs: afterwards it is read as it is."""
    old: Contact = {}
    stale = 0

    def change(identity: int, fields: Contact) -> Answer:
        old.update(old or server.contacts[1000])
        return server.changed(identity, fields)

    def read(identity: int) -> Answer:
        nonlocal stale
        if identity != 1000 or server.over or not old:
            return server.found(identity)
        stale += old["phone_number"] != server.contacts[1000]["phone_number"]
        return 200, old

    server.change = change
    server.read = read
    checks = ledger(stale_s=0.0)
    made = len(server.contacts)
    assert stale > 0
    fresh = ledger.answered("read-back") - stale
    assert checks == {
        FRESH: CheckCount(FRESH, fresh, stale), THERE: passed(THERE, made), ONCE: passed(ONCE, made),
    }  # fmt: skip
    errors = {line.error for line in ledger.lines if line.endpoint == "read-back"}
    assert errors == {"", "check failed"}


def test_a_read_that_is_stale_within_what_is_declared_is_none(ledger: Ledger, server: LedgerServer) -> None:
    """Nor is one afterwards: what disagrees is read again until it could be no more than stale."""
    old: dict[int, Contact] = {}
    until = 0.0

    def keep(identity: int, fields: Contact) -> Answer:
        old.setdefault(identity, server.contacts[identity])
        return server.changed(identity, fields)

    def delay(identity: int) -> Answer:
        nonlocal until
        if server.over and until == 0.0:
            until = time.monotonic() + 2.0
        late = server.over and time.monotonic() > until
        return server.found(identity) if late or identity not in old else (200, old[identity])

    server.change = keep
    server.read = delay
    checks = ledger(stale_s=5.0)
    assert len(old) > 20
    made = len(server.contacts)
    assert checks == {
        FRESH: passed(FRESH, ledger.answered("read-back")), THERE: passed(THERE, made), ONCE: passed(ONCE, made),
    }  # fmt: skip


@pytest.mark.parametrize("silent", [False, True], ids=["500", "nothing"])
def test_a_write_that_takes_effect_and_is_not_acknowledged_is_counted(
    ledger: Ledger, server: LedgerServer, silent: bool
) -> None:
    """Whether it made or changed a contact. What is not known to be done is never written again."""
    unsure: set[int] = set()
    again = 0
    error: Answer = SILENT if silent else (500, {"detail": "broken"})

    def make(contact: Contact) -> Answer:
        server.make = server.made
        server.made(contact)
        return error

    def change(identity: int, fields: Contact) -> Answer:
        nonlocal again
        again += identity in unsure
        changed = server.changed(identity, fields)
        if len(unsure) < 3:
            unsure.add(identity)
            return error
        return changed

    server.make = make
    server.change = change
    checks = ledger(stale_s=0.0)
    made = len(server.contacts)
    assert (len(unsure), again) == (3, 0)
    assert checks == {
        FRESH: passed(FRESH, ledger.answered("read-back")), THERE: passed(THERE, made - 1), ONCE: passed(ONCE, made),
        EFFECT: passed(EFFECT, 4),
    }  # fmt: skip


def test_a_write_that_neither_takes_effect_nor_is_acknowledged_is_counted(ledger: Ledger, server: LedgerServer) -> None:
    """While one that is refused is certainly not done, and counts nowhere."""
    left = 3

    def change(identity: int, fields: Contact) -> Answer:
        nonlocal left
        left -= 1
        if left >= 0:
            return (503, {"detail": "away"}) if left else GONE
        return server.changed(identity, fields)

    def make(_: Contact) -> Answer:
        server.make = server.made
        return 503, {"detail": "away"}

    server.change = change
    server.make = make
    checks = ledger(stale_s=0.0)
    made = len(server.contacts)
    assert checks == {
        FRESH: passed(FRESH, ledger.answered("read-back")), THERE: passed(THERE, made), ONCE: passed(ONCE, made),
        NO_EFFECT: passed(NO_EFFECT, 3),
    }  # fmt: skip


def test_what_cannot_be_read_afterwards_is_neither_there_nor_lost(ledger: Ledger, server: LedgerServer) -> None:
    server.read = lambda identity: (503, {}) if server.over else server.found(identity)
    server.listed = lambda name, page: (503, {})
    checks = ledger(stale_s=0.0)
    made = len(server.contacts)
    assert checks == {FRESH: passed(FRESH, ledger.answered("read-back")), UNREAD: passed(UNREAD, made + 1)}


def test_a_load_that_is_stopped_is_looked_at_as_well(ledger: Ledger, server: LedgerServer) -> None:
    """What was under way then has an unknown outcome; it took effect or did not."""
    run = ledger.begin(users=8, seconds=600.0)
    until = time.monotonic() + 60
    while len(server.contacts) < FIRST + 20 and time.monotonic() < until:
        ledger.lines += run.poll(0.2)[0]
    began = time.monotonic()
    run.stop()
    assert time.monotonic() - began < 15
    checks = ledger.end(run)
    assert checks.keys() <= {FRESH, THERE, ONCE, EFFECT, NO_EFFECT}
    assert all(check.failed == 0 for check in checks.values())
    assert checks[ONCE].passed == len(server.contacts)
    unknown = sum(checks[name].passed for name in (EFFECT, NO_EFFECT) if name in checks)
    assert unknown <= 8


def test_more_than_k6_can_wait_for_is_refused(ledger: Ledger) -> None:
    run = ledger.begin(stale_s=33.0)
    while not run.finished:
        run.poll(0.5)
    assert "STALE_S=33 must be at most 32" in str(run.failure)
