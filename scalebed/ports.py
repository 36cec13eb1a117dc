"""What the runner needs from the outside world, as Protocols.

An engine (`scalebed.engines.*`) implements `Engine`, `LoadGenerator` and `Probe`; tests implement them with
plain objects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

from scalebed import errors
from scalebed.plan import Cell
from scalebed.spec import Experiment

Say = Callable[[str], None]
"""Takes one line for the person at the terminal."""


@dataclass(frozen=True)
class Finding:
    """One thing a preflight found: `refuse` ends the run before it starts, `warn` goes into the report."""

    level: Literal["warn", "refuse"]
    message: str


@dataclass(frozen=True)
class Target:
    """A deployed cell. `url` is the balancer's, `parts` are the names the probe reports usage for:
    `service`, `database`, `pooler`, `cache`, `balancer`, `generator`."""

    url: str
    replica_urls: tuple[str, ...]
    parts: tuple[str, ...]
    service_quota: float | None
    """CPU quota of all replicas together, in cores; None where the host lets nobody set one."""


@dataclass(frozen=True)
class Load:
    """One load on a target, as the scenario reads it from its environment."""

    workload: str
    rate: float
    """Mean arrivals a second, Poisson."""
    duration_s: float
    max_vus: int
    seed: int
    contacts: int
    """Rows in the dataset, so that keys can be drawn."""
    writes: bool = False
    concurrency: int | None = None
    """Set: a closed model with this many users, each sending its next request when the last is answered."""
    stages: tuple[tuple[int, float], ...] = ()
    """Users and seconds, one after another: a closed model whose users come and go; `concurrency` is the most."""
    steps: tuple[tuple[float, float], ...] = ()
    """Rates and seconds, one after another; `rate` is their mean."""
    then: tuple[tuple[float, int], ...] = ()
    """`rate` and `max_vus` of the loads that will be asked for next, in this order, unless something goes wrong; they
    are like this one in all else. A generator that takes long to start may start them as one."""


@dataclass(frozen=True)
class EndpointSecond:
    """Requests of one endpoint, status and outcome that ended within one second."""

    second: int
    """Unix time of the generator's clock."""
    endpoint: str
    status: int
    """HTTP status; 0 where there was no response at all."""
    count: int
    histogram: str
    """Latencies in microseconds from when the request was due: HdrHistogram V2 compressed, base64, 3 significant
    digits, up to 120 s."""
    error: str | None = None
    """Why these failed, in the words of `scalebed.errors`; empty: they did not; None: the status alone tells."""
    undelayed: str = ""
    """The same latencies from when the request began; empty where none began later than due."""

    @property
    def failure(self) -> str:
        """Why these failed; empty where they did not."""
        return errors.kind(self.status, self.error)


@dataclass(frozen=True)
class GeneratorSecond:
    """The load generator's own health in one second."""

    second: int
    arrivals: int
    """Iterations that were due and started."""
    dropped: int
    """Iterations that were due in this second and found no free VU."""
    in_flight: float
    """Mean number of requests under way, sampled; independent of the latencies."""
    lag_ms: float
    """The most an iteration started after it was due."""


@dataclass(frozen=True)
class CheckCount:
    """How often something that a workload asserts was so, and was not; by `check`, its sentence."""

    check: str
    passed: int
    failed: int
    beside: int = 0
    """Of those that failed: in setup or teardown, where no request could be counted as failed."""

    def __add__(self, other: CheckCount) -> CheckCount:
        """Of the same check."""
        return CheckCount(
            self.check, self.passed + other.passed, self.failed + other.failed, self.beside + other.beside
        )


@dataclass(frozen=True)
class Supply:
    """How far a scaling is, as numbers of replicas at one moment."""

    at: float
    """Seconds, of `Clock.now`."""
    desired: int
    scheduled: int
    """With a node."""
    started: int
    """With their processes running."""
    ready: int
    receiving: int
    """Known to the balancer as ready."""
    metric: float | None = None
    """What the autoscaler saw last, as a share of what it aims at."""


