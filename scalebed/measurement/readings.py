"""What is read while a load runs: of its generator, second by second, and of the parts that serve it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scalebed.measurement import errors
from scalebed.measurement.memory import ReplicaMemory


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
    """Why these failed, as `scalebed.measurement.errors` says it; empty: they did not; None: only the status tells."""
    undelayed: str = ""
    """The same latencies from when the request began; empty where none began later than due."""

    @property
    def failure(self) -> str:
        """Why these failed; empty where they did not."""
        return errors.kind(self.status, self.error)

    @property
    def unasked(self) -> int:
        """How many of these are failures of iterations, of which no request was made."""
        return self.count if errors.of_no_request(self.status, self.failure) else 0


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
    journeys: int = 0
    """Iterations that ended in this second, whole; 0 in lines that do not tell."""
    journey_ms: float = 0.0
    """How long all of those took together, pauses included."""


@dataclass(frozen=True)
class CheckCount:
    """How often something that a workload asserts was so, and was not; by `check`, its sentence."""

    check: str
    passed: int
    failed: int
    beside: int = 0
    """How many of those failed in setup or teardown, where no request could be counted as failed."""

    def __add__(self, other: CheckCount) -> CheckCount:
        """The sum of two counts of the same check."""
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
    replica_memory: tuple[ReplicaMemory, ...] = ()
    """What the control group of each replica tells now, in the same order; empty where there are none."""
    supply: Supply | None = None
    """Where the number of replicas is an autoscaler's."""
