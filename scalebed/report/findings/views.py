"""What the report says, as frozen values. `analysis` makes them from a run directory; renderers only lay them out.

Rates are requests a second, latencies milliseconds, CPU milliseconds a request, unless a name says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from scalebed.measurement.causes import Cause, Verdict
from scalebed.records.run_directory import CheckRecord, Manifest, Purpose
from scalebed.report.findings.bottleneck import Bottleneck
from scalebed.report.findings.conclusion import CellConclusion, Conclusion, gravest
from scalebed.report.findings.courses import Course
from scalebed.report.findings.followings import Following
from scalebed.report.findings.leak import Growth
from scalebed.report.findings.memory import Memory, Reading
from scalebed.report.findings.outages import FaultView
from scalebed.report.sentences import figures
from scalebed.search.duet import Interference
from scalebed.statistics.intervals import Interval

PARTS = ("service", "database", "pooler", "cache", "balancer", "generator")
"""In the order they are listed and stacked; others follow by name."""

Basis = Literal["at the rate", "unloaded", "none"]
"""Which trials a cell's figures rest on."""

State = Literal[
    "found",
    "measured",
    "none at this SLO",
    "undecided",
    "beyond the generator",
    "at least",
    "not found",
    "INVALID",
    "not measured",
]
"""`measured`: under a comparison's common load. `undecided`: no rate that was given was met, nor was
each missed. `beyond the generator` and `at least` have a lower bound alone."""

Measure = Literal["cpu", "service", "database", "database_time", "p95", "throughput"]


@dataclass(frozen=True)
class EndpointView:
    """One endpoint at the cell's rate, all blocks merged."""

    endpoint: str
    requests: int
    share: float
    p50: float
    p95: float
    p99: float
    max: float
    """Latencies of the requests that succeeded, in ms; NaN where none did."""
    errors: int
    statuses: Mapping[int, int]
    """Requests by HTTP status; 0 where there was no answer at all."""
    kinds: Mapping[str, int]
    """The errors by kind."""


@dataclass(frozen=True)
class CellView:
    id: str
    variant: str
    replicas: int
    state: State
    note: str
    """What a person must know about the state; empty when there is nothing."""
    planned: int
    """Repetitions planned."""
    done: int
    """Repetitions finished."""
    rate: Interval | None
    """Capacity; for `fixed-rate` the highest rate met; for `closed` the throughput."""
    ratio: Interval | None
    """To the first variant at as many replicas."""
    efficiency: Interval | None
    """Rate over what the same variant's fewest replicas would give, scaled linearly."""
    basis: Basis
    """What the figures below rest on."""
    rate_measured: float | None
    """Mean rate achieved in those trials."""
    requests: int
    availability: float | None
    errors: Mapping[str, int]
    p50: float | None
    p95: float | None
    p99: float | None
    slo_latency: float | None
    """Mean over blocks of the latency at the SLO's percentile."""
    cpu_ms: Mapping[str, float]
    utilisation: Mapping[str, float]
    """`service`: share of its quota (of all cores where it has none); `host`: share of all cores; other parts:
    cores. In trials near capacity, passed or not, where a capacity was sought."""
    quota_cores: float | None
    """None of what was not started here."""
    quota_share: float | None
    """Rate × the service's CPU per request, over its quota; near 1 where the quota is the limit."""
    ceiling: float | None
    """Rate at which all parts together would use every core of the host."""
    limit: Bottleneck | None
    endpoints: tuple[EndpointView, ...]
    scale: str
    """Replicas for people: `2`, or under an autoscaler `1–3`."""
    users: int | None = None
    """Users, in a comparison in a closed model."""
    caveats: tuple[CaveatKind, ...] = ()
    """What makes its figures mean less."""
    per_arrival: float = 1.0
    """Requests that an arrival makes; 1, but for journeys."""
    pause_ms: float | None = None
    """How long a journey goes on without waiting for an answer; None where an arrival is a request."""
    least: float | None = None
    """Where no rate is known: one that was served in every block that tells one. No ratio is made of it."""
    memory: Memory | None = None
    """None where it was not read."""
    fault: str = ""
    """What happened in it; empty where nothing did."""

    @property
    def has_interval(self) -> bool:
        return self.rate is not None and self.rate.lower is not None

    @property
    def title(self) -> str:
        users = "" if self.users is None else f", {figures.count(self.users, 'user')}"
        return f"{self.variant}, {self.sized}{users}{f', {self.fault}' if self.fault else ''}"

    @property
    def sized(self) -> str:
        """The same with its noun: `one replica`, `1–3 replicas`."""
        return figures.count(self.replicas, "replica") if self.scale == str(self.replicas) else f"{self.scale} replicas"

    @property
    def rough(self) -> bool:
        return "rough" in self.caveats

    @property
    def mind(self) -> str:
        """The caveats in a few words; empty where there is none."""
        return ", ".join(self.caveats)

    @property
    def bound(self) -> str:
        """`at least 507`; empty where there is a rate, or none was served."""
        return f"at least {figures.figure(self.least)}" if self.rate is None and self.least is not None else ""

    @property
    def cpu_total(self) -> float | None:
        return sum(self.cpu_ms.values()) if self.cpu_ms else None


