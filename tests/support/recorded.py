"""Records of a run, as small as they get."""

from __future__ import annotations

from pathlib import Path

from scalebed.experiment.plan import plan
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.records.run_directory import Manifest, Repetition, RunDirectory, Trial

COMMIT = "0f1e2d3c"


def experiment(**more: object) -> Experiment:
    return parse_experiment({"name": "tried", "variants": ["naive", "optimized"], "blocks": 2, **more}, "tried.yaml")


def manifest(spec: Experiment | None = None, commit: str = COMMIT) -> Manifest:
    spec = spec or experiment()
    return Manifest(
        scalebed_version="0.1.0",
        experiment=spec,
        order=tuple((step.block, step.cell.id) for step in plan(spec)),
        fingerprint={"commit": commit},
        started="2026-01-02T03:04:05+00:00",
    )


def trial(**more: object) -> Trial:
    keys: dict[str, object] = {
        "cell": "naive-x1", "variant": "naive", "replicas": 1, "block": 0, "index": 0, "purpose": "bisect",
        "workload": "browse", "rate_asked": 12.5, "rate_achieved": 12.25, "started": "2026-01-02T03:04:06+00:00",
        "duration_s": 30, "warmup_cut_s": 3, "requests": 330, "errors": {"5xx": 2}, "latency_ms": {"p95": 410.0},
        "slo_percentile_ms": 410.0, "verdict": "PASS", "reasons": ["p95 is within 1000 ms."],
        "cpu_s_per_request": {"service": 0.02}, "utilisation": {"service": 0.9}, "throttled_share": 0.1,
        "steal_share": 0, "foreign_cores": 0, "little_ratio": None,
        "endpoints": [{"second": 0, "endpoint": "list", "status": 200, "count": 3, "histogram": "HISTFAAA"}],
        "generator": [{"second": 0, "arrivals": 3, "dropped": 0, "in_flight": 1.5, "lag_ms": 0.25}],
        "usage": [], **more,
    }  # fmt: skip
    return Trial.model_validate(keys)


def repetition(block: int = 0, cell: str = "naive-x1", **more: object) -> Repetition:
    keys: dict[str, object] = {
        "cell": cell, "variant": cell.partition("-")[0], "replicas": 1, "block": block, "capacity": 42.5,
        "lower": 42.0, "upper": 43.0, "outcome": "found", "trials": 5, **more,
    }  # fmt: skip
    return Repetition.model_validate(keys)


def run(path: Path, spec: Experiment | None = None, *, commit: str = COMMIT, finished: int = 1) -> RunDirectory:
    """A run directory with the first `finished` repetitions of its plan."""
    directory = RunDirectory(path)
    written = manifest(spec, commit)
    directory.create(written)
    for block, cell in written.order[:finished]:
        directory.add_repetition(repetition(block, cell))
    return directory
