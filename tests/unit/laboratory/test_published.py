"""What is published of the laboratory is what the report says of its intervals."""

import csv

import pytest

from laboratory.searching import experiment
from laboratory.services import METASTABLE, SERVICES
from scalebed.experiment.spec import Experiment
from scalebed.paths import ROOT
from scalebed.report.kinds.capacity import COVERED, CapacityWords

PUBLISHED = ROOT / "docs" / "results" / "calibration" / "coverage.csv"


def test_the_report_says_how_often_intervals_cover() -> None:
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    shares = [round(100 * float(row["covered"])) for row in rows if row["service"] not in METASTABLE]

    assert [row["service"] for row in rows] == list(SERVICES)
    assert (min(shares), max(shares)) == COVERED
    assert f"in {min(shares)} to {max(shares)} of 100 searches" in CapacityWords().method(experiment())


@pytest.mark.parametrize("wanted", [experiment(blocks=2), experiment(search={"around": {"optimized-x1": 100.0}})])
def test_where_there_is_no_such_interval_nothing_is_said_of_it(wanted: Experiment) -> None:
    assert "of 100 searches" not in CapacityWords().method(wanted)
