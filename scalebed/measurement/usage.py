"""What the parts and the host used between two moments, from cumulated readings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scalebed.measurement.readings import Sample

SERVING = ("service", "database", "pooler", "cache")
"""Parts whose CPU a variant can spend or save; the balancer and the generator do the same for all."""
BESIDE = "beside"
"""All parts of the other side of a duet, as one."""


@dataclass(frozen=True)
class Usage:
    """Differences over one interval. Times in seconds, CPU in CPU-seconds, by part."""

    interval_s: float
    cpu_s: Mapping[str, float]
    throttled_s: Mapping[str, float]
    host_busy_s: float
    host_steal_s: float
    database_time_s: float | None = None
    """None where a reading lacks it."""

    def cores(self, part: str) -> float:
        return self.cpu_s.get(part, 0.0) / self.interval_s

    @property
    def foreign_cores(self) -> float:
        """Cores busy with what is no part of the experiment; clocks and counters may differ, so at least 0."""
        return max(0.0, (self.host_busy_s - sum(self.cpu_s.values())) / self.interval_s)


def between(samples: Sequence[Sample], start: float, end: float) -> Usage | None:
    """Usage from `start` to `end` (of `Clock.now`), readings interpolated; None where fewer than two cover it.

    An edge outside the readings moves to the nearest one.
    """
    if len(samples) < 2:
        return None
    at = np.asarray([s.at for s in samples])
    start, end = max(start, float(at[0])), min(end, float(at[-1]))
    if end - start < 0.5:
        return None

    def difference(reading: Callable[[Sample], float]) -> float:
        values = np.asarray([reading(s) for s in samples])
        first, last = np.interp([start, end], at, values)
        return max(0.0, float(last - first))

    parts = samples[-1].cpu_s.keys()
    limited = samples[-1].throttled_s.keys()
    return Usage(
        interval_s=end - start,
        cpu_s={part: difference(lambda s, p=part: s.cpu_s.get(p, 0.0)) for part in parts},  # type: ignore[misc]
        throttled_s={part: difference(lambda s, p=part: s.throttled_s.get(p, 0.0)) for part in limited},  # type: ignore[misc]
        host_busy_s=difference(lambda s: s.host_busy_s),
        host_steal_s=difference(lambda s: s.host_steal_s),
        database_time_s=(
            None if any(s.database_time_s is None for s in samples) else difference(lambda s: s.database_time_s or 0.0)
        ),
    )
