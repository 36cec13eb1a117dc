from __future__ import annotations

from pathlib import Path

import pytest
from compared import BEFORE, GIVEN, Measure
from faulty import Faulty

from scalebed.comparison.side import OperandError, Place, pair, read
from scalebed.records.run_directory import RunDirectory, RunDirectoryError
from scalebed.report.findings.analysis import analyse


def test_a_capacity_and_what_requests_cost_are_read_block_by_block(measure: Measure) -> None:
    side = read(str(measure("run", replicas=[1, 2])))
    assert set(side.found) == {Place("", 1), Place("", 2)}
    one = side.found[Place("", 1)]
    assert set(one.values) == {"capacity", "cpu", "service", "database", "database_time"}
    assert all(set(of) == {0, 1, 2, 3, 4} for of in one.values.values())
    # Half a core at 10 ms a request is 50 a second; the queue breaks the SLO a little before.
    assert all(40 < bracket.value < 50 for bracket in one.values["capacity"].values())
    assert all(9 < bracket.value < 11 for bracket in one.values["service"].values())


def test_rates_that_were_given_are_places_of_their_own(measure: Measure) -> None:
    side = read(str(measure("run", **{**GIVEN, "rates": [10, 20]})))
    assert [place.rate for place in side.found] == [10, 20]
    assert "p95" in side.found[Place("", 1, None, 10)].values


def test_one_variant_is_named_after_a_colon(measure: Measure) -> None:
    path = measure("run:1", services={"before": BEFORE, "after": BEFORE})
    assert read(f"{path}:after").variants == ("after",)
    assert read(str(path)).variants == ("before", "after")
    assert {place.variant for place in read(str(path)).found} == {"before", "after"}
    with pytest.raises(OperandError, match="has no variant shop; it has before, after"):
        read(f"{path}:shop")


def test_two_variants_need_no_name(measure: Measure) -> None:
    path = measure("run", services={"before": BEFORE, "after": BEFORE})
    assert pair(str(path)) == (f"{path}:before", f"{path}:after")
    with pytest.raises(OperandError, match="has the variants shop; name two"):
        pair(str(measure("single")))


def test_what_is_no_run_is_one_sentence(tmp_path: object) -> None:
    with pytest.raises(RunDirectoryError, match=r"nothing/manifest.json: is missing"):
        read(f"{tmp_path}/nothing")
    with pytest.raises(RunDirectoryError, match="names no run directory"):
        read(":shop")


def test_a_run_without_a_repetition_is_refused(measure: Measure) -> None:
    path = measure("run")
    for file in (path / "repetitions").iterdir():
        file.unlink()
    with pytest.raises(OperandError, match="no repetition was finished"):
        read(str(path))


def test_the_control_of_an_ablation_is_its_floor(climbed_path: str) -> None:
    side = read(climbed_path)
    floors = {floor for (place, quantity), floor in side.floors.items() if quantity == "cpu"}
    (floor,) = floors
    assert 1 < floor < 1.1
    assert side.floors[Place("all", 1), "cpu"] == floor
    assert read(f"{climbed_path}:all").floors[Place("", 1), "cpu"] == floor
    # As the report has it: of the common load, and not of what the search for a capacity asked.
    (told,) = analyse(RunDirectory(Path(climbed_path))).comparisons
    assert floor == pytest.approx(told.floors["cpu"])
    assert side.floors[Place("naive", 1), "p95"] == pytest.approx(told.floors["p95"])


def test_runs_of_faults_are_not_compared(tmp_path: Path) -> None:
    """Cells of one variant differ by their fault, and would be taken for one."""
    Faulty(tmp_path / "run").write()
    with pytest.raises(OperandError, match=r"is an experiment of faults, .* or read both faults\.csv$"):
        read(str(tmp_path / "run"))
