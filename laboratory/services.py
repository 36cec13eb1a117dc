"""Simulated services, each a kind of trouble that a search for capacity meets.

Requests arrive by a Poisson process. A service is drawn anew for each block, as one that is deployed again: what its
host is like, and when it began. Times are in seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from laboratory import queues
from laboratory.queues import Bools, Floats

LIMIT_S = 1.0
PERCENTILE = 95.0
ERROR_RATE = 0.01
HOST_CORES = 2.0
"""Of which a hypervisor takes its share."""
Rng = np.random.Generator


@dataclass(frozen=True)
class Requests:
    """As many as came, in the order of their arrivals, from the beginning of a load."""

    began_s: float
    """Since the service was deployed."""
    arrivals: Floats
    work: Rng
    """Draws what each takes."""
    world: Rng
    """Draws what happens besides; for two things it spawns two, so that a longer load begins as a shorter one."""

    @property
    def n(self) -> int:
        return self.arrivals.size

    @property
    def lasts_s(self) -> float:
        return float(self.arrivals[-1]) if self.n else 0.0


@dataclass(frozen=True)
class Served:
    """What became of them."""

    ended: Floats
    failed: Bools | None = None
    stolen: tuple[Floats, Floats] | None = None
    """When a hypervisor began to take a core away, and for how long each time."""


@dataclass(frozen=True)
class Host:
    """What a block finds."""

    pace: float = 1.0
    """How fast everything is, as a factor."""
    phase: float = 0.0
    """Where in its swing the block begins, as a share of it."""


def steady(rng: Rng) -> Host:
    """As fast in each block; each begins somewhere in a swing."""
    return Host(phase=float(rng.random()))


@dataclass(frozen=True)
class Service:
    """One family. `serve` makes of requests what becomes of them; `alone_s` is a request's mean time without others."""

    name: str
    told: str
    """A noun phrase, for a table."""
    serve: Callable[[Requests, Host], Served]
    alone_s: float
    host: Callable[[Rng], Host] = steady


def _exponential(requests: Requests, mean_s: float) -> Floats:
    return requests.work.exponential(mean_s, requests.n)


def one_server(mean_s: float) -> Callable[[Requests, Host], Served]:
    """M/M/1."""
    return lambda r, host: Served(queues.in_turn(r.arrivals, _exponential(r, mean_s) / host.pace))


def _few_slow(r: Requests, host: Host) -> Served:
    """Four servers; one in 50 requests takes 15 times as long."""
    slow = r.world.random(r.n) < 0.02
    return Served(queues.by_any(r.arrivals, _exponential(r, 0.1) * np.where(slow, 15.0, 1.0), 4))


def _sharing(r: Requests, host: Host) -> Served:
    return Served(queues.shared(r.arrivals, _exponential(r, 0.05)))


def _quota(r: Requests, host: Host) -> Served:
    """A quarter of a core; a request takes 20 ms of CPU, on average."""
    return Served(queues.under_quota(r.arrivals, r.work.gamma(4.0, 0.005, r.n), 0.025, 0.1))


def _cliff(r: Requests, host: Host) -> Served:
    """A lock that more than 12 requests fight for: each then takes half as long again."""
    return Served(queues.over_a_cliff(r.arrivals, _exponential(r, 0.05), 12, 1.5))


def _collecting(r: Requests, host: Host) -> Served:
    """Every 5 s or so a garbage collection takes a quarter of a second, once those that came before it are done."""
    begins = np.cumsum(r.world.exponential(5.0, math.ceil(r.lasts_s / 2.5) + 20))
    return Served(queues.paused(r.arrivals, _exponential(r, 0.05), begins, np.full_like(begins, 0.25)))


def _shared_database(r: Requests, host: Host) -> Served:
    """Three replicas, chosen at random, of 10 requests a second each, before one database of 25 a second."""
    choosing, querying = r.world.spawn(2)
    replica = choosing.integers(3, size=r.n)
    work = _exponential(r, 0.1)
    done = np.empty_like(r.arrivals)
    for each in range(3):
        mine = replica == each
        done[mine] = queues.in_turn(r.arrivals[mine], work[mine])
    order = np.argsort(done, kind="stable")
    ended = np.empty_like(done)
    ended[order] = queues.in_turn(done[order], querying.exponential(0.04, r.n)[order])
    return Served(ended)


