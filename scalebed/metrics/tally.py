"""An observer that keeps the metrics of a run as they stand, for whoever asks from another thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import get_args

from scalebed.execution.observer import Progress, Remaining, Resumed, Silent, TrialStart
from scalebed.experiment.plan import Cell, Step, cells
from scalebed.experiment.slo import Slo
from scalebed.experiment.spec import Experiment
from scalebed.measurement.causes import Verdict
from scalebed.measurement.errors import CHECK_FAILED, DROPPED, NO_RESPONSE, SCRIPT_ERROR
from scalebed.measurement.histograms import Latencies
from scalebed.metrics import catalogue
from scalebed.metrics.catalogue import Metric
from scalebed.records.run_directory import Repetition, SupplyRecord, Trial, UsageRecord

Labels = Mapping[str, str]
_KINDS = (DROPPED, NO_RESPONSE, CHECK_FAILED, SCRIPT_ERROR, "3xx", "4xx", "5xx")
_PLACE = {metric: place for place, metric in enumerate(catalogue.METRICS)}


@dataclass(frozen=True)
class Point:
    """One series of a metric at one moment."""

    metric: Metric
    labels: Labels
    """Those of the metric, without the run's."""
    value: float | Latencies
    """Latencies of a histogram; otherwise a number in the metric's unit, of a counter since `State.since`."""


@dataclass(frozen=True)
class State:
    """All series at one moment."""

    run: str
    at: float
    """Unix seconds."""
    since: float
    """When counting began, in unix seconds."""
    limits_s: tuple[float, ...]
    """Of the SLO's latencies."""
    points: Sequence[Point]
    """Those of a metric together, in the catalogue's order."""

    def by_metric(self) -> Iterator[tuple[Metric, Iterator[Point]]]:
        """The points of each metric; the next metric takes what is left of those before it."""
        return groupby(self.points, key=lambda point: point.metric)


@dataclass(frozen=True)
class _Load:
    """What came of arrivals."""

    latencies: Latencies = field(default_factory=Latencies)
    arrivals: int = 0
    errors: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: _Load) -> _Load:
        return _Load(self.latencies + other.latencies, self.arrivals + other.arrivals, _sum(self.errors, other.errors))


@dataclass
class _Counted:
    """Of one cell, over all its trials."""

    cell: Labels
    # Kinds and verdicts begin at 0 where they are known: the first one would not be seen as an increase.
    over: _Load = field(default_factory=lambda: _Load(errors=dict.fromkeys(_KINDS, 0)))
    """Of trials that are over."""
    running: _Load = field(default_factory=_Load)
    """Of the one under way."""
    verdicts: dict[str, float] = field(default_factory=lambda: dict.fromkeys(get_args(Verdict), 0))
    cpu_s: dict[str, float] = field(default_factory=dict)
    throttled_s: dict[str, float] = field(default_factory=dict)
    host_s: dict[str, float] = field(default_factory=dict)

    def use(self, usage: UsageRecord) -> None:
        self.cpu_s = _sum(self.cpu_s, usage.cpu_s)
        self.throttled_s = _sum(self.throttled_s, usage.throttled_s)
        if usage.host_busy_s:  # a host that is not read has 0 of both
            self.host_s = _sum(self.host_s, {"busy": usage.host_busy_s, "steal": usage.host_steal_s})

    def points(self, slo: Slo) -> Iterator[Point]:
        load = self.over + self.running
        failed = sum(load.errors.values()) if slo.latency_of == "all" else 0
        yield Point(catalogue.ARRIVALS, self.cell, load.arrivals)
        yield Point(catalogue.DURATION, self.cell, load.latencies)
        yield Point(catalogue.JUDGED, self.cell, load.latencies.total + failed)
        yield Point(catalogue.MISSED, self.cell, load.latencies.slower_than(slo.latency_ms) + failed)
        yield from _each(catalogue.ERRORS, self.cell, load.errors)
        yield from _each(catalogue.TRIALS, self.cell, self.verdicts)
        yield from _each(catalogue.CPU, self.cell, self.cpu_s)
        yield from _each(catalogue.THROTTLED, self.cell, self.throttled_s)
        yield from _each(catalogue.HOST_CPU, self.cell, self.host_s)


def in_order(point: Point) -> int:
    """The place of its metric in the catalogue."""
    return _PLACE[point.metric]


