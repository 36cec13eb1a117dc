from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from recorded import experiment, manifest, trial

from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report import Report
from scalebed.report.tables import trials
from scalebed.report.tables.table import Row


def row(path: Path, *told: Trial, **keys: object) -> Row:
    directory = RunDirectory(path)
    directory.create(manifest(experiment(**keys)))
    for each in told:
        directory.add_trial(each)
    return next(trials.rows(directory, "tonight"))


def test_what_a_record_says_stands_in_its_row_with_units(tmp_path: Path) -> None:
    told = row(tmp_path, trial(), slo={"percentile": 99})
    wanted = {
        "run": "tonight", "experiment": "tried", "cell": "naive-x1", "variant": "naive", "replicas": 1, "users": None,
        "block": 0, "index": 0, "purpose": "bisect", "verdict": "PASS",
        "started": datetime(2026, 1, 2, 3, 4, 6, tzinfo=UTC),
        "duration_s": 30.0, "warmup_cut_s": 3.0, "rate_asked_per_s": 12.5, "rate_achieved_per_s": 12.25,
        "requests": 330, "failed": 2, "errors": "5xx=2", "p95_ms": 410.0, "p50_ms": None,
        "slo_percentile": 99.0, "slo_percentile_ms": 410.0, "cpu_service_ms_per_request": 20.0, "quota_share": 0.9,
        "database_time_ms_per_request": None, "little_ratio": None, "killed": False, "ended": 0,
    }  # fmt: skip
    assert {key: told[key] for key in wanted} == wanted


def test_what_counts_is_counted_and_what_was_dropped_is_no_request(tmp_path: Path) -> None:
    health = [
        {"second": second, "arrivals": 10, "dropped": dropped, "in_flight": 1.0, "lag_ms": lag}
        for second, dropped, lag in ((2, 100, 90.0), (3, 1, 0.5), (29, 2, 0.75), (30, 100, 90.0))
    ]
    new = row(tmp_path / "new", trial(generator=health, errors={"5xx": 2, "dropped": 3}))
    old = row(tmp_path / "old", trial(generator=health, errors={"5xx": 2}))
    for told in (new, old):
        assert (told["arrivals"], told["dropped"], told["failed"], told["lag_ms"]) == (20, 3, 2, 0.75)
        assert told["errors"] == "5xx=2;dropped=3"


@pytest.mark.parametrize(
    ("purpose", "rate", "users"), [("unloaded", 0.0, 1), ("closed", 0.0, 40), ("fixed-rate", 5.0, None)]
)
def test_who_sent_requests(tmp_path: Path, purpose: str, rate: float, users: int | None) -> None:
    told = row(tmp_path, trial(purpose=purpose, rate_asked=rate), kind="closed", users=40, duration="10s")
    assert (told["users"], told["rate_asked_per_s"]) == (users, rate or None)


def test_no_latency_is_no_zero(tmp_path: Path) -> None:
    told = row(tmp_path, trial(slo_percentile_ms=0.0, undelayed_percentile_ms=0.0, latency_ms={}))
    assert told["slo_percentile_ms"] is told["slo_undelayed_ms"] is told["mean_ms"] is None


def test_why_is_told_with_its_kinds(tmp_path: Path) -> None:
    causes = [{"kind": "steal", "sentence": "A hypervisor."}, {"kind": "foreign CPU", "sentence": "Somebody."}]
    told = row(tmp_path, trial(verdict="INVALID", causes=causes, reasons=["A hypervisor.", "Somebody."]))
    assert (told["causes"], told["reasons"]) == ("steal;foreign CPU", "A hypervisor. Somebody.")
    assert told["disturbed"] is True


def test_every_run_has_them_beside_its_report(simulated: RunDirectory) -> None:
    Report(simulated).write()
    with (simulated.path / "trials.csv").open(encoding="utf-8", newline="") as file:
        told = list(csv.DictReader(file))
    assert [row["run"] for row in told] == ["run"] * len(list(simulated.trials()))
    for row, each in zip(told, simulated.trials(), strict=True):
        assert float(row["cpu_service_ms_per_request"]) == each.cpu_s_per_request["service"] * 1000
        assert (row["verdict"], int(row["requests"])) == (each.verdict, each.requests)