@dataclass(frozen=True)
class Sample:
    """Cumulated readings at one moment; differences between two samples are what counts."""

    at: float
    """Seconds, of `Clock.now`."""
    cpu_s: Mapping[str, float]
    """CPU-seconds consumed so far, for each part."""
    throttled_s: Mapping[str, float] = field(default_factory=dict)
    """Seconds a CPU quota held tasks back so far, for each part that has a quota."""
    memory_bytes: Mapping[str, int] = field(default_factory=dict)
    """Resident memory now, for each part."""
    host_busy_s: float = 0.0
    """CPU-seconds in which any core was busy, whoever used it."""
    host_steal_s: float = 0.0
    """CPU-seconds that a hypervisor took away."""
    database_time_s: float | None = None
    """Seconds that sessions of the cell's database spent working so far (`pg_stat_database.active_time`), waiting for
    locks and disks included; None where it cannot be read. What a session that fell idle did may be counted 10 s late,
    and its last statement only with its next."""
    replica_memory_bytes: tuple[int, ...] = ()
    """Resident memory of each replica now, always in the same order; empty where it is not read."""
    supply: Supply | None = None
    """Where the number of replicas is an autoscaler's."""


@dataclass(frozen=True)
class Program:
    """What runs on the host and is no part of the experiment; `count` processes of one name together."""

    name: str
    cores: float
    pid: int
    """Of the one that uses most."""
    count: int = 1

    def __str__(self) -> str:
        whose = f"process {self.pid}" if self.count == 1 else f"{self.count} processes, such as {self.pid}"
        return f"{self.name} ({whose}) with {self.cores:.2f} cores"


class Clock(Protocol):
    def now(self) -> float:
        """Monotonic seconds."""
        ...

    def sleep(self, seconds: float) -> None: ...


class LoadRun(Protocol):
    """A load under way."""

    def poll(self, timeout_s: float) -> tuple[Sequence[EndpointSecond], Sequence[GeneratorSecond]]:
        """What has been completed since the last call; waits at most `timeout_s` for something new."""
        ...

    def stop(self) -> None:
        """End the load now, wait for it, and keep what is still to be polled."""
        ...

    @property
    def finished(self) -> bool: ...

    @property
    def failure(self) -> str | None:
        """One sentence where the generator itself failed (not the service)."""
        ...

    @property
    def checks(self) -> Sequence[CheckCount]:
        """What the workload has asserted so far; whole once it is over or stopped."""
        ...


class LoadGenerator(Protocol):
    def start(self, target: Target, load: Load) -> LoadRun: ...


class Probe(Protocol):
    def sample(self) -> Sample: ...

    def finish(self) -> Sequence[Sample]:
        """After a load: what there is to know of it and was not told yet, in order; at least one."""
        ...


class Engine(Protocol):
    """Runs cells. Every method may raise `EngineError` with one sentence for people."""

    name: str
    cores: float
    """Cores the whole experiment shares: the host's ceiling."""

    def preflight(self, experiment: Experiment) -> Sequence[Finding]: ...

    def prepare(self, experiment: Experiment, say: Say) -> None:
        """Make everything that cells share: parts, dataset, database objects."""
        ...

    def fingerprint(self) -> Mapping[str, object]:
        """What was measured with: versions, kernel, CPU, quotas; JSON values only. More is known once a cell is up."""
        ...

    def deploy(self, cell: Cell) -> AbstractContextManager[Target]:
        """Start the cell and wait until every replica is ready; leaving stops it."""
        ...

    def restore(self, cell: Cell) -> None:
        """Called before each trial: put the rows back if the last one could write."""
        ...

    def generator(self) -> LoadGenerator: ...

    def probe(self) -> Probe: ...

    def programs(self) -> Sequence[Program]:
        """What uses CPU now and is no part of the experiment, most first, in a second; empty where unseen."""
        ...

    def close(self) -> None:
        """Stop all that this engine started; safe to call twice."""
        ...


class EngineError(Exception):
    """One sentence: what is wrong, where, and what to do."""
