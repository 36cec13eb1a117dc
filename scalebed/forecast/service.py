"""What is known of a service: what it carries with so many replicas, and what a request costs it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalebed.statistics import scaling_law
from scalebed.statistics.intervals import Interval
from scalebed.statistics.scaling_law import ScalingLaw

Floats = NDArray[np.float64]
_HALF_WIDTH = 1.959963984540054
"""Standard deviations from the middle of a normal distribution to the end of its 95% interval."""


@dataclass(frozen=True)
class Service:
    """One variant. Rates are arrivals a second, CPU is in cores and seconds of a core."""

    name: str
    capacities: Mapping[int, Interval]
    """Of each number of replicas that was measured: the highest rate within the SLO."""
    cpu_s: float
    """Of one arrival, in all replicas together."""
    idle_cores: float
    """What a replica uses without any load."""
    limit_cores: float
    """CPU quota of a replica."""
    full_at: float
    """Share of its quota that a replica uses at its capacity, above 0 and at most 1: it saturates that much later."""
    limit_ms: float
    """The SLO's latency."""
    error_rate: float
    """The SLO's."""
    start_s: tuple[float, ...]
    """From the decision to have one more replica until it receives requests, each time it was measured."""
    per_arrival: float = 1.0
    """Requests that an arrival makes: 1, but for journeys."""

    @property
    def largest(self) -> int:
        """Replicas that were measured at most; what more of them carry is an extrapolation."""
        return max(self.capacities)

    @property
    def has_intervals(self) -> bool:
        """Whether it is known how far each capacity is."""
        return all(_deviation(interval) > 0 for interval in self.capacities.values())

    @property
    def law(self) -> ScalingLaw:
        """That fits all capacities best."""
        return _fit(self.capacities, {n: interval.estimate for n, interval in self.capacities.items()})

    def curve(self, most: int, deviations: Sequence[float] = ()) -> Floats:
        """The capacity of 0 to `most` replicas, shape (most + 1,). `deviations`: how many standard deviations each that
        was measured is from what was found, in the order of their replicas.

        What was measured is as measured; between and beyond, the scaling law that fits all of it best goes through.
        """
        counts = sorted(self.capacities)
        off = dict(zip(counts, deviations or [0.0] * len(counts), strict=True))
        measured = {n: _moved(self.capacities[n], off[n]) for n in counts}
        law = _fit(self.capacities, measured)
        every = np.arange(1, most + 1, dtype=np.float64)
        known = np.array(counts, dtype=np.float64)
        residual = np.log([measured[n] for n in counts]) - np.log(law.throughput(known))
        rates = law.throughput(every) * np.exp(np.interp(np.log(every), np.log(known), residual))
        return np.concatenate([[0.0], rates])

    def saturation(self, curve: Floats) -> Floats:
        """The most that is answered at all, by replicas: as much more than a capacity as its quota allows."""
        by_quota = np.arange(len(curve)) * (self.limit_cores - self.idle_cores) / self.cpu_s
        most: Floats = np.maximum(curve, np.minimum(curve / self.full_at, by_quota))
        return most


def _fit(capacities: Mapping[int, Interval], measured: Mapping[int, float]) -> ScalingLaw:
    known = [deviation for interval in capacities.values() if (deviation := _deviation(interval)) > 0]
    return scaling_law.fit(measured, max(_LEAST_DEVIATION, float(np.mean(known)) if known else 0.0))


_LEAST_DEVIATION = 0.03
"""Of a capacity, as a share of it: the same service measured twice is no nearer."""


def _factors(interval: Interval) -> tuple[float, float]:
    """By how many times its lower end lies below the estimate, and its upper one above; infinite for an open end."""
    if interval.lower is None or interval.upper is None:
        return math.inf, math.inf
    return interval.estimate / interval.lower if interval.lower > 0 else math.inf, interval.upper / interval.estimate


def _deviation(interval: Interval) -> float:
    """One standard deviation on the scale of the logarithm; 0 where neither end is known."""
    ends = [math.log(factor) for factor in _factors(interval) if factor > 1 and not math.isinf(factor)]
    return sum(ends) / len(ends) / _HALF_WIDTH if ends else 0.0


def _moved(interval: Interval, deviation: float) -> float:
    """The capacity so many standard deviations from its estimate, on the scale of its logarithm. Where an end is not
    known, it is taken to be as far away as the other one."""
    below, above = _factors(interval)
    factor = above if deviation > 0 else below
    factor = min(below, above) if math.isinf(factor) else factor
    return interval.estimate if math.isinf(factor) else float(interval.estimate * factor ** (deviation / _HALF_WIDTH))
