"""What was served of a load that goes up and down over time, level by level and second by second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from scalebed.experiment.level import Level, rate_at
from scalebed.experiment.plan import Cell
from scalebed.experiment.spec import Experiment
from scalebed.measurement.histograms import Latencies
from scalebed.records.run_directory import Trial
from scalebed.report.findings.seconds import Second, seconds


@dataclass(frozen=True)
class Phase:
    """One level, over all trials of a cell that count. Rates are of a second, as means."""

    number: int
    """From 1."""
    level: Level
    begins_s: float
    ends_s: float
    arrivals: float
    """That came, or were due and dropped."""
    served: float
    """Requests that succeeded, by the second in which they were over."""
    percentile_ms: float | None
    """At the SLO's percentile, of those; None where there were none."""
    failed: int
    """Requests, and arrivals that were dropped."""
    out: int
    """Seconds out of the SLO, of so many `seconds`."""
    seconds: int

    @property
    def asked(self) -> float:
        """The mean of what was asked for."""
        return self.level.mean


@dataclass(frozen=True)
class Course:
    """One cell."""

    cell: str
    variant: str
    replicas: int
    trials: int
    phases: tuple[Phase, ...]
    asked: tuple[float, ...]
    """For each second of a trial, in its middle."""
    shown: tuple[Second, ...]
    """Of the first trial that counts."""
    block: int
    """Which that is of."""

    @property
    def out(self) -> int:
        return sum(phase.out for phase in self.phases)

    @property
    def seconds(self) -> int:
        return sum(phase.seconds for phase in self.phases)

    @property
    def worst(self) -> Phase:
        """The level that was out of the SLO for most of its time."""
        return max(self.phases, key=lambda phase: phase.out / max(phase.seconds, 1))


def courses(experiment: Experiment, cells: Sequence[Cell], basis: Mapping[str, Sequence[Trial]]) -> tuple[Course, ...]:
    """Of each cell with a trial that counts; `basis` has these by cell. None under an autoscaler, whose load is shown
    beside its replicas."""
    if not experiment.profile or experiment.traits.autoscales:
        return ()
    return tuple(_course(experiment, cell, basis[cell.id]) for cell in cells if basis.get(cell.id))


def _course(experiment: Experiment, cell: Cell, trials: Sequence[Trial]) -> Course:
    told = [(trial, seconds(trial, experiment.slo)) for trial in trials]
    phases, begin = [], 0.0
    for number, level in enumerate(experiment.profile, 1):
        phases.append(_phase(experiment, number, level, begin, told))
        begin += level.duration
    first, shown = told[0]
    return Course(
        cell=cell.id,
        variant=cell.variant.name,
        replicas=cell.replicas,
        trials=len(trials),
        phases=tuple(phases),
        asked=tuple(rate_at(experiment.profile, second + 0.5) for second in range(len(shown))),
        shown=tuple(shown),
        block=first.block,
    )


def _phase(
    experiment: Experiment, number: int, level: Level, begin: float, told: Sequence[tuple[Trial, Sequence[Second]]]
) -> Phase:
    """A second is of the level in which it begins."""
    end = begin + level.duration
    own = [second for _, found in told for at, second in enumerate(found) if begin <= at < end]
    health = [each for trial, found in told for each in trial.generator if begin <= each.second < min(end, len(found))]
    latencies = sum((second.latencies for second in own), Latencies())
    return Phase(
        number=number,
        level=level,
        begins_s=begin,
        ends_s=end,
        arrivals=sum(each.arrivals + each.dropped for each in health) / len(own) if own else 0.0,
        served=fmean(second.succeeded for second in own) if own else 0.0,
        percentile_ms=latencies.percentile_ms(experiment.slo.percentile) if latencies.total else None,
        failed=sum(second.failed.total() for second in own),
        out=sum(not second.met(experiment.slo) for second in own),
        seconds=len(own),
    )
