"""Runs of kind `fault` whose every second is known beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from synthetic import FINGERPRINT

from scalebed.experiment.faults import Episodes
from scalebed.experiment.plan import Cell, plan
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.causes import Verdict
from scalebed.measurement.errors import NO_RESPONSE
from scalebed.measurement.histograms import encode, of_values
from scalebed.records.run_directory import (
    CheckRecord,
    EndpointRecord,
    EpisodeRecord,
    GeneratorRecord,
    Manifest,
    Repetition,
    RunDirectory,
    Trial,
    UsageRecord,
)

RATE = 20
"""Requests in each second."""
FAST_MS, SLOW_MS = 20.0, 3000.0


@dataclass(frozen=True)
class Bad:
    """A second that is not as usual: so many of its requests came late or failed, the others were in time."""

    late: int = 0
    failed: Mapping[str, int] = field(default_factory=dict)
    """By kind: `5xx`, `no response`, or what the generator itself said."""
    dropped: int = 0
    silent: bool = False
    """Nothing was over in it, and all of it waited."""
    idle: bool = False
    """Nothing was over in it, and nobody waited."""


OUTAGE: Mapping[int, Bad] = {second + at: Bad(failed={"5xx": 10}) for at in (10, 30) for second in range(3)}
"""Three seconds from each fault on in which half of the requests fail."""


def experiment(**more: object) -> Experiment:
    """Two faults of one variant in three blocks, at `RATE` a second."""
    keys = {
        "name": "faults", "kind": "fault", "variants": ["naive"], "replicas": [2], "rate": RATE, "blocks": 3,
        "faults": ["replica-killed", "cache-flushed"], **more,
    }  # fmt: skip
    return parse_experiment({key: value for key, value in keys.items() if value is not None}, "faults.yaml")


@cache
def _alike(ms: float, count: int) -> str:
    """So many requests that took as long, as a histogram."""
    return encode(of_values([ms] * count))


def endpoints(second: int, bad: Bad | None = None) -> list[EndpointRecord]:
    """What was over in one second."""
    bad = bad or Bad()
    if bad.silent or bad.idle:
        return []
    good = RATE - bad.late - sum(bad.failed.values()) - bad.dropped
    found = [
        EndpointRecord(second=second, endpoint="detail", status=200, count=n, histogram=_alike(ms, n))
        for n, ms in ((good, FAST_MS), (bad.late, SLOW_MS))
        if n
    ]
    for kind, count in bad.failed.items():
        status = {"5xx": 502, NO_RESPONSE: 0}.get(kind, 200)
        told = None if kind in ("5xx", NO_RESPONSE) else kind
        found.append(
            EndpointRecord(
                second=second, endpoint="detail", status=status, count=count, histogram=_alike(SLOW_MS, 1), error=told
            )
        )
    return found


def health(second: int, bad: Bad | None = None) -> GeneratorRecord:
    bad = bad or Bad()
    return GeneratorRecord(
        second=second,
        arrivals=0 if bad.idle else RATE - bad.dropped,
        dropped=bad.dropped,
        in_flight=0.0 if bad.idle else 60.0 if bad.silent else 0.4,
        lag_ms=0.1,
    )


def episodes(*begun: float, lasted: float | None = 1.0, **more: Any) -> tuple[EpisodeRecord, ...]:
    """Those that began at these moments, and were over so much later; None: never."""
    told = ("replica 1 was killed", "every replica was ready")
    return tuple(
        EpisodeRecord(
            begun_s=at,
            over_s=None if lasted is None else at + lasted,
            said=told[: 1 if lasted is None else 2],
            before={"replicas ready": 2, "restarts": 0, "database connections": 12},
            **more,
        )
        for at in begun
    )


def trial(bad: Mapping[int, Bad] | None = None, *, seconds: int = 50, **more: Any) -> Trial:
    """One that lasted so long; `bad` are the seconds that are not as usual."""
    bad = bad or {}
    records = [record for second in range(seconds) for record in endpoints(second, bad.get(second))]
    failed = sum(count for each in bad.values() for count in each.failed.values())
    keys: dict[str, Any] = {
        "cell": "naive-x2-replica-killed", "variant": "naive", "replicas": 2, "block": 0, "index": 0,
        "purpose": "fixed-rate", "workload": "browse", "rate_asked": float(RATE), "rate_achieved": float(RATE),
        "started": "2026-05-04T09:13:02Z", "duration_s": float(seconds), "warmup_cut_s": 3.0,
        "requests": sum(record.count for record in records if record.second >= 3),
        "errors": {"5xx": failed} if failed else {},
        "latency_ms": {"mean": FAST_MS, "p50": FAST_MS, "p90": FAST_MS, "p95": FAST_MS, "p99": FAST_MS, "max": 30.0},
        "slo_percentile_ms": FAST_MS, "verdict": "FAIL" if failed else "PASS", "reasons": ["p95 is within 1 s."],
        "cpu_s_per_request": {"service": 0.002, "database": 0.001}, "utilisation": {"service": 0.4, "host": 0.3},
        "throttled_share": 0.0, "steal_share": 0.0, "foreign_cores": 0.0, "little_ratio": 1.0,
        "endpoints": records, "generator": [health(second, bad.get(second)) for second in range(seconds)],
        "usage": [], "episodes": episodes(10.25, 30.25), "counts_after": {"replicas ready": 2, "restarts": 2},
        **more,
    }  # fmt: skip
    return Trial.model_validate(keys)


def memory(*sizes: tuple[float, tuple[int, ...]]) -> list[UsageRecord]:
    """Readings of the replicas' memory, at their moments."""
    return [
        UsageRecord(
            at_s=at, interval_s=1.0, cpu_s={}, throttled_s={}, memory_bytes={}, replica_memory_bytes=each,
            host_busy_s=0.0, host_steal_s=0.0,
        )
        for at, each in sizes
    ]  # fmt: skip