@dataclass(frozen=True)
class Compared:
    """One measure of one variant under the common load. Ratios are paired by block; below 1 is less."""

    value: Interval
    """Over blocks, in the measure's unit."""
    ratio: Interval | None
    """To the baseline; None of the baseline itself."""
    step: Interval | None
    """To the rung before, on a ladder."""
    differs: bool | None
    """Whether a difference is claimed: of the step on a ladder, else of the ratio. None without an interval."""


@dataclass(frozen=True)
class ComparedVariant:
    variant: str
    changes: str
    """What it changes, as `name=value`: on a ladder against the rung before, else against the baseline."""
    cell: CellView
    measures: Mapping[Measure, Compared]
    is_control: bool
    note: str
    """What a person must know; empty when there is nothing."""
    interference: Interference | None = None
    """Of a duet, in its first block."""
    apart: bool = False
    """Its duet was given up, as the two were too much in each other's way."""


@dataclass(frozen=True)
class Interaction:
    """Two steps at once. Ratios to the baseline, of a measure."""

    measure: Measure
    one: str
    other: str
    alone: tuple[float, float]
    both: Interval
    times: Interval
    """The ratio of both, over the product of the two alone: 1 where gains multiply."""
    differs: bool | None


@dataclass(frozen=True)
class Comparison:
    """All variants at one replica count under one load."""

    replicas: int
    users: int | None
    load: str
    """`at 6 requests a second`, `with 50 users`."""
    ladder: bool
    rows: tuple[ComparedVariant, ...]
    """The baseline first, the control last."""
    floors: Mapping[Measure, float]
    """The control's, by measure; empty where there is none."""
    interactions: tuple[Interaction, ...]

    @property
    def base(self) -> ComparedVariant:
        return self.rows[0]

    @property
    def has_intervals(self) -> bool:
        return any(compared.value.lower is not None for row in self.rows for compared in row.measures.values())

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Those that any variant has, in their order."""
        return tuple(m for m in MEASURES if any(m in row.measures for row in self.rows))


@dataclass(frozen=True)
class Measured:
    """What a measure is called and meant by."""

    name: str
    unit: str
    meaning: str
    factor: float = 1000.0
    """From what trials have, which is seconds."""
    more_is_better: bool = False

    @property
    def column(self) -> str:
        """The unit, as a table's head has it."""
        return {"p95": "ms", "Throughput": "requests/s"}.get(self.name, "ms/request")


MEASURES: Mapping[Measure, Measured] = {
    "cpu": Measured("CPU in all", "ms", "CPU of the service, the database, the pooler and the cache per request"),
    "service": Measured("CPU service", "ms", "CPU of the service per request"),
    "database": Measured("CPU database", "ms", "CPU of the database per request"),
    "database_time": Measured(
        "Database time",
        "ms",
        "time that database sessions spent working per request, waits for locks and disks included",
    ),
    "p95": Measured("p95", "ms", "95th percentile of latency in a block", 1.0),
    "throughput": Measured("Throughput", "/s", "requests a second that the users got answered", 1.0, True),
}


@dataclass(frozen=True)
class TrialView:
    """A trial without its seconds."""

    cell: str
    variant: str
    replicas: int
    block: int
    index: int
    purpose: Purpose
    rate_asked: float
    rate_achieved: float
    p50: float
    p95: float
    p99: float
    slo_latency: float
    verdict: Verdict
    reasons: tuple[str, ...]
    requests: int
    errors: int
    duration_s: float
    warmup_cut_s: float
    steal_share: float
    foreign_cores: float
    throttled_share: float
    little_ratio: float | None
    dropped: int
    lag_ms: float
    """The most an iteration started after it was due."""
    dispersion: float | None
    """Variance over mean of the arrivals in a second: 1 where they are Poisson, 0 where they are even."""
    judged: Verdict | None = None
    """The verdict if nothing had spoiled it."""
    disturbed: bool = False
    rough: bool = False
    causes: tuple[Cause, ...] = ()
    died: bool = False
    """A replica ended in it."""
    checks: tuple[CheckRecord, ...] = ()
    growths: tuple[Growth, ...] = ()
    """The growth of each replica's memory; empty where the trial was too short to tell."""
    memory: Reading | None = None
    """None where it was not read."""
    killed: bool = False
    looked_at: bool = False
    """It was read whether the kernel killed."""
    """As in `Trial`."""


