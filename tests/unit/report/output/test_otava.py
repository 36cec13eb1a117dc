"""What Apache Otava reads, held to what it was seen to refuse or to pass over."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from scalebed.report.output import otava
from scalebed.report.tables.table import Row


def row(day: int, cell: str = "naive-x1", **more: object) -> Row:
    keys: dict[str, Any] = {
        "run": f"nightly-{day}", "experiment": "nightly", "kind": "capacity", "commit": f"c{day}", "cell": cell,
        "started": datetime(2026, 5, 1, tzinfo=UTC) + timedelta(days=day),
        "basis": "at the rate", "rate_per_s": 40.0 + day, "cpu_service_ms_per_request": 2.0, "p95_ms": 400.0, **more,
    }  # fmt: skip
    return keys


def written(folder: Path, *rows: Row) -> Mapping[str, Any]:
    otava.write(rows, folder)
    told: Mapping[str, Any] = yaml.safe_load((folder / "otava.yaml").read_text(encoding="utf-8"))
    return told


def series(test: Mapping[str, Any]) -> list[dict[str, str]]:
    """Every cell that Otava looks at is a number."""
    with Path(test["file"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row[metric]) > 0 for row in rows for metric in test["metrics"])
    assert {test["time_column"], *test["attributes"], *test["metrics"]} == rows[0].keys()
    return rows


def test_a_cell_is_a_series_oldest_first(tmp_path: Path) -> None:
    told = written(tmp_path, row(2), row(0), row(1), row(0, "naive-x2"))
    assert list(told["tests"]) == ["nightly.naive-x1", "nightly.naive-x2"]
    test = told["tests"]["nightly.naive-x1"]
    assert [(each["run"], each["commit"], each["rate_per_s"]) for each in series(test)] == [
        ("nightly-0", "c0", "40.0"),
        ("nightly-1", "c1", "41.0"),
        ("nightly-2", "c2", "42.0"),
    ]
    assert test["metrics"] == {"rate_per_s": {"direction": 1}, "cpu_service_ms_per_request": {"direction": -1}}


def test_a_run_that_tells_nothing_is_left_out(tmp_path: Path) -> None:
    told = written(tmp_path, row(0), row(1, rate_per_s=None, cpu_service_ms_per_request=None, p95_ms=None), row(2))
    assert [each["run"] for each in series(told["tests"]["nightly.naive-x1"])] == ["nightly-0", "nightly-2"]


def test_what_was_measured_unloaded_is_no_part_of_a_series(tmp_path: Path) -> None:
    told = written(tmp_path, row(0), row(1, basis="unloaded", rate_per_s=None, cpu_service_ms_per_request=9.0), row(2))
    assert list(told["tests"]) == ["nightly.naive-x1"]
    assert [each["run"] for each in series(told["tests"]["nightly.naive-x1"])] == ["nightly-0", "nightly-2"]


def test_what_some_run_lacks_is_a_series_of_its_own(tmp_path: Path) -> None:
    told = written(tmp_path, row(0), row(1, rate_per_s=None), row(2, commit=None))
    whole, rates = told["tests"]["nightly.naive-x1"], told["tests"]["nightly.naive-x1.rate_per_s"]
    assert list(whole["metrics"]) == ["cpu_service_ms_per_request"]
    assert [each["run"] for each in series(whole)] == ["nightly-0", "nightly-1", "nightly-2"]
    assert [each["run"] for each in series(rates)] == ["nightly-0", "nightly-2"]
    assert told["test_groups"] == {"nightly.naive-x1": ["nightly.naive-x1", "nightly.naive-x1.rate_per_s"]}


def test_latencies_are_followed_where_every_run_had_the_same_load(tmp_path: Path) -> None:
    def followed(name: str, *rows: Row) -> bool:
        return "p95_ms" in written(tmp_path / name, *rows)["tests"]["nightly.naive-x1"]["metrics"]

    assert not followed("sought", row(0), row(1))
    assert followed("users", row(0, kind="closed"), row(1, kind="closed"))
    assert followed("rate", row(0, kind="fixed-rate", rate_per_s=20.0), row(1, kind="fixed-rate", rate_per_s=20.0))
    assert not followed("rates", row(0, kind="fixed-rate", rate_per_s=20.0), row(1, kind="fixed-rate", rate_per_s=50.0))
