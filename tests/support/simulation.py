"""A simulated engine: a queue behind the ports, on a virtual clock. Seconds of load take milliseconds."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from scalebed.execution.ports import Finding, Injector, LoadGenerator, Probe, Program
from scalebed.experiment.plan import Cell
from scalebed.experiment.spec import Experiment
from scalebed.measurement.ending import Ended
from scalebed.measurement.histograms import encode, of_values
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond, Sample
from scalebed.messages import Say

UNIX = 1_800_000_000
"""The generator's clock when the virtual one stands at 0."""
DATABASE_CPU_S = 0.0002
DATABASE_TIME_S = 0.0005
GENERATOR_CPU_S = 0.0003
REPORT_DELAY_S = 0.05
STARTUP_S = 0.4

Floats = NDArray[np.float64]


class VirtualClock:
    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds


@dataclass(frozen=True)
class Behaviour:
    """One replica. Requests queue for one server with exponential service times: M/M/1, whose latency is known."""

    rate: float
    """Requests a second that one replica's quota can work off; replicas act as one server as fast as all."""
    base_s: float = 0.005
    """Latency that no queue and no quota has a part in."""
    error_share: float = 0.0
    steal_cores: float = 0.0
    foreign_cores: float = 0.0
    generator_rate: float = math.inf
    """Arrivals a second that the generator's CPU can make."""
    hangs: bool = False
    """Never answers."""
    dies_at: float = math.inf
    """Arrivals a second under which it ends."""
    requests: int = 1
    """A journey makes, one after another; where loads are of journeys."""
    pause_s: float = 0.0
    """After each of them."""

    def capacity(self, replicas: int, limit_s: float = 1.0, percentile: float = 95.0) -> float:
        """The M/M/1's: the time in the system is exponential with the rate μ - λ. In arrivals a second: each visit of a
        journey finds the queue as a Poisson stream of all visits would (Jackson, "Networks of waiting lines",
        Operations Research 5, 1957)."""
        return (self.rate * replicas + math.log(1 - percentile / 100) / (limit_s - self.base_s)) / self.requests


@dataclass
class Served:
    """What became of a load: sorted arrays of seconds since its start."""

    arrivals: Floats
    dropped: Floats
    ended: Floats
    latency_s: Floats
    lag_s: Floats
    work_until: Floats
    """When the server was done with each request, and below how much work it had done by then."""
    work_s: Floats
    journeys: tuple[Floats, Floats] | None = None
    """When each began and when it ended, both in order of beginning."""


