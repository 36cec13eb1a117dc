"""`trials`: a row for each trial, with what its verdict rests on; figures are of the part that counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from scalebed.experiment.spec import Experiment
from scalebed.measurement.errors import DROPPED
from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report.findings import memory
from scalebed.report.tables import identity, parts
from scalebed.report.tables.identity import Identity
from scalebed.report.tables.table import Column, Row, Table, Value

_CPU = "cpu_{part}_ms_per_request"
_CORES = "cores_{part}"
_LATENCIES = ("mean", "p50", "p90", "p95", "p99", "max")

COLUMNS = (
    *identity.COLUMNS,
    Column("attempt", "integer", "which attempt at its cell in its block, from 0"),
    Column("beside", "text", "cell that was deployed beside it, in a duet; else empty"),
    Column("beside_index", "integer", "which of that cell's trials ran at the same time; empty where it was idle"),
    Column("workload", "text", "the k6 scenario"),
    Column("started", "time", "of the first arrival"),
    Column("judged", "text", "what the verdict would be if nothing had spoiled it; empty in older records"),
    Column("reasons", "text", "why this verdict"),
    Column("causes", "text", "kinds of what spoiled or disturbed it, separated by semicolons"),
    Column("disturbed", "truth", "something else took CPU, so that neither what it used nor how long it took counts"),
    Column("rough", "truth", "others used CPU of a host that is shared with them"),
    Column("duration_s", "number", "from the first arrival until the load was over or stopped"),
    Column("warmup_cut_s", "number", "how much of that does not count, at its start"),
    Column("rate_asked_per_s", "number", "arrivals (requests, or journeys) that were asked for; empty of users"),
    Column("rate_achieved_per_s", "number", "requests that succeeded"),
    Column("arrivals", "integer", "iterations that began"),
    Column("dropped", "integer", "iterations that were due and found no free VU"),
    Column("requests", "integer", "requests that were over, whether they succeeded or not, and `unasked`"),
    Column("failed", "integer", "how many of `requests` failed"),
    Column("unasked", "integer", "how many of `failed` are an iteration’s own, of which no request was made"),
    Column("errors", "text", "failed and dropped by kind, as kind=count separated by semicolons"),
    Column("journeys", "integer", "whole journeys; empty where an arrival is a request"),
    Column("journey_ms", "number", "how long one took on average"),
    Column("pause_ms", "number", "how much of that was no wait for an answer"),
    *(
        Column(f"{name}_ms", "number", f"latency of the requests that succeeded: {said}")
        for name, said in zip(
            _LATENCIES,
            ("mean", "median", *(f"{p}th percentile" for p in (90, 95, 99)), "the longest"),
            strict=True,
        )
    ),
    Column("slo_percentile", "number", "the percentile that the SLO limits"),
    Column("slo_percentile_ms", "number", "latency there, as judged; empty where it falls among what failed"),
    Column("slo_undelayed_ms", "number", "the same without the lateness of arrivals; empty in older records too"),
    Column("lag_ms", "number", "the most that an arrival began late"),
    Column("little_ratio", "number", "mean in flight over rate × mean latency; 1 where both tell the same"),
    *parts.columns(_CPU, "CPU of the {part}"),
    Column("database_time_ms_per_request", "number", "time that sessions of the database spent working"),
    *parts.columns(_CORES, "cores that the {part} used", parts.AROUND),
    Column("quota_share", "number", "share of its quota that the service used; of all cores where it has none"),
    Column("host_share", "number", "share of all cores that anything used"),
    Column("throttled_share", "number", "seconds that the quota held the service back, over seconds and replicas"),
    Column("steal_share", "number", "share of all cores that a hypervisor took away"),
    Column("foreign_cores", "number", "cores used by what is no part of the experiment"),
    Column("memory_bytes", "integer", "working set and program files of the replica that took most; else resident"),
    Column("memory_highest_bytes", "integer", "the kernel’s own high mark since a replica was started"),
    Column("killed", "truth", "the kernel killed something for lack of memory"),
    Column("ended", "integer", "replicas that ended in it unasked"),
    Column("checks_passed", "integer", "how often what the workload asserts was so, over the whole trial"),
    Column("checks_failed", "integer", "how often it was not"),
)


def rows(directory: RunDirectory, name: str) -> Iterator[Row]:
    """In the order of the files: by block and cell, as they were run."""
    manifest = directory.manifest()
    known = Identity(manifest, name)
    for trial in directory.trials():
        yield {**known.of(trial), **_own(trial, manifest.experiment)}


def _own(trial: Trial, experiment: Experiment) -> dict[str, Value]:
    health = [second for second in trial.generator if trial.counts(second.second)]
    took = memory.reading(trial, experiment)
    # Older records do not have those that were dropped among the errors.
    dropped = sum(second.dropped for second in health)
    errors = {kind: count for kind, count in trial.errors.items() if kind != DROPPED}
    told = errors | ({DROPPED: dropped} if dropped else {})
    return {
        "attempt": trial.attempt,
        "beside": "" if trial.beside is None else trial.beside.cell,
        "beside_index": None if trial.beside is None else trial.beside.index,
        "workload": trial.workload,
        "started": datetime.fromisoformat(trial.started),
        "judged": trial.judged,
        "reasons": " ".join(trial.reasons),
        "causes": ";".join(dict.fromkeys(cause.kind for cause in trial.causes)),
        "disturbed": trial.disturbed,
        "rough": trial.rough,
        "duration_s": trial.duration_s,
        "warmup_cut_s": trial.warmup_cut_s,
        "rate_asked_per_s": trial.rate_asked or None,
        "rate_achieved_per_s": trial.rate_achieved,
        "arrivals": sum(second.arrivals for second in health),
        "dropped": dropped,
        "requests": trial.requests,
        "failed": sum(errors.values()),
        "unasked": trial.unasked,
        "errors": ";".join(f"{kind}={count}" for kind, count in told.items()),
        "journeys": trial.journeys,
        "journey_ms": trial.journey_ms,
        "pause_ms": trial.pause_ms,
        **{f"{name}_ms": trial.latency_ms.get(name) for name in _LATENCIES},
        "slo_percentile": experiment.slo.percentile,
        # 0 is no latency here: there was no request.
        "slo_percentile_ms": trial.slo_percentile_ms or None,
        "slo_undelayed_ms": trial.undelayed_percentile_ms or None,
        "lag_ms": max((second.lag_ms for second in health), default=None),
        "little_ratio": trial.little_ratio,
        **parts.filled(_CPU, trial.cpu_s_per_request, 1000),
        "database_time_ms_per_request": _times(trial.database_time_s_per_request, 1000),
        **parts.filled(_CORES, trial.utilisation, of=parts.AROUND),
        "quota_share": trial.utilisation.get("service"),
        "host_share": trial.utilisation.get("host"),
        "throttled_share": trial.throttled_share,
        "steal_share": trial.steal_share,
        "foreign_cores": trial.foreign_cores,
        "memory_bytes": None if took is None else took.most_bytes,
        "memory_highest_bytes": None if took is None else took.highest_bytes,
        "killed": trial.killed,
        "ended": len(trial.ended),
        "checks_passed": sum(check.passed for check in trial.checks),
        "checks_failed": sum(check.failed for check in trial.checks),
    }


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


TABLE = Table("trial", COLUMNS, rows)
