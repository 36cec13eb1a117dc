from __future__ import annotations

from pathlib import Path

import pytest
from synthetic import alone, ladder

from scalebed.experiment.variant import Variant
from scalebed.measurement.usage import SERVING
from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.comparing import changes
from scalebed.report.findings.views import Comparison, Measure
from scalebed.statistics import intervals


def compared(directory: RunDirectory) -> Comparison:
    (comparison,) = analyse(directory).comparisons
    return comparison


def by_block(directory: RunDirectory, cell: str) -> dict[int, float]:
    """CPU in all, milliseconds a request, straight from the trials."""
    return {
        trial.block: 1000 * sum(trial.cpu_s_per_request[part] for part in SERVING)
        for trial in directory.trials()
        if trial.cell == cell and trial.purpose == "fixed-rate"
    }


def test_ratios_are_paired_within_blocks(climbed: RunDirectory) -> None:
    comparison = compared(climbed)
    cells = {row.variant: by_block(climbed, row.cell.id) for row in comparison.rows}
    assert [row.variant for row in comparison.rows] == ["naive", "pool", "indexes", "json", "all", "naive-again"]
    for before, row in zip(comparison.rows[:4], comparison.rows[1:5], strict=True):
        cpu = row.measures["cpu"]
        assert cpu.value == intervals.geometric(cells[row.variant].values())
        assert cpu.ratio == intervals.ratio(cells[row.variant], cells["naive"])
        assert cpu.step == intervals.ratio(cells[row.variant], cells[before.variant])
    # What a block's requests cost differs by far more than what is left of it in a ratio.
    assert comparison.rows[1].measures["cpu"].value.relative_half_width > 0.1  # type: ignore[operator]
    assert comparison.rows[1].measures["cpu"].step.relative_half_width < 0.06  # type: ignore[union-attr, operator]


def test_a_step_that_changes_nothing_is_told_from_one_that_does(climbed: RunDirectory) -> None:
    comparison = compared(climbed)
    told = {row.variant: row.measures["cpu"].differs for row in comparison.rows}
    assert told == {"naive": None, "pool": True, "indexes": True, "json": False, "all": True, "naive-again": False}
    assert comparison.rows[2].measures["service"].differs is False
    assert comparison.rows[2].measures["database"].differs is True


def test_the_control_makes_the_floor(climbed: RunDirectory) -> None:
    comparison = compared(climbed)
    again = comparison.rows[-1]
    assert again.is_control
    assert again.measures["cpu"].step == again.measures["cpu"].ratio
    for measure, floor in comparison.floors.items():
        assert floor == intervals.floor(again.measures[measure].ratio)
        assert 1 < floor < (3 if measure == "p95" else 1.1)
    assert set(comparison.floors) == {"cpu", "service", "database", "database_time", "p95"}


def test_capacity_is_told_where_it_was_sought(climbed: RunDirectory) -> None:
    analysis = analyse(climbed)
    found = {cell.variant: cell for cell in analysis.cells}
    assert {name for name, cell in found.items() if cell.rate is not None} == {"naive", "all"}
    assert {cell.state for cell in analysis.cells} == {"found", "measured"}
    assert found["all"].ratio is not None
    assert found["all"].ratio.estimate > 20
    # Figures rest on the common load, also where a capacity was sought.
    assert all(cell.rate_measured == pytest.approx(12, rel=0.02) for cell in analysis.cells)
    assert found["naive"].quota_share is None


def test_alone_everything_is_compared_with_the_base(left_out: RunDirectory) -> None:
    comparison = compared(left_out)
    assert not comparison.ladder
    for row in comparison.rows[1:]:
        assert row.measures["cpu"].step == row.measures["cpu"].ratio
    assert [row.changes for row in comparison.rows] == [
        "",
        "cache=off",
        "json=stdlib",
        "pool=off",
        "cache=off, json=stdlib",
        "",
    ]