class SimulatedRun:
    def __init__(self, engine: SimulatedEngine, load: Load, behaviour: Behaviour, replicas: int) -> None:
        self._engine = engine
        self._clock = engine.clock
        self._began = self._clock.now() + STARTUP_S
        self._duration_s = load.duration_s
        self._stopped: float | None = None
        self._reported = 0
        self._rng = np.random.default_rng(load.seed)
        self._behaviour = behaviour
        self.served = _serve(load, behaviour, replicas, self._rng)
        begun, over = self.served.journeys or (self.served.arrivals, self.served.ended)
        self._begun, self._ends = begun, np.sort(over)
        # Journeys that have begun are waited for, as requests are not.
        lasts = max(self._duration_s, float(over.max(initial=0.0))) if self.served.journeys else self._duration_s
        self._lasts_s = min(lasts, self._duration_s + load.grace_s)
        self._work_until = np.concatenate(([0.0], self.served.work_until))
        self._work_s = np.concatenate(([0.0], self.served.work_s))
        self.failure: str | None = engine.generator_failure
        self.checks = engine.checks

    @property
    def finished(self) -> bool:
        return self._now() >= self._lasts_s or self._stopped is not None or self.failure is not None

    def poll(self, timeout_s: float) -> tuple[Sequence[EndpointSecond], Sequence[GeneratorSecond]]:
        if self._stopped is None:
            due = self._began + self._reported + 1 + REPORT_DELAY_S + 1e-6
            self._clock.time = min(self._clock.time + timeout_s, max(due, self._clock.time))
            if self._engine.interrupt_at is not None and self._clock.time >= self._engine.interrupt_at:
                self._engine.interrupt_at = None
                raise KeyboardInterrupt
        until = min(self._now() - REPORT_DELAY_S, self._lasts_s + 1)
        whole = max(math.ceil(until) if self._stopped is not None else math.floor(until), self._reported)
        seconds = range(self._reported, whole)
        self._reported = whole
        return [e for s in seconds for e in self._endpoints(s)], [self._health(s) for s in seconds]

    def stop(self) -> None:
        if self._stopped is None:
            self._stopped = self._clock.now()
            begun = int(np.searchsorted(self.served.arrivals, self._now()))  # what was sent is still worked off
            self._work_until, self._work_s = self._work_until[: begun + 1], self._work_s[: begun + 1]
            self._engine.runs_under_way -= 1

    def work_done_s(self) -> float:
        return float(np.interp(self._clock.now() - self._began, self._work_until, self._work_s))

    def requests_done(self) -> int:
        return int((self.served.ended <= self._now()).sum())

    def _now(self) -> float:
        return (self._clock.now() if self._stopped is None else self._stopped) - self._began

    def _endpoints(self, second: int) -> Iterator[EndpointSecond]:
        served = self.served
        end = min(second + 1, self._now())
        chosen = (served.ended >= second) & (served.ended < end)
        failed = self._rng.random(int(chosen.sum())) < self._behaviour.error_share
        latencies, lag = served.latency_s[chosen] * 1000, served.lag_s[chosen] * 1000
        for status, which in ((200, ~failed), (500, failed)):
            if which.any():
                due, undelayed = (encode(of_values(some[which])) for some in (latencies + lag, latencies))
                yield EndpointSecond(
                    second=self._unix + second,
                    endpoint="detail",
                    status=status,
                    count=int(which.sum()),
                    histogram=due,
                    undelayed=undelayed if undelayed != due else "",
                )

    def _health(self, second: int) -> GeneratorSecond:
        served = self.served
        at = second + np.arange(0.05, 1, 0.1)
        in_flight = np.searchsorted(self._begun, at) - np.searchsorted(self._ends, at)
        chosen = (self._begun >= second) & (self._begun < second + 1)
        begun, over = served.journeys or (np.empty(0), np.empty(0))
        ended = (over >= second) & (over < second + 1)
        return GeneratorSecond(
            second=self._unix + second,
            arrivals=int(chosen.sum()),
            dropped=int(((served.dropped >= second) & (served.dropped < second + 1)).sum()),
            in_flight=float(in_flight.mean()),
            lag_ms=0.0 if served.journeys else float(served.lag_s[chosen].max(initial=0.0)) * 1000,
            journeys=int(ended.sum()),
            journey_ms=float((over - begun)[ended].sum()) * 1000,
        )

    @property
    def _unix(self) -> int:
        return UNIX + int(self._began)


def _serve(load: Load, behaviour: Behaviour, replicas: int, rng: np.random.Generator) -> Served:
    speed = behaviour.rate * replicas
    if load.journeys:
        return _journeys(load, behaviour, speed, rng)
    if load.concurrency and not load.steps:
        return _closed(load.concurrency, load.duration_s, behaviour, speed, rng)
    due = _due(load, rng)
    wanted = due.size
    sent = due
    if math.isfinite(behaviour.generator_rate):
        sent = _queue(due, np.full(wanted, 1 / behaviour.generator_rate))
    work = rng.exponential(1 / speed, wanted)
    done = _queue(sent, work)
    base_s = behaviour.base_s + (1e6 if behaviour.hangs else 0)
    ended = done + base_s
    kept = _admitted(sent, ended, load.max_vus)
    if not kept.all():
        sent, due_kept, work, ended = _with_drops(sent, due, work, load.max_vus, base_s)
        return Served(
            sent,
            due[~np.isin(due, due_kept)],
            ended,
            ended - sent,
            sent - due_kept,
            ended - base_s,
            np.cumsum(work),
        )
    # A generator without CPU reads answers as late as it sends requests.
    latency = ended - sent + (sent - due)
    return Served(sent, np.empty(0), ended + (sent - due), latency, sent - due, done, np.cumsum(work))


def _due(load: Load, rng: np.random.Generator) -> Floats:
    """Poisson arrivals, of each rate for as long as it lasts."""
    begin, found = 0.0, []
    for rate, seconds in load.steps or ((load.rate, load.duration_s),):
        found.append(begin + np.sort(rng.random(rng.poisson(rate * seconds)) * seconds))
        begin += seconds
    return np.concatenate(found)


