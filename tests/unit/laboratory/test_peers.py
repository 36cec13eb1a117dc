"""Other tools' ways to search find the capacity of a simple service, and cost what they cost."""

from __future__ import annotations

import math

import numpy as np
import pytest

from laboratory import page, peers
from laboratory.peers import METHODS, Bench, found
from laboratory.race import BEFORE, OWN, entry, raced
from laboratory.services import SERVICES, Host, Service, one_server
from laboratory.truth import Truth, kept

FAST = Service("fast", "so fast that a minute tells all", one_server(0.002), 0.002)
CAPACITY = 500 + math.log(0.05)


@pytest.mark.parametrize("name", METHODS)
def test_each_finds_the_capacity_of_a_service_that_has_hardly_a_queue(name: str) -> None:
    capacities, loads = zip(*(found(METHODS[name], FAST, CAPACITY, (3, n)) for n in range(3)), strict=True)
    assert capacities == pytest.approx([CAPACITY] * 3, rel=0.12)
    assert all(100 < load_s < 6000 for load_s in loads)


def test_a_load_counts_what_came_after_its_warm_up() -> None:
    bench = Bench(SERVICES["M/M/1"], Host(), (1,))
    heard = bench.run(18.0, 10.0, 2000.0)
    assert heard.bad == pytest.approx(math.exp(-2.0), abs=0.05)
    assert heard.late_s == pytest.approx(-math.log(0.05) / 2.0, rel=0.3)
    assert bench.load_s == pytest.approx(2010.5)
    assert not heard.met


def test_what_failed_is_slower_than_any_limit() -> None:
    bench = Bench(SERVICES["shedding"], Host(), (1,))
    assert math.isinf(bench.run(40.0, 0.0, 60.0).late_s)


def test_a_crossing_lies_between_the_rates_about_it() -> None:
    heard = [peers.Heard(rate, 0.0, late_s) for rate, late_s in ((8.0, 0.2), (12.0, 1.8), (10.0, 0.9), (16.0, 9.0))]
    root, width = peers._crossing(heard)
    assert root is not None
    assert 10 < root < 12
    assert width == pytest.approx(1.2)


def test_what_a_race_counts() -> None:
    made = [(capacity, 100.0 + i) for i, capacity in enumerate([10.0] * 36 + [12.0] * 3 + [None])]
    seen = entry("M/M/1", "by hand", Truth(10.0, 0.0, "by hand"), made)
    assert (seen.searches, seen.found, seen.bias, seen.load_s) == (40, 39, 0.0, 119.5)
    assert 0 < seen.within < 0.2


def test_all_run_beside_each_other_and_are_told() -> None:
    entries = raced({"shedding": kept()["shedding"]}, 3, 5, workers=1)
    assert [each.method for each in entries] == [OWN, BEFORE, *METHODS]
    assert all(np.isfinite([each.bias, each.within, each.load_s]).all() for each in entries)
    assert page.race(entries).count("| shedding |") == len(entries)
    assert page.race_spreadsheet(entries).count("\n") == 1 + len(entries)
