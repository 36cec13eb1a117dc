"""`endpoints`: a row for each endpoint, status and kind of error of each trial, over the part that counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from scalebed.measurement.histograms import merge
from scalebed.records.run_directory import EndpointRecord, RunDirectory
from scalebed.report.findings.gathering import counted
from scalebed.report.tables import identity
from scalebed.report.tables.identity import Identity
from scalebed.report.tables.table import Column, Row, Table, Value

COLUMNS = (
    *identity.COLUMNS,
    Column("endpoint", "text", "as the script names it"),
    Column("status", "integer", "HTTP status; 0 where there was no answer at all"),
    Column("error", "text", "why these failed; empty where they did not"),
    Column("requests", "integer", "how many; arrivals that were dropped are of no endpoint"),
    Column("mean_ms", "number", "latency from when they were due, empty where they failed: mean"),
    Column("p50_ms", "number", "likewise: median"),
    Column("p95_ms", "number", "likewise: 95th percentile"),
    Column("p99_ms", "number", "likewise: 99th percentile"),
    Column("max_ms", "number", "likewise: the longest"),
)


def rows(directory: RunDirectory, name: str) -> Iterator[Row]:
    """Of each trial by endpoint, status and error. Where records have no `error`, latencies are from when requests
    began."""
    known = Identity(directory.manifest(), name)
    for trial in directory.trials():
        about = known.of(trial)
        found: defaultdict[tuple[str, int, str], list[EndpointRecord]] = defaultdict(list)
        for record in counted(trial):
            found[record.endpoint, record.status, record.failure].append(record)
        for (endpoint, status, failure), records in sorted(found.items()):
            yield {
                **about,
                "endpoint": endpoint,
                "status": status,
                "error": failure or None,
                "requests": sum(record.count for record in records),
                **({} if failure else _latencies(records)),
            }


def _latencies(records: Sequence[EndpointRecord]) -> dict[str, Value]:
    merged = merge(record.histogram for record in records)
    percentiles = {f"p{p}_ms": merged.percentile_ms(p) for p in (50, 95, 99)}
    return {"mean_ms": merged.mean_ms, **percentiles, "max_ms": merged.max_ms}


TABLE = Table("endpoint, status and kind of error in a trial", COLUMNS, rows)