def _queue(arrivals: Floats, work: Floats) -> Floats:
    """When each request of one first-come first-served server is done (Lindley's recursion)."""
    if not arrivals.size:
        return arrivals
    total = np.cumsum(work)
    return total + np.maximum.accumulate(arrivals - (total - work))


def _admitted(arrivals: Floats, ended: Floats, max_vus: int) -> NDArray[np.bool_]:
    in_flight = np.arange(arrivals.size) - np.searchsorted(ended, arrivals)
    return np.asarray(in_flight < max_vus)


def _with_drops(
    sent: Floats, due: Floats, work: Floats, max_vus: int, base_s: float
) -> tuple[Floats, Floats, Floats, Floats]:
    kept: list[int] = []
    ended: list[float] = []
    answered = 0
    free = 0.0
    for i, at in enumerate(sent):
        while answered < len(ended) and ended[answered] <= at:
            answered += 1
        if len(ended) - answered < max_vus:
            free = max(free, float(at)) + float(work[i])
            kept.append(i)
            ended.append(free + base_s)
    return sent[kept], due[kept], work[kept], np.asarray(ended)


def _closed(users: int, duration_s: float, behaviour: Behaviour, speed: float, rng: np.random.Generator) -> Served:
    ready = [0.001 * (user + 1) for user in range(users)]
    heapq.heapify(ready)
    arrivals, done, work = [], [], []
    free = 0.0
    while ready and ready[0] < duration_s:
        at = heapq.heappop(ready)
        takes = float(rng.exponential(1 / speed))
        free = max(free, at) + takes
        arrivals.append(at)
        done.append(free)
        work.append(takes)
        heapq.heappush(ready, free + behaviour.base_s)
    sent, ended = np.asarray(arrivals), np.asarray(done) + behaviour.base_s
    return Served(sent, np.empty(0), ended, ended - sent, np.zeros(sent.size), np.asarray(done), np.cumsum(work))


def _journeys(load: Load, behaviour: Behaviour, speed: float, rng: np.random.Generator) -> Served:
    """Journeys that make several requests each, in the order in which those reach the one server."""
    users = load.concurrency or 0
    wanted = users or rng.poisson(load.rate * load.duration_s)
    starts = [0.001 * (user + 1) for user in range(users)] or sorted(rng.random(wanted) * load.duration_s)
    waiting = [(start, start, 1) for start in starts]
    heapq.heapify(waiting)
    begun, over, arrivals, done, work = [], [], [], [], []
    free = 0.0
    while waiting:
        at, began, number = heapq.heappop(waiting)
        takes = float(rng.exponential(1 / speed))
        free = max(free, at) + takes
        arrivals.append(at)
        done.append(free)
        work.append(takes)
        after = free + behaviour.base_s + behaviour.pause_s
        if number < behaviour.requests:
            heapq.heappush(waiting, (after, began, number + 1))
            continue
        begun.append(began)
        over.append(after)
        if users and after < load.duration_s:
            heapq.heappush(waiting, (after, after, 1))
    order = np.argsort(begun)
    sent, ended = np.asarray(arrivals), np.asarray(done) + behaviour.base_s
    journeys = np.asarray(begun)[order], np.asarray(over)[order]
    nothing = np.empty(0)
    return Served(sent, nothing, ended, ended - sent, np.zeros(sent.size), np.asarray(done), np.cumsum(work), journeys)


