"""`seconds`: a row for each second of each trial, those that do not count too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from scalebed.measurement.histograms import merge
from scalebed.records.run_directory import EndpointRecord, GeneratorRecord, RunDirectory, Trial
from scalebed.report.tables import identity, parts
from scalebed.report.tables.cores import Cores
from scalebed.report.tables.identity import Identity
from scalebed.report.tables.table import Column, Row, Table, Value

_CORES = "cores_{part}"

COLUMNS = (
    *identity.COLUMNS,
    Column("second", "integer", "since the first arrival"),
    Column("counts", "truth", "after the warm-up was cut and before the load was over or stopped"),
    Column("arrivals", "integer", "iterations that began; empty, as the next three, where the generator told nothing"),
    Column("dropped", "integer", "iterations that were due and found no free VU"),
    Column("in_flight", "number", "mean requests under way, sampled"),
    Column("lag_ms", "number", "the most that an arrival began late"),
    Column("requests", "integer", "requests that were over in it, whether they succeeded or not"),
    Column("failed", "integer", "how many of them failed"),
    Column("p50_ms", "number", "latency of those that succeeded, from when they were due: median"),
    Column("p95_ms", "number", "latency of those that succeeded: 95th percentile"),
    Column("p99_ms", "number", "latency of those that succeeded: 99th percentile"),
    Column("max_ms", "number", "latency of those that succeeded: the longest"),
    *parts.columns(_CORES, "cores that the {part} used, its CPU spread evenly between two readings"),
    Column("cores_host", "number", "cores that anything used, likewise"),
    Column("usage_interval_s", "number", "how far apart those readings are: no shorter burst shows"),
)


def rows(directory: RunDirectory, name: str) -> Iterator[Row]:
    """Of each trial all seconds from the first to the last that anything is told of. Where records have no `error`,
    latencies are from when requests began."""
    known = Identity(directory.manifest(), name)
    for trial in directory.trials():
        about = known.of(trial)
        for second in _seconds(trial):
            yield {**about, **second}


def _seconds(trial: Trial) -> Iterator[Row]:
    health: defaultdict[int, list[GeneratorRecord]] = defaultdict(list)
    over: defaultdict[int, list[EndpointRecord]] = defaultdict(list)
    for told in trial.generator:
        health[told.second].append(told)
    for record in trial.endpoints:
        over[record.second].append(record)
    seen = health.keys() | over.keys()
    if not seen:
        return
    start, stop = min(seen), max(seen) + 1
    used = _used(trial, start, stop)
    for place, second in enumerate(range(start, stop)):
        yield {
            "second": second,
            "counts": trial.counts(second),
            **_health(health.get(second, [])),
            **_over(over.get(second, [])),
            **{name: amounts[place] for name, amounts in used.items()},
        }


def _health(told: list[GeneratorRecord]) -> dict[str, Value]:
    if not told:
        return {}
    return {
        "arrivals": sum(each.arrivals for each in told),
        "dropped": sum(each.dropped for each in told),
        "in_flight": told[-1].in_flight,
        "lag_ms": max(each.lag_ms for each in told),
    }


def _over(records: list[EndpointRecord]) -> dict[str, Value]:
    latencies = merge(record.histogram for record in records if not record.failure)
    return {
        "requests": sum(record.count for record in records),
        "failed": sum(record.count for record in records if record.failure),
        **{f"p{p}_ms": latencies.percentile_ms(p) for p in (50, 95, 99)},
        "max_ms": latencies.max_ms,
    }


def _used(trial: Trial, start: int, stop: int) -> Mapping[str, list[float]]:
    cores = Cores(trial.usage, start, stop)
    used = {_CORES.format(part=part): amounts for part, amounts in cores.parts().items() if part in parts.PARTS}
    used |= {"cores_host": cores.host(), "usage_interval_s": cores.interval_s()}
    return {name: amounts.tolist() for name, amounts in used.items()}


TABLE = Table("second of a trial", COLUMNS, rows)
