"""How fast and how well an autoscaler follows a load.

Accuracy and timeshare as in Herbst et al., "Ready for Rain? A View from SPEC Research on the Future of Cloud Metrics"
(SPEC RG Cloud, arXiv:1604.03470, section 4.2): with demand d(t), the fewest replicas that meet the SLO at the load of
that moment, supply s(t), the replicas that receive requests, and T the time that is looked at,

    θU = 1/T ∫ max(d - s, 0) / d dt        on average too few, as a share of what was needed
    θO = 1/T ∫ max(s - d, 0) / d dt        on average too many, likewise
    τU = 1/T ∫ [s < d] dt,  τO = 1/T ∫ [s > d] dt        shares of the time with too few, and with too many
    υ  = 1/T ∫ [sgn(Δs) ≠ sgn(Δd)] dt      share of the time in which supply and demand moved differently

All are 0 for a supply that is the demand at every moment. θ and τ are not bounded above by 1 where supply exceeds twice
the demand. Times are seconds since the trial's first arrival.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Curve = Sequence[tuple[float, float]]
"""(second, value), ascending: the value holds from that second until the next."""

STEADY_S = 5
"""The SLO is met again where it is for so long."""


class Counts(Protocol):
    """One sample of a scaling, as `scalebed.records.run_directory.SupplyRecord`."""

    @property
    def at_s(self) -> float: ...

    @property
    def desired(self) -> int: ...

    @property
    def scheduled(self) -> int: ...

    @property
    def started(self) -> int: ...

    @property
    def ready(self) -> int: ...

    @property
    def receiving(self) -> int: ...

    @property
    def metric(self) -> float | None: ...


@dataclass(frozen=True)
class Elasticity:
    """The measures above; all 0 at best."""

    theta_under: float
    theta_over: float
    tau_under: float
    tau_over: float
    instability: float


@dataclass(frozen=True)
class Milestones:
    """One upward step of the load: the seconds after it at which each stage was reached; None for never."""

    metric_moved: float | None
    desired: float | None
    """More replicas were wanted than before."""
    scheduled: float | None
    """The first new replica had a node; and so on, for the first new one."""
    started: float | None
    ready: float | None
    receiving: float | None
    slo_met: float | None
    """The SLO was met again, and stayed so; 0 where the step did not break it."""

    def splits(self) -> dict[str, float]:
        """Seconds from each stage that was reached to the next, by the name of the stage that they led to."""
        told: dict[str, float] = {}
        before = 0.0
        for each in fields(self):
            at = getattr(self, each.name)
            if at is not None and each.name != "slo_met":
                told[each.name] = max(0.0, at - before)
                before = max(before, at)
        return told


def demand(rate: Curve, capacity_per_replica: float, least: int = 1) -> list[tuple[float, float]]:
    """The fewest replicas for each rate, where a replica sustains so much and several sustain as many times that."""
    return [(at, float(max(least, math.ceil(value / capacity_per_replica - 1e-9)))) for at, value in rate]


def elasticity(wanted: Curve, supplied: Curve, start: float, end: float) -> Elasticity:
    """Between two moments. Raises ValueError where one curve says nothing of the start, or demand is not positive."""
    if not start < end:
        raise ValueError("elasticity: the time looked at must have a length")
    edges = np.unique([start, end, *(at for at, _ in (*wanted, *supplied) if start < at < end)])
    length = np.diff(edges)
    d, s = _values(wanted, edges[:-1]), _values(supplied, edges[:-1])
    return _weighed(d, s, length, _instability(wanted, supplied, start, end))


def _weighed(d: Floats, s: Floats, length: Floats, instability: float) -> Elasticity:
    """Of demands and supplies that each hold for a length of time. Raises ValueError where demand is not positive."""
    if (d <= 0).any():
        raise ValueError("elasticity: a demand must be at least one replica")

    def mean(values: Floats) -> float:
        return float((values * length).sum() / length.sum())

    return Elasticity(
        theta_under=mean(np.maximum(d - s, 0) / d),
        theta_over=mean(np.maximum(s - d, 0) / d),
        tau_under=mean((s < d).astype(np.float64)),
        tau_over=mean((s > d).astype(np.float64)),
        instability=instability,
    )


def of_seconds(wanted: NDArray[np.int64], supplied: NDArray[np.int32]) -> Elasticity:
    """The same of values that hold for a second each: both shape (seconds,). Raises ValueError where demand is not
    positive, or there is no second."""
    if not wanted.size:
        raise ValueError("elasticity: the time looked at must have a length")
    moved = np.sign(np.diff(wanted)) != np.sign(np.diff(supplied))
    d, s = wanted.astype(np.float64), supplied.astype(np.float64)
    return _weighed(d, s, np.ones_like(d), float(moved.mean()) if moved.size else 0.0)


def _instability(wanted: Curve, supplied: Curve, start: float, end: float, every_s: float = 1.0) -> float:
    """Looked at once a second, since a step has no slope at any moment: what moved within each second."""
    at = np.arange(start, end + every_s / 2, every_s)
    if at.size < 2:
        return 0.0
    moved_d, moved_s = np.sign(np.diff(_values(wanted, at))), np.sign(np.diff(_values(supplied, at)))
    return float((moved_d != moved_s).mean())


def pod_seconds(supplied: Curve, start: float, end: float) -> float:
    """Replicas, added up over time: what is paid for."""
    edges = np.unique([start, end, *(at for at, _ in supplied if start < at < end)])
    return float((_values(supplied, edges[:-1]) * np.diff(edges)).sum())


def seconds_out(met: Sequence[bool | None]) -> int:
    """Seconds in which the SLO was broken; None is a second without any answer that was due, which breaks it too."""
    return sum(1 for each in met if not each)


def steps(load: Curve) -> list[float]:
    """When the load rose."""
    return [at for (_, before), (at, value) in pairwise(load) if value > before]


def milestones(
    step: float, supply: Sequence[Counts], met: Sequence[bool | None], until: float, tolerance: float
) -> Milestones:
    """The milestones of the load's step up at `step`, as far as they lie before `until`.

    `met`: by second, whether the SLO was met.

    `tolerance`: the share above its target from which the metric has moved, the HPA's own for scaling up.
    """
    before = [sample for sample in supply if sample.at_s <= step]
    base = before[-1] if before else (supply[0] if supply else None)
    after = [sample for sample in supply if step < sample.at_s <= until]

    def first(reached: Callable[[Counts], bool]) -> float | None:
        return next((sample.at_s - step for sample in after if reached(sample)), None)

    def above(name: str) -> float | None:
        return first(lambda sample: getattr(sample, name) > getattr(base, name)) if base is not None else None

    return Milestones(
        metric_moved=first(lambda sample: sample.metric is not None and sample.metric > 1 + tolerance),
        desired=above("desired"),
        scheduled=above("scheduled"),
        started=above("started"),
        ready=above("ready"),
        receiving=above("receiving"),
        slo_met=_met_again(step, met, until),
    )


def _met_again(step: float, met: Sequence[bool | None], until: float) -> float | None:
    first = math.ceil(step)
    within = [bool(each) for each in met[first : math.floor(until)]]
    if all(within):
        return 0.0 if within else None
    for second in range(len(within)):
        if not within[second] or within[:second].count(False) == 0:
            continue
        rest = within[second : second + STEADY_S]
        if len(rest) == STEADY_S and all(rest):
            return first + second - step
    return None


def slo_met(
    responses: Mapping[int, tuple[int, int, int]], seconds: int, percentile: float, error_rate: float
) -> list[bool | None]:
    """By second: (requests, slow or failed, failed) → whether the SLO was met in it; None where there was none.

    A single second is a small sample, so this tells when, and no verdict rests on it.
    """
    told: list[bool | None] = []
    for second in range(seconds):
        count, slow, errors = responses.get(second, (0, 0, 0))
        allowed = (1 - percentile / 100) * count
        told.append(None if count == 0 else slow <= max(allowed, 0) + 1e-9 and errors <= error_rate * count + 1e-9)
    return told


def curve(supply: Sequence[Counts], of: str = "receiving") -> list[tuple[float, float]]:
    """One of the counts over time."""
    return [(sample.at_s, float(getattr(sample, of))) for sample in supply]


def _values(of: Curve, at: Floats) -> Floats:
    """The value that holds at each moment; before the first, the first."""
    if not of:
        raise ValueError("elasticity: a curve is empty")
    times = np.asarray([time for time, _ in of])
    values = np.asarray([value for _, value in of])
    index = np.searchsorted(times, at, side="right") - 1
    return np.asarray(values[np.maximum(index, 0)], dtype=np.float64)