@dataclass
class SimulatedEngine:
    """Implements `Engine`, `LoadGenerator` and `Probe`. `behaviours` are by variant."""

    behaviours: Mapping[str, Behaviour]
    clock: VirtualClock = field(default_factory=VirtualClock)
    name: str = "simulated"
    cores: float = 8.0
    foreign_until: float = math.inf
    """When the behaviours' foreign CPU and steal end, and with them what they do to the service."""
    slowed: float = 1.0
    """By them: the share of its rate that a service keeps."""
    findings: tuple[Finding, ...] = ()
    interrupt_at: float | None = None
    """Raise KeyboardInterrupt in the first poll at or after this time."""
    generator_failure: str | None = None
    checks: tuple[CheckCount, ...] = ()
    """What every load asserts."""
    dies_after_s: float = math.inf
    """Seconds since it was deployed after which its first replica ends by itself, loaded or not."""
    status: int = 1
    """Its exit status then."""
    runs_under_way: int = 0
    closed: int = 0
    deployed: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    loads: list[Load] = field(default_factory=list)
    _cell: Cell | None = None
    _ended: Ended | None = None
    _deployed_at: float = 0.0
    _runs: list[SimulatedRun] = field(default_factory=list)
    _spent: dict[str, float] = field(default_factory=lambda: {"service": 0.0, "requests": 0.0})

    def preflight(self, experiment: Experiment) -> Sequence[Finding]:
        return self.findings

    def prepare(self, experiment: Experiment, say: Say) -> None:
        say("Preparing a simulation.")

    def load_fingerprint(self) -> Mapping[str, object]:
        return {}

    def fingerprint(self) -> Mapping[str, object]:
        return {"engine": self.name, "cores": self.cores}

    @contextmanager
    def deploy(self, cell: Cell) -> Iterator[Target]:
        self._cell = cell
        self.deployed.append(cell.id)
        self.clock.sleep(2)
        self._ended, self._deployed_at = None, self.clock.now()
        parts = ("service", "database", "generator")
        yield Target("http://simulated", ("http://simulated",), parts, cell.replicas * cell.cpu_per_replica)
        self._cell = None

    def restore(self, cell: Cell) -> None:
        self.restored.append(cell.id)

    def generator(self) -> LoadGenerator:
        return self

    def probe(self) -> Probe:
        return self

    def injector(self) -> Injector | None:
        return None

    def programs(self) -> Sequence[Program]:
        disturbing = any(behaviour.foreign_cores for behaviour in self.behaviours.values())
        return (Program("indexer", 0.5, 77),) if disturbing else ()

    def close(self) -> None:
        self.closed += 1

    def start(self, target: Target, load: Load) -> SimulatedRun:
        assert self._cell is not None
        self._forget()
        self.runs_under_way += 1
        self.loads.append(load)
        behaviour = self.behaviours[self._cell.variant.name]
        if self.clock.now() < self.foreign_until:
            behaviour = replace(behaviour, rate=behaviour.rate * self.slowed)
        run = SimulatedRun(self, load, behaviour, self._cell.replicas)
        self._runs.append(run)
        return run

    def gone(self) -> Sequence[Ended]:
        assert self._cell is not None
        up_s = self.clock.now() - self._deployed_at
        overloaded = self.runs_under_way and self.loads[-1].rate >= self.behaviours[self._cell.variant.name].dies_at
        if self._ended is None and (overloaded or up_s >= self.dies_after_s):
            self._ended = Ended(1, self._cell.replicas, self.status, up_s, "out of handles")
        return () if self._ended is None else (self._ended,)

    def finish(self) -> list[Sample]:
        return [self.sample()]

    def sample(self) -> Sample:
        service, requests = self._totals()
        behaviour = self.behaviours[self._cell.variant.name] if self._cell else Behaviour(1.0)
        parts = {
            "service": service,
            "database": requests * DATABASE_CPU_S,
            "generator": requests * GENERATOR_CPU_S,
        }
        now = self.clock.now()
        disturbed_s = min(now, self.foreign_until)
        return Sample(
            at=now,
            cpu_s=parts,
            throttled_s={"service": 0.0},
            memory_bytes={"service": 50_000_000},
            host_busy_s=sum(parts.values()) + behaviour.foreign_cores * disturbed_s,
            host_steal_s=behaviour.steal_cores * disturbed_s,
            database_time_s=requests * DATABASE_TIME_S,
        )

    def _totals(self) -> tuple[float, float]:
        quota = self._cell.replicas * self._cell.cpu_per_replica if self._cell else 0.0
        service = self._spent["service"] + quota * sum(run.work_done_s() for run in self._runs)
        return service, self._spent["requests"] + sum(run.requests_done() for run in self._runs)

    def _forget(self) -> None:
        """Fold what earlier loads used into sums, so that none of it is lost when the next cell comes."""
        self._spent["service"], self._spent["requests"] = self._totals()
        self._runs.clear()
