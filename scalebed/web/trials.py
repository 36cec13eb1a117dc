"""A finished trial as the page draws it: the same lines as of one under way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scalebed.execution.chronicle import course, ended
from scalebed.measurement.readings import EndpointSecond, GeneratorSecond
from scalebed.measurement.timeline import Timeline
from scalebed.records.live import Line
from scalebed.records.run_directory import RunDirectory, Trial


def lines(directory: RunDirectory, block: int, cell: str, index: int) -> Sequence[Line] | None:
    """None where there is no such trial. Raises RunDirectoryError where it cannot be read."""
    trial = directory.trial(block, cell, index)
    return None if trial is None else [ended(trial), *_course(trial, directory.manifest().experiment.slo.percentile)]


def _course(trial: Trial, percentile: float) -> Iterator[Line]:
    timeline = Timeline(0.0)
    timeline.first = 0
    timeline.add(
        [
            EndpointSecond(e.second, e.endpoint, e.status, e.count, e.histogram, e.error, e.undelayed)
            for e in trial.endpoints
        ],
        [GeneratorSecond(g.second, g.arrivals, g.dropped, g.in_flight, g.lag_ms) for g in trial.generator],
    )
    seconds = (timeline.second(at_s, percentile) for at_s in range(timeline.complete_s))
    return course(seconds, trial.usage, trial.supply)
