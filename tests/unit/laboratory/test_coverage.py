"""Coverage is counted right, and that of the search is near what it says."""

import csv

import pytest

from laboratory import page
from laboratory.coverage import Share, calibrated, row
from laboratory.searching import Search, experiment, search
from laboratory.services import SERVICES
from laboratory.truth import Truth, kept
from scalebed.paths import ROOT
from scalebed.statistics.intervals import Interval

PUBLISHED = ROOT / "docs" / "results" / "calibration" / "coverage.csv"


def made(estimate: float, lower: float, upper: float, *loads: tuple[float, bool]) -> Search:
    return Search(Interval(estimate, lower, upper, 5), estimate, loads, trials=4, invalid=1, load_s=100.0)


def test_what_is_counted() -> None:
    searches = [
        made(10.0, 9.0, 11.0, (10.4, True), (10.6, True), (12.0, False)),
        made(8.0, 7.0, 9.0, (20.0, False)),
        made(12.0, 11.0, 13.0),
        Search(None, None, (), trials=14, invalid=14, load_s=100.0),
    ]

    found = row("M/M/1", Truth(10.0, 0.0, "by hand"), searches)

    assert (found.searches, found.answered, found.covered, found.below) == (4, 3, Share(1, 3), 1)
    assert found.beyond == Share(1, 3)
    assert (found.bias, found.error) == pytest.approx((0.0, 0.2))


@pytest.mark.parametrize(("hits", "mark"), [(880, " ↓"), (930, ""), (960, ""), (985, " ↑")])
def test_what_is_surely_off_is_marked(hits: int, mark: str) -> None:
    searches = [made(10.0, 9.0, 11.0)] * hits + [made(8.0, 7.0, 9.0)] * (1000 - hits)

    found = row("M/M/1", Truth(10.0, 0.0, "by hand"), searches)

    assert (found.mark, found.meets) == (mark, not mark)


def test_a_share_of_none_is_not_known() -> None:
    assert Share(0, 0).bounds == (0.0, 1.0)


def test_the_same_seed_makes_the_same_search() -> None:
    service, wanted = SERVICES["M/M/1"], experiment()

    assert search(service, wanted, (1, 2)) == search(service, wanted, (1, 2))
    assert search(service, wanted, (1, 2)) != search(service, wanted, (1, 3))


def test_searches_cover_as_often_as_is_published() -> None:
    """A reduced form of scripts/calibrate: a change of search or verdicts that moves this is to be published."""
    services = ("fast M/M/1", "collections")
    known = {name: kept()[name] for name in services}
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        published = {each["service"]: each for each in csv.DictReader(file)}

    rows = calibrated(known, 80, 11, workers=1)

    for found in rows:
        low, high = found.covered.bounds
        assert low <= float(published[found.service]["covered"]) <= high, found
        assert found.answered >= 0.95 * found.searches
        assert found.bias == pytest.approx(float(published[found.service]["bias"]), abs=0.025)
    written = page.table(rows, known)
    assert all(name in written for name in services)
    assert page.spreadsheet(rows, known).count("\n") == 1 + len(services)
