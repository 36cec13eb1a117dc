from __future__ import annotations

from pathlib import Path

import pytest
from synthetic import ladder

from scalebed.records.run_directory import RunDirectory
from scalebed.report.charts.waterfall import Waterfall, waterfall
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.views import Measure


def drawn(directory: RunDirectory, measure: Measure = "cpu", place: int = 0) -> Waterfall:
    chart = waterfall(analyse(directory).comparisons[place], measure)
    assert chart is not None
    return chart


def test_on_a_ladder_each_bar_starts_where_the_one_before_ended(climbed: RunDirectory) -> None:
    chart = drawn(climbed)
    names = [bar.name for bar in chart.bars]
    assert names == ["naive", "pool", "indexes", "json", "all", "naive-again"]
    for before, bar in zip(chart.bars[:4], chart.bars[1:5], strict=True):
        assert bar.start == pytest.approx(before.end, abs=0.1)
        assert bar.above == before.y
    control = chart.bars[-1]
    assert (control.start, control.above) == (chart.bars[0].end, chart.bars[0].y)


def test_alone_every_bar_starts_at_the_baseline(left_out: RunDirectory) -> None:
    chart = drawn(left_out)
    assert {bar.start for bar in chart.bars} == {chart.bars[0].end}
    assert [bar.colour for bar in chart.bars] == ["soft", "warn", "warn", "generator", "warn", "generator"]


def test_colours_follow_what_is_better(climbed: RunDirectory, crowded: RunDirectory) -> None:
    assert [bar.colour for bar in drawn(climbed).bars] == ["soft", "good", "good", "generator", "good", "generator"]
    assert drawn(crowded, "throughput").bars[1].colour == "good"
    assert drawn(crowded, "throughput", 1).bars[1].colour == "warn"
    assert drawn(crowded, "cpu").bars[1].colour == "warn"


def test_intervals_and_the_floor_lie_around_their_ends(climbed: RunDirectory) -> None:
    for bar in drawn(climbed).bars[1:]:
        assert bar.low < bar.end < bar.high
        assert bar.floor is not None
        assert bar.floor[0] < bar.start < bar.floor[1]
        assert all(0 <= place <= 100 for place in (bar.start, bar.end, bar.low, bar.high))


def test_it_says_what_it_shows(climbed: RunDirectory) -> None:
    chart = drawn(climbed)
    assert chart.alt.startswith("CPU in all at 12 requests a second: naive ")
    assert ", ≈ " in chart.bars[3].value
    assert "≈" not in chart.bars[1].value
    assert "baseline" in chart.bars[0].value
    assert chart.bars[0].interval == ""
    assert all(bar.interval.startswith("(") and f"{bar.value} {bar.interval}" in chart.alt for bar in chart.bars[1:])


def test_without_a_baseline_there_is_nothing_to_draw(folder: Path) -> None:
    spoiled = [("naive-x1", block) for block in range(3)]
    (comparison,) = analyse(ladder(folder, experiment={"blocks": 3}, invalid=spoiled).write()).comparisons
    assert waterfall(comparison, "cpu") is None
