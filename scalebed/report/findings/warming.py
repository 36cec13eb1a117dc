"""Whether a service was still warming up while it was measured: its requests cost less and less within a block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from scalebed.records.run_directory import Trial
from scalebed.statistics import intervals
from scalebed.statistics.intervals import Interval

FALLS = 1.05
"""A fall of a request's CPU by this factor tells, where it surely is as much."""
NEAR = 1.3
"""Trials at up to so many times the capacity, and down to its inverse: far from it a request costs otherwise anyway."""


def fall(trials: Iterable[Trial], capacity: float) -> Interval | None:
    """The service's CPU a request in the first trial near the capacity over that in the last, over blocks.

    None where no interval of three blocks lies above `FALLS`. `trials` are one cell's.
    """
    by_block: defaultdict[int, list[Trial]] = defaultdict(list)
    for trial in trials:
        costs = trial.cpu_s_per_request.get("service", 0.0)
        # Those of duets are in other deployments.
        counts = trial.verdict != "INVALID" and not trial.disturbed and costs > 0 and trial.beside is None
        if counts and capacity / NEAR <= trial.rate_asked <= capacity * NEAR:
            by_block[trial.block].append(trial)
    first_and_last = (sorted(each, key=lambda t: t.index) for each in by_block.values() if len(each) > 1)
    costs_of = (
        first.cpu_s_per_request["service"] / last.cpu_s_per_request["service"] for first, *_, last in first_and_last
    )
    found = intervals.geometric(costs_of)
    return found if found is not None and found.lower is not None and found.lower > FALLS else None