def _shedding(r: Requests, host: Host) -> Served:
    """Refuses, within 2 ms, what finds 15 requests there."""
    ended, refused = queues.shedding(r.arrivals, _exponential(r, 0.05), 15, 0.002)
    return Served(ended, refused)


DRIFT = 0.04
"""Standard deviation of the logarithm of a host's pace between blocks, and how far it swings within one."""


def _some_host(rng: Rng) -> Host:
    return Host(float(np.exp(rng.normal(0.0, DRIFT))), float(rng.random()))


def _drifting(r: Requests, host: Host) -> Served:
    """Within a block the pace swings to and fro, once in ten minutes."""
    swing = np.exp(DRIFT * np.sin(2 * math.pi * ((r.began_s + r.arrivals) / 600.0 + host.phase)))
    return Served(queues.in_turn(r.arrivals, _exponential(r, 0.05) / (host.pace * swing)))


def _stolen(r: Requests, host: Host) -> Served:
    """In one minute of four a hypervisor takes the core away for 0.2 s, every 2 s or so."""
    beginning, lasting = r.world.spawn(2)
    begins = np.cumsum(beginning.exponential(2.0, math.ceil(r.lasts_s) + 20))
    lasts = lasting.exponential(0.2, begins.size)
    lasts[((r.began_s + begins) / 240.0 + host.phase) % 1.0 >= 0.25] = 0.0
    return Served(queues.paused(r.arrivals, _exponential(r, 0.05), begins, lasts), stolen=(begins, lasts))


def _alike(r: Requests, host: Host) -> Served:
    """Requests that follow each other are alike: what they take wanders, and forgets half of it within 20 of them."""
    forget = 0.5 ** (1 / 20)
    noise = r.world.normal(0.0, math.sqrt(1 - forget**2), r.n).tolist()
    level, levels = 0.0, np.empty(r.n)
    for i, each in enumerate(noise):
        level = forget * level + each
        levels[i] = level
    return Served(queues.in_turn(r.arrivals, _exponential(r, 0.05) * np.exp(0.3 * levels - 0.045)))


def _warming(r: Requests, host: Host) -> Served:
    """Begins at two thirds of its pace, and has made up two thirds of the rest after a minute."""
    pace = 1 - np.exp(-(r.began_s + r.arrivals) / 60.0) / 3
    return Served(queues.in_turn(r.arrivals, _exponential(r, 0.05) / pace))


SERVICES: Mapping[str, Service] = {
    service.name: service
    for service in (
        Service("M/M/1", "one server, first come first served; 50 ms on average, exponential", one_server(0.05), 0.05),
        Service("fast M/M/1", "the same, four times as fast", one_server(0.0125), 0.0125),
        Service(
            "M/G/4",
            "four servers with one queue; 100 ms, but one request in 50 takes 15 times as long",
            _few_slow,
            0.128,
        ),
        Service("processor sharing", "one server that all requests share evenly; 50 ms", _sharing, 0.05),
        Service("CFS quota", "20 ms of CPU under a quota of a quarter of a core, in periods of 100 ms", _quota, 0.08),
        Service("cliff", "50 ms, and half as long again while more than 12 requests fight for a lock", _cliff, 0.05),
        Service(
            "collections", "50 ms, and every 5 s or so a collection of 250 ms that waits its turn", _collecting, 0.0525
        ),
        Service(
            "shared database",
            "three replicas of 100 ms, chosen at random, before one database of 40 ms",
            _shared_database,
            0.14,
        ),
        Service("shedding", "50 ms; refuses what finds 15 requests there", _shedding, 0.05),
        Service(
            "drift",
            "50 ms on a host whose pace differs by 4% between blocks, and swings by 4% within",
            _drifting,
            0.05,
            _some_host,
        ),
        Service(
            "steal",
            "50 ms; in one minute of four a hypervisor takes the core between two requests, for 200 ms every 2 s or so",
            _stolen,
            0.05,
        ),
        Service("alike", "50 ms; what requests cost is correlated over some 20 of them", _alike, 0.05),
        Service(
            "warming", "50 ms once it is warm; begins at two thirds of its pace, and takes minutes", _warming, 0.05
        ),
    )
}

OUTSIDE = frozenset({"cliff", "warming"})
"""Of which the interval of a search says nothing. The first passes far above its capacity for as long as it has not
fallen, and takes minutes to come back: no trial of a minute or two can tell its capacity. The second is measured as it
is while it warms up, below what it serves in the long run; a report tells such a one by what its requests cost
(`scalebed.report.findings.warming`)."""
