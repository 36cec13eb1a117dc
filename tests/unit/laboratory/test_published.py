"""What is published of the laboratory is what the report says of its intervals."""

import csv
from pathlib import Path
from typing import Any

import pytest
from synthetic import NAIVE, Synthetic

from laboratory.services import OUTSIDE, SERVICES
from laboratory.twice import TWICE
from scalebed.paths import ROOT
from scalebed.report import Report
from scalebed.report.findings.trust import COVERED

PUBLISHED = ROOT / "docs" / "results" / "calibration" / "coverage.csv"


def reported(folder: Path, **spec: Any) -> str:
    directory = Synthetic(folder, {"naive": NAIVE}, {"variants": ["naive"], "replicas": [1], **spec}).write()
    for repetition in list(directory.repetitions()):  # the highest rate that passed is no capacity any more
        capacity = repetition.capacity and 1.01 * repetition.capacity
        directory.add_repetition(repetition.model_copy(update={"capacity": capacity}))
    Report(directory).write()
    return (directory.path / "report.md").read_text(encoding="utf-8")


def test_the_report_says_how_often_intervals_cover(tmp_path: Path) -> None:
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    shares = [round(100 * float(row["covered"])) for row in rows if row["service"] not in OUTSIDE]

    assert [row["service"] for row in rows] == list(SERVICES)
    assert (min(shares), max(shares)) == COVERED
    assert f"in {min(shares)} to {max(shares)} of 100 searches" in reported(tmp_path, blocks=3)


@pytest.mark.parametrize("other", [{"blocks": 2}, {"blocks": 3, "search": {"around": {"naive-x1": 100.0}}}])
def test_where_there_is_no_such_interval_nothing_is_said_of_it(tmp_path: Path, other: dict[str, Any]) -> None:
    assert "of 100 searches" not in reported(tmp_path, **other)


def test_the_how_to_says_how_often_the_same_service_looked_worse() -> None:
    with (PUBLISHED.parent / "twice.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    broken, pairs = (sum(int(row[key]) for row in rows) for key in ("broken_of_same", "pairs"))
    page = (ROOT / "docs" / "how-to" / "compare-two-versions.md").read_text(encoding="utf-8")

    assert [row["service"] for row in rows] == list(TWICE)
    assert (broken, f"{pairs:,}") == (1, "1,000")
    assert "`capacity < -5 %` was broken once in 1,000" in page
    assert all(int(row["broken_of_20_percent_lost"]) > 2 * int(row["broken_of_10_percent_lost"]) for row in rows)