class Tally(Silent):
    """Of one run. What the terminal and the page are told of, it counts."""

    def __init__(self, run: str, experiment: Experiment, earlier: Callable[[], Iterable[Repetition]] = tuple) -> None:
        """`earlier`: the repetitions that were over before a run that goes on."""
        self._lock = threading.Lock()
        self._run = run
        self._since = time.time()
        self._cells = {cell.id: _labels(cell) for cell in cells(experiment)}
        self._unit = experiment.unit
        self._earlier = earlier
        self._slo = slo = experiment.slo
        self._standing = [
            Point(
                catalogue.RUN_INFO,
                {"experiment": experiment.name, "kind": experiment.kind, "workload": experiment.workload},
                1,
            ),
            Point(catalogue.SLO_LATENCY, {}, slo.latency_ms / 1000),
            Point(catalogue.SLO_QUANTILE, {}, slo.percentile / 100),
            Point(catalogue.SLO_ERRORS, {}, slo.error_rate),
        ]
        self._progress: list[Point] = []
        """How far the run is."""
        self._counted: dict[str, _Counted] = {}
        self._trial: list[Point] = []
        """Of the trial under way; empty between trials."""
        self._now: dict[Metric, list[Point]] = {}
        """What its last second was like. What is not read each second stands until it is read again."""
        self._found: dict[tuple[str, int], list[Point]] = {}
        """By cell and block: a repetition that something spoiled is made again."""
        self._current: _Counted | None = None
        self._cell: Cell | None = None

    def state(self) -> State:
        """All that is known now."""
        with self._lock:
            at = time.time()
            points = [*self._standing, *self._progress, *self._trial]
            for some in (*self._now.values(), *self._found.values()):
                points += some
            counted = [replace(each) for each in self._counted.values()]
        # Nothing of these is changed in its place, so the run need not wait for sums.
        for each in counted:
            points += each.points(self._slo)
        points.sort(key=in_order)
        return State(self._run, at, self._since, (self._slo.latency_ms / 1000,), points)

    def run_started(self, plan: Sequence[Step], resumed: Resumed | None, remaining: Remaining) -> None:
        self._remains(remaining)
        if resumed is not None:
            for repetition in self._earlier():
                self._keep(repetition)

    def repetition_started(self, step: Step, remaining: Remaining) -> None:
        self._remains(remaining)

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None:
        self._remains(remaining)
        self._keep(repetition)

    def _keep(self, repetition: Repetition) -> None:
        bounds = {"estimate": repetition.capacity, "lower": repetition.lower, "upper": repetition.upper}
        cell = self._cells.get(repetition.cell)
        if cell is None:
            return
        block = {"block": str(repetition.block)}
        with self._lock:
            self._found[repetition.cell, repetition.block] = [
                Point(catalogue.CAPACITY, {**cell, **block, "bound": bound, "of": self._unit}, value)
                for bound, value in bounds.items()
                if value is not None
            ]

    def trial_started(self, start: TrialStart) -> None:
        step, cell = start.step, _labels(start.step.cell)
        about = {**cell, "block": str(step.block), "index": str(start.index), "purpose": start.purpose}
        trial = [
            Point(catalogue.TRIAL, about, 1),
            Point(catalogue.REPLICAS_LIMIT, cell, step.cell.most),
        ]
        if start.rate:
            trial.append(Point(catalogue.RATE_ASKED, cell, start.rate))
        if start.users is not None:
            trial.append(Point(catalogue.USERS, cell, start.users))
        if start.service_quota is not None:
            trial.append(Point(catalogue.QUOTA, cell, start.service_quota))
        with self._lock:
            self._settle()
            self._current, self._cell = self._counted.setdefault(step.cell.id, _Counted(cell)), step.cell
            self._trial, self._now = trial, {catalogue.REPLICAS: list(_replicas(step.cell, None))}

    def second(self, progress: Progress) -> None:
        with self._lock:
            current, cell = self._current, self._cell
            if current is None or cell is None:
                return
            current.running = _Load(progress.latencies, progress.arrivals, progress.failures)
            gauges = {catalogue.ELAPSED: progress.elapsed_s, catalogue.IN_FLIGHT: progress.in_flight}
            if progress.seconds:
                gauges[catalogue.LAG] = max(second.lag_ms for second in progress.seconds) / 1000
            if progress.supply is not None and progress.supply.metric is not None:
                gauges[catalogue.SIGNAL] = progress.supply.metric
            self._now |= {metric: [Point(metric, current.cell, value)] for metric, value in gauges.items()}
            if progress.supply is not None:
                self._now[catalogue.REPLICAS] = list(_replicas(cell, progress.supply))
            if progress.usage is not None:
                current.use(progress.usage)
                self._now[catalogue.MEMORY] = list(_each(catalogue.MEMORY, current.cell, progress.usage.memory_bytes))

    def trial_finished(self, trial: Trial) -> None:
        with self._lock:
            self._settle()
            if (counted := self._counted.get(trial.cell)) is not None:
                counted.verdicts = _sum(counted.verdicts, {trial.verdict: 1})

    def run_finished(self) -> None:
        with self._lock:
            self._settle()

    def _settle(self) -> None:
        """No trial is under way."""
        if self._current is not None:
            self._current.over, self._current.running = self._current.over + self._current.running, _Load()
        self._current = self._cell = None
        self._trial, self._now = [], {}

    def _remains(self, remaining: Remaining) -> None:
        with self._lock:
            self._progress = [
                Point(catalogue.REPETITIONS, {}, remaining.repetitions),
                Point(catalogue.REPETITIONS_DONE, {}, remaining.repetitions_done),
                Point(catalogue.REMAINING, {}, remaining.seconds),
            ]


def _labels(cell: Cell) -> Labels:
    return {"cell": cell.id, "variant": cell.variant.name, "scale": cell.scale.replace("\N{EN DASH}", "-")}


def _replicas(cell: Cell, supply: SupplyRecord | None) -> Iterator[Point]:
    if supply is None and cell.autoscaler is not None:
        return  # there is no reading yet
    for state in ("desired", "scheduled", "started", "ready", "receiving"):
        count = cell.replicas if supply is None else getattr(supply, state)
        yield Point(catalogue.REPLICAS, {**_labels(cell), "state": state}, count)


def _each(metric: Metric, labels: Labels, values: Mapping[str, float]) -> Iterator[Point]:
    """A series for each key, which is the last label of the metric."""
    name = metric.labels[-1]
    return (Point(metric, {**labels, name: key}, value) for key, value in values.items())


def _sum(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in {**one, **other}}