Level = Literal["good", "note", "warn"]


@dataclass(frozen=True)
class Check:
    """One line of the report's validity: what was looked at, what was seen, and whether it is as it should be."""

    subject: str
    seen: str
    level: Level


CaveatKind = Literal[
    "no quota",
    "no memory limit",
    "killed for memory",
    "not started here",
    "adopted",
    "replica ended",
    "did not recover",
    "busy host",
    "rough",
    "warming up",
    "fewer blocks",
    "cold cache",
]


@dataclass(frozen=True)
class Caveat:
    """What makes a figure mean less."""

    kind: CaveatKind
    sentence: str
    cells: tuple[str, ...] = ()
    """Ids of those that it holds for; none: for all."""


@dataclass(frozen=True)
class InvalidTrials:
    """Trials of one cell that one set of reasons spoiled."""

    cell: str
    reasons: tuple[str, ...]
    trials: tuple[str, ...]
    """File names."""


@dataclass(frozen=True)
class Demand:
    """Fewest of the replica counts measured that meet the SLO at a rate, by variant; None where none did."""

    rate: float
    replicas: Mapping[str, int | None]


@dataclass(frozen=True)
class Answer:
    headline: str
    details: tuple[str, ...]
    caveats: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join((self.headline, *self.details, *self.caveats))


@dataclass(frozen=True)
class Analysis:
    """Everything that a report says about a run."""

    manifest: Manifest
    rate_name: str
    """What a cell's figure is called."""
    rate_meaning: str
    """Where other figures of a cell were measured, as in `at the highest rate that passed`."""
    variants: tuple[str, ...]
    replicas: tuple[int, ...]
    cells: tuple[CellView, ...]
    trials: tuple[TrialView, ...]
    cores: float | None
    """Cores the experiment shared; None where the fingerprint does not say."""
    checks: tuple[Check, ...]
    invalid: tuple[InvalidTrials, ...]
    demands: tuple[Demand, ...]
    trust: tuple[Check, ...] = ()
    fitted: bool = False
    """Capacities follow from all trials, and are not the highest rates that passed, as in older runs."""
    comparisons: tuple[Comparison, ...] = ()
    followings: tuple[Following, ...] = ()
    faults: tuple[FaultView, ...] = ()
    """What each fault cost, and what happened without one."""
    courses: tuple[Course, ...] = ()
    """What was served of a load that goes up and down over time."""
    conclusions: tuple[CellConclusion, ...] = ()
    """One for each cell."""
    caveats: tuple[Caveat, ...] = ()

    @property
    def conclusion(self) -> Conclusion:
        """What the run comes to: the gravest of its cells'."""
        return gravest(each.conclusion for each in self.conclusions)

    @property
    def unit(self) -> str:
        """What rates count: requests, or journeys of a script of the user's own, where they were asked for."""
        experiment = self.manifest.experiment
        return "requests" if experiment.traits.counts_answers else experiment.unit

    @property
    def load(self) -> str:
        """What was asked, in words: `workload browse, 100,000 contacts`, `script shop.js`."""
        experiment = self.manifest.experiment
        if experiment.load is not None:
            if experiment.load.script is None:
                return figures.count(len(experiment.load.requests), "kind of request", "kinds of requests")
            return f"script {PurePath(experiment.load.script).name}"
        return f"workload {experiment.workload}, {experiment.dataset.contacts:,} contacts"

    @property
    def planned(self) -> int:
        return sum(cell.planned for cell in self.cells)

    @property
    def done(self) -> int:
        return sum(cell.done for cell in self.cells)

    def cell(self, variant: str, replicas: int) -> CellView | None:
        return next((c for c in self.cells if c.variant == variant and c.replicas == replicas), None)

    def of(self, variant: str) -> tuple[CellView, ...]:
        """The variant's cells, fewest replicas first."""
        return tuple(sorted((c for c in self.cells if c.variant == variant), key=lambda c: c.replicas))
