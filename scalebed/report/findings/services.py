"""What a search for capacities found of a service, as forecasts need it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import nnls

from scalebed.experiment.spec import Experiment
from scalebed.forecast.service import Service
from scalebed.messages import UserError
from scalebed.records.run_directory import Repetition, RunDirectory, Trial
from scalebed.report.findings import brackets
from scalebed.report.findings.views import Analysis, CellView
from scalebed.statistics.intervals import Interval

_LEAST_SHARE = 0.3
"""Of its quota that a replica is taken to use at its capacity, at least: a service that breaks its SLO sooner is bound
by something else, of which more CPU would say nothing."""


class NoServiceError(UserError):
    """Why a run says too little of a service; one sentence."""


def service_of(
    directory: RunDirectory, analysis: Analysis, variant: str | None = None, start_s: Sequence[float] = ()
) -> Service:
    """One variant of a run; without a name, its only one. `start_s`: what a replica takes to start, in the place of
    what was measured. Raises NoServiceError."""
    experiment, where = analysis.manifest.experiment, analysis.manifest.experiment.name
    if not experiment.traits.seeks:
        raise NoServiceError(f"{where} is of kind {experiment.kind}: name a run of kind capacity")
    name = _chosen(analysis, variant)
    cells = [cell for cell in analysis.of(name) if cell.rate is not None]
    if not cells:
        raise NoServiceError(f"{where} found no capacity of {name}: measure it again, at an SLO that it can meet")
    own = [
        trial
        for trial in directory.trials()
        if trial.variant == name and trial.verdict != "INVALID" and not trial.disturbed and trial.beside is None
    ]
    cpu_s, idle = cpu(own)
    first = cells[0]
    if not cpu_s or first.quota_cores is None:
        raise NoServiceError(
            f"{where} says nothing of the CPU that {name} used of a quota, which an autoscaler goes by: measure it "
            "where it is started with cpu_per_replica"
        )
    starts = tuple(start_s) or starts_of(own)
    if not starts:
        raise NoServiceError(f"{where} does not say how long a replica takes to start: name it, such as --start-up 5s")
    found = list(directory.repetitions())
    return Service(
        name=name,
        capacities={cell.replicas: _capacity(experiment, cell, found) for cell in cells},
        cpu_s=cpu_s,
        idle_cores=min(idle, 0.5 * first.quota_cores / first.replicas),
        limit_cores=first.quota_cores / first.replicas,
        full_at=_full_at(cells),
        limit_ms=experiment.slo.latency_ms,
        error_rate=experiment.slo.error_rate,
        start_s=starts,
        per_arrival=float(np.mean([trial.requests_per_arrival for trial in own])),
    )


def _capacity(experiment: Experiment, cell: CellView, repetitions: Sequence[Repetition]) -> Interval:
    """The middle of where it lies. Planned rates are steps, and a capacity is anywhere between one that passed and the
    next: where too few blocks give an interval, it is as wide as that."""
    assert cell.rate is not None  # noqa: S101 - cells without one are left out
    planned = cell.id in experiment.search.around
    own = [bracket for r in repetitions if r.cell == cell.id and (bracket := brackets.of(r, planned=planned))]
    known = [bracket for bracket in own if 0 < bracket.low <= bracket.high < math.inf]
    if not known:
        return cell.rate
    low, high = (float(np.exp(np.mean(np.log(ends)))) for ends in ([b.low for b in known], [b.high for b in known]))
    middle = math.sqrt(low * high) if planned else cell.rate.estimate
    if cell.rate.lower is not None or low == high:
        return replace(cell.rate, estimate=middle)
    return Interval(middle, low, high, cell.rate.n)


def starts_of(trials: Iterable[Trial]) -> tuple[float, ...]:
    """Seconds that replicas took, from when they were asked for until they were ready; each deployment counts once,
    though many trials tell of it."""
    seen: dict[tuple[str, int, int], tuple[float, ...]] = {}
    for trial in trials:
        seen.setdefault((trial.cell, trial.block, trial.attempt), trial.start_up_s)
    return tuple(start for starts in seen.values() for start in starts)


def _chosen(analysis: Analysis, variant: str | None) -> str:
    if variant is None and len(analysis.variants) == 1:
        return analysis.variants[0]
    if variant not in analysis.variants:
        known = ", ".join(analysis.variants)
        given = "which" if variant is None else f"{variant!r} is none of them"
        raise NoServiceError(
            f"{analysis.manifest.experiment.name} has the variants {known}: name one with --variant ({given})"
        )
    return str(variant)


def cpu(trials: Sequence[Trial]) -> tuple[float, float]:
    """Seconds of a core for one arrival, and cores that a replica uses without any. Both are 0 where no trial tells.

    The plane through all trials, by least squares of relative errors, with neither below 0: where they were at loads
    that differ by a factor of three or more for each replica, as in a search that comes from below. Trials near
    capacity alone, as planned rates are, cannot tell the two apart; all is then said to be the arrivals'.
    """
    rows = [
        (trial.replicas, arrivals, trial.cpu_s_per_request["service"] * trial.requests_per_arrival * arrivals)
        for trial in trials
        if "service" in trial.cpu_s_per_request and (arrivals := trial.rate_achieved / trial.requests_per_arrival) > 0
    ]
    rows = [row for row in rows if row[2] > 0]
    if not rows:
        return 0.0, 0.0
    known = np.array(rows, dtype=np.float64)
    each = known[:, 1] / known[:, 0]
    if each.max() >= _APART * each.min():
        (idle, cpu_s), _ = nnls(known[:, :2] / known[:, 2:], np.ones(len(known)))
        if cpu_s > 0:
            return float(cpu_s), float(idle)
    return float((known[:, 2] / known[:, 1]).mean()), 0.0


_APART = 3.0


def _full_at(cells: Sequence[CellView]) -> float:
    shares = [cell.quota_share for cell in cells if cell.quota_share is not None]
    return min(1.0, max(_LEAST_SHARE, float(np.mean(shares)))) if shares else 1.0
