"""One second of a trial, as it is drawn while the trial runs and when it is looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Second:
    """What came of one second, whether it counts for the verdict or not."""

    second: int
    """Since the trial's first arrival."""
    due: int
    """Arrivals that the schedule asked for, made or not; of a load whose arrivals make several requests, journeys."""
    served: int
    """Requests that succeeded."""
    errors: Mapping[str, int]
    """By kind, dropped arrivals among them."""
    median_ms: float | None
    """Of what succeeded, from when it was due; None where nothing did."""
    percentile_ms: float | None
    """The same at the SLO's percentile."""
    bands: Mapping[int, int]
    """What succeeded by its latency, as `Latencies.bands` has it."""
    in_flight: float
    lag_ms: float
    """The most an arrival was late."""
