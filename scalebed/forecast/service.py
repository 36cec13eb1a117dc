"""What is known of a service: what it carries with so many replicas, and what a request costs it."""

from __future__ import annotations

import math
from collections.abc import Mapping
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

    @property
    def largest(self) -> int:
        """Replicas that were measured at most; what more of them carry is an extrapolation."""
        return max(self.capacities)

    @property
    def has_intervals(self) -> bool:
        return all(interval.lower is not None for interval in self.capacities.values())

    @property
    def law(self) -> ScalingLaw:
        """That fits all capacities best."""
        return scaling_law.fit({n: interval.estimate for n, interval in self.capacities.items()})

    def curve(self, most: int, deviation: float = 0.0) -> Floats:
        """The capacity of 0 to `most` replicas, shape (most + 1,), so many standard deviations from what was found.

        What was measured is as measured; between and beyond, the scaling law that fits all of it best goes through.
        """
        measured = {n: _moved(interval, deviation) for n, interval in self.capacities.items()}
        law = scaling_law.fit(measured)
        counts = np.arange(1, most + 1, dtype=np.float64)
        known = np.array(sorted(measured), dtype=np.float64)
        off = np.log([measured[int(n)] for n in known]) - np.log(law.throughput(known))
        rates = law.throughput(counts) * np.exp(np.interp(np.log(counts), np.log(known), off))
        return np.concatenate([[0.0], rates])

    def saturation(self, curve: Floats) -> Floats:
        """The most that is answered at all, by replicas."""
        return curve / self.full_at


def _moved(interval: Interval, deviation: float) -> float:
    """The capacity so many standard deviations from its estimate, on the scale of its logarithm. Where an end is not
    known, it is taken to be as far away as the other one."""
    lower, upper = interval.lower, interval.upper
    if lower is None or upper is None or not deviation:
        return interval.estimate
    below = interval.estimate / lower if lower > 0 else math.inf
    above = upper / interval.estimate
    if math.isinf(below) and math.isinf(above):
        return interval.estimate
    factor = above if deviation > 0 else below
    factor = min(below, above) if math.isinf(factor) else factor
    return float(interval.estimate * factor ** (deviation / _HALF_WIDTH))