def test_a_pair_is_held_against_the_product_of_the_two(left_out: RunDirectory) -> None:
    comparison = compared(left_out)
    names = ("optimized", "no-cache", "stdlib", "no-cache-and-stdlib")
    (pair,) = [found for found in comparison.interactions if found.measure == "cpu"]
    assert (pair.one, pair.other) == ("no-cache", "stdlib")
    base, one, other, both = (by_block(left_out, f"{name}-x1") for name in names)
    assert pair.times == intervals.interaction(base, one, other, both)
    assert pair.times.estimate == pytest.approx(pair.both.estimate / pair.alone[0] / pair.alone[1])
    assert pair.differs is True


def test_each_number_of_users_is_a_comparison_of_its_own(crowded: RunDirectory) -> None:
    few, many = analyse(crowded).comparisons
    assert (few.load, many.load) == ("with 2 users", "with 50 users")
    assert {row.cell.users for row in few.rows} == {2}
    for comparison in (few, many):
        throughput: Measure = "throughput"
        assert throughput in comparison.measures
        assert comparison.rows[1].measures["cpu"].ratio.estimate > 1.05  # type: ignore[union-attr]
    assert few.rows[1].measures["throughput"].ratio.estimate > 1  # type: ignore[union-attr]
    assert many.rows[1].measures["throughput"].ratio.estimate < 1  # type: ignore[union-attr]


def test_what_an_older_run_did_not_read_is_left_out(folder: Path) -> None:
    directory = ladder(folder, experiment={"blocks": 3}).write()
    for trial in directory.trials():
        directory.add_trial(trial.model_copy(update={"database_time_s_per_request": None}))
    assert "database_time" not in compared(directory).measures


def test_a_spoiled_or_missing_variant_leaves_the_others_comparable(folder: Path) -> None:
    spoiled = [("indexes-x1", block) for block in range(3)]
    comparison = compared(ladder(folder, experiment={"blocks": 3}, invalid=spoiled).write())
    rows = {row.variant: row for row in comparison.rows}
    assert rows["indexes"].measures == {}
    assert rows["indexes"].note.startswith("INVALID: ")
    assert rows["json"].measures["cpu"].step is None
    assert rows["json"].measures["cpu"].ratio is not None
    assert rows["json"].measures["cpu"].differs is None


def test_below_three_blocks_nothing_is_claimed(folder: Path) -> None:
    comparison = compared(alone(folder, experiment={"blocks": 2}).write())
    assert {row.measures["cpu"].differs for row in comparison.rows} == {None}
    assert comparison.rows[1].measures["cpu"].ratio is not None


def test_a_row_says_what_makes_it_worth_less(folder: Path) -> None:
    directory = alone(folder, experiment={"blocks": 3}).write()
    for trial in directory.trials():
        if trial.variant == "no-cache" and trial.block == 1:
            directory.add_trial(trial.model_copy(update={"verdict": "FAIL", "errors": {"5xx": trial.requests}}))
    rows = {row.variant: row for row in compared(directory).rows}
    assert rows["no-cache"].note.startswith("broke the SLO in 1 of 3 blocks; 3")
    assert rows["no-cache"].note.endswith("% of its requests failed")
    assert rows["stdlib"].note == ""


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"switches": {"pool": "on", "cache": "off"}}, "cache=off"),
        ({"switches": {}}, "pool as by default"),
        ({"switches": {"pool": "on"}, "pooler": {"mode": "session", "size": 5}}, "pooler session, 5 connections"),
        ({"service": "optimized", "switches": {"pool": "on"}, "pooler": "off"}, "optimized with pool=on, pooler off"),
        ({"service": "optimized"}, "optimized"),
    ],
)
def test_changes_are_what_the_reference_has_not(keys: dict[str, object], said: str) -> None:
    reference = Variant(name="naive", switches={"pool": "on"})
    assert changes(reference, Variant.model_validate({"name": "tried", "service": "naive", **keys})) == said