def ledger_checks(lost: int = 0, doubled: int = 0, stale: int = 0, **more: int) -> list[CheckRecord]:
    """As loadtest/k6/ledger.js tells them: 400 writes, 100 of what was made, 900 reads."""
    counts = {
        "an acknowledged write is there afterwards": (400 - lost, lost),
        "what was made once is there once": (100 - doubled, doubled),
        "a read is no staler than declared": (900 - stale, stale),
        "of unknown outcome, took effect": (more.get("took_effect", 0), 0),
        "of unknown outcome, had no effect": (more.get("no_effect", 0), 0),
        "could not be read afterwards": (more.get("unread", 0), 0),
    }
    return [CheckRecord(check=f"ledger: {name}", passed=good, failed=bad) for name, (good, bad) in counts.items()]


@dataclass
class Faulty:
    """One run to write. `bad`: by fault, what its seconds are like; "" is the control."""

    path: Path
    keys: Mapping[str, Any] = field(default_factory=dict)
    """Of the experiment, beside those of `experiment`."""
    bad: Mapping[str, Mapping[int, Bad]] = field(default_factory=lambda: {"replica-killed": OUTAGE})
    more: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By fault, further fields of its trials."""
    repetitions: int | None = None
    """How many of the planned ones were finished; None is all."""
    invalid: Sequence[str] = ()
    """Cells of which every trial is INVALID."""

    def write(self) -> RunDirectory:
        spec = experiment(**self.keys)
        steps = plan(spec)
        directory = RunDirectory(self.path)
        directory.create(
            Manifest(
                scalebed_version="0.1.0",
                experiment=spec,
                order=tuple((step.block, step.cell.id) for step in steps),
                fingerprint=FINGERPRINT,
                started="2026-05-04T09:12:31Z",
            )
        )
        for step in steps[: self.repetitions]:
            directory.add_trial(self._trial(spec, step.cell, step.block))
            directory.add_repetition(_measured(step.cell, step.block))
        return directory

    def _trial(self, spec: Experiment, cell: Cell, block: int) -> Trial:
        name = "" if cell.fault is None else cell.fault.name
        moments = (spec.episodes or Episodes()).moments
        happened = (
            episodes(*(moment + 0.25 for moment in moments), lasted=1.0)
            if cell.fault
            else tuple(EpisodeRecord(begun_s=moment + 0.25, over_s=moment + 0.25) for moment in moments)
        )
        keys: dict[str, Any] = {
            "cell": cell.id, "variant": cell.variant.name, "replicas": cell.replicas, "block": block,
            "rate_asked": cell.rate, "episodes": happened, **self.more.get(name, {}),
        }  # fmt: skip
        if cell.id in self.invalid:
            verdict: Verdict = "INVALID"
            keys |= {"verdict": verdict, "reasons": ["The load generator dropped 214 iterations."]}
        return trial(self.bad.get(name), seconds=int(spec.duration or 0), **keys)


def _measured(cell: Cell, block: int) -> Repetition:
    return Repetition(
        cell=cell.id, variant=cell.variant.name, replicas=cell.replicas, block=block, capacity=None, lower=None,
        upper=None, outcome="measured", trials=1,
    )  # fmt: skip


def rows(markdown: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading of `report.md`, a list for each line of it."""
    _, _, below = markdown.partition(f"## {heading}\n")
    lines: Iterable[str] = below.split("\n## ")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
