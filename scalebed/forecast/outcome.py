"""What came of a course, measured as a trial under an autoscaler is (`scalebed.measurement.elasticity`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalebed.forecast.load import Load
from scalebed.forecast.service import Service
from scalebed.forecast.simulation import Course
from scalebed.forecast.world import World
from scalebed.measurement.elasticity import Elasticity, of_seconds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """One course. Arrays are by second of the load."""

    course: Course
    wanted: NDArray[np.int64]
    """Fewest replicas that carry the load of the second within the SLO."""
    out: NDArray[np.bool_]
    """Whether the SLO was broken in it."""
    beyond: NDArray[np.bool_]
    """Whether no number of replicas that the world knows carries it."""
    elasticity: Elasticity

    @property
    def seconds_out(self) -> float:
        return float(self.out.sum())

    @property
    def replica_seconds(self) -> float:
        """From when they were asked for until they were removed: what is paid for."""
        return float(self.course.replicas.sum())

    @property
    def failed_share(self) -> float:
        arrived = float(self.course.served.sum() + self.course.failed.sum())
        return float(self.course.failed.sum()) / arrived if arrived else 0.0

    @property
    def most(self) -> float:
        """Replicas at once."""
        return float(self.course.replicas.max())


def judged(service: Service, load: Load, world: World, course: Course, least: int = 1) -> Outcome:
    """The SLO is broken in a second whose load is above what its replicas carry within it, in which what is answered
    waited for longer than its latency, or in which more failed than it allows. `least`: replicas that are wanted at any
    load."""
    wanted = world.demand(load.rates, least)
    out = load.rates > world.capacity[course.receiving] * (1 + 1e-9)
    out |= waits_s(course, load) > service.limit_ms / 1000
    out |= course.failed > service.error_rate * np.maximum(course.failed + course.served, 1e-9)
    return Outcome(course, wanted, out, ~world.carries(load.rates), of_seconds(wanted, course.receiving))


def waits_s(course: Course, load: Load) -> Floats:
    """For how long that waited which is answered by the end of each second, first come first served."""
    if not course.waiting.any():
        return np.zeros(load.seconds)
    # What waits when it begins came before, nobody knows when; that is counted as just then.
    came = course.before + np.concatenate([[0.0], np.cumsum(load.rates - course.failed)])
    answered = came[1:] - course.waiting
    at = np.arange(load.seconds + 1, dtype=np.float64)
    waits: Floats = np.where(course.waiting > 0, at[1:] - np.interp(answered, came, at), 0.0)
    return waits
