"""`runs`: a row for each cell of each run, as the report has it: for what is followed over many runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from scalebed.records.run_directory import Manifest, RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.views import CellView
from scalebed.report.tables import parts
from scalebed.report.tables.table import Column, Row, Table, Value
from scalebed.statistics.intervals import Interval

CPU = "cpu_{part}_ms_per_request"

COLUMNS = (
    Column("run", "text", "name of the run directory; its path, where several of one name are exported together"),
    Column("experiment", "text", "the experiment’s name"),
    Column("kind", "text", "capacity, fixed-rate, closed, ablation, matrix, hpa, fault or profile"),
    Column("engine", "text", "local or kubernetes"),
    Column("host", "text", "alone, or shared with other programs"),
    Column("started", "time", "of the run"),
    Column("commit", "text", "of what was measured; empty where none is known"),
    Column("dirty", "truth", "there were changes that are in no commit"),
    Column("version", "text", "Scalebed’s"),
    Column("cell", "text", "the cell’s id"),
    Column("variant", "text", "name of the variant"),
    Column("replicas", "integer", "app processes behind the balancer; under an autoscaler its fewest"),
    Column("users", "integer", "in a closed model, how many sent requests, at most; empty at a rate"),
    Column("state", "text", "found, or why there is no rate"),
    Column("note", "text", "more on the state"),
    Column("caveats", "text", "what makes the figures mean less, separated by semicolons"),
    Column("blocks_planned", "integer", "repetitions planned"),
    Column("blocks_done", "integer", "repetitions finished"),
    Column("rate_of", "text", "what rates count: requests or journeys"),
    Column("rate_per_s", "number", "capacity; for fixed-rate the highest rate met; for closed the throughput"),
    Column("rate_lower_per_s", "number", "lower end of its 95% interval; empty below three blocks"),
    Column("rate_upper_per_s", "number", "upper end; empty below three blocks, or where it has none"),
    Column("rate_blocks", "integer", "blocks that the rate rests on"),
    Column("at_least_per_s", "number", "where there is no rate: what was served in every block that tells so much"),
    Column("basis", "text", "trials that the columns from here on rest on: at the rate, unloaded, or none"),
    Column("rate_measured_per_s", "number", "mean rate achieved in them"),
    Column("requests", "integer", "requests and dropped arrivals in them"),
    Column("availability_share", "number", "share of those that were no error"),
    Column("p50_ms", "number", "median latency, all blocks merged"),
    Column("p95_ms", "number", "95th percentile of latency, all blocks merged"),
    Column("p99_ms", "number", "99th percentile of latency, all blocks merged"),
    Column("slo_percentile_ms", "number", "latency at the SLO’s percentile; empty where it falls among what failed"),
    *parts.columns(CPU, "CPU of the {part}"),
    Column("memory_bytes", "integer", "working set and program files of the replica that took most; else resident"),
)


def rows(directory: RunDirectory, name: str) -> Iterator[Row]:
    """In the order of the plan."""
    analysis = analyse(directory)
    about = _about(analysis.manifest, name)
    for cell in analysis.cells:
        yield {
            **about,
            **_code(analysis.manifest.fingerprint, cell.variant),
            "rate_of": analysis.unit,
            **_figures(cell, analysis.manifest),
        }


def _about(manifest: Manifest, name: str) -> dict[str, Value]:
    return {
        "run": name,
        "experiment": manifest.experiment.name,
        "kind": manifest.experiment.kind,
        "engine": manifest.experiment.engine,
        "host": manifest.host,
        "started": datetime.fromisoformat(manifest.started),
        "version": manifest.scalebed_version,
    }


def _code(fingerprint: Mapping[str, object], variant: str) -> dict[str, Value]:
    """An application's commit is its own; that of a shipped service is the clone's."""
    applications = fingerprint.get("applications")
    own = applications.get(variant) if isinstance(applications, Mapping) else None
    of = own if isinstance(own, Mapping) else fingerprint
    commit, dirty = of.get("commit"), of.get("dirty")
    return {"commit": commit if isinstance(commit, str) else None, "dirty": dirty if isinstance(dirty, bool) else None}


def _figures(cell: CellView, manifest: Manifest) -> dict[str, Value]:
    return {
        "cell": cell.id,
        "variant": cell.variant,
        "replicas": cell.replicas,
        "users": cell.users or manifest.experiment.users,
        "state": cell.state,
        "note": cell.note or None,
        "caveats": ";".join(cell.caveats) or None,
        "blocks_planned": cell.planned,
        "blocks_done": cell.done,
        **_rate(cell.rate),
        "at_least_per_s": cell.least,
        "basis": cell.basis,
        "rate_measured_per_s": cell.rate_measured,
        "requests": cell.requests,
        "availability_share": cell.availability,
        "p50_ms": cell.p50,
        "p95_ms": cell.p95,
        "p99_ms": cell.p99,
        "slo_percentile_ms": cell.slo_latency,
        **parts.filled(CPU, cell.cpu_ms),
        "memory_bytes": None if cell.memory is None else cell.memory.at_rate_bytes,
    }


def _rate(rate: Interval | None) -> dict[str, Value]:
    if rate is None:
        return {}
    return {
        "rate_per_s": rate.estimate,
        "rate_lower_per_s": rate.lower,
        "rate_upper_per_s": rate.upper,
        "rate_blocks": rate.n,
    }


TABLE = Table("cell of a run", COLUMNS, rows)
