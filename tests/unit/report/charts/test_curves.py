"""Capacity against replicas, as it is drawn."""

from pathlib import Path

from recorded import experiment, manifest, repetition

from scalebed.records.run_directory import RunDirectory
from scalebed.report.charts.curves import Curves, capacity
from scalebed.report.findings.analysis import analyse


def drawn(path: Path, most: list[dict[str, object]]) -> Curves:
    """One variant with a capacity at one and two replicas, and these repetitions, a block each, at four."""
    asked = experiment(variants=["naive"], replicas=[1, 2, 4], blocks=len(most))
    directory = RunDirectory(path / "run")
    directory.create(manifest(asked))
    for block, more in enumerate(most):
        directory.add_repetition(repetition(block, "naive-x1", capacity=10.0))
        directory.add_repetition(repetition(block, "naive-x2", replicas=2, capacity=20.0))
        directory.add_repetition(repetition(block, "naive-x4", replicas=4, **more))
    curves = capacity(analyse(directory))
    assert curves is not None
    return curves


def test_a_rate_that_the_host_ended_is_marked_as_a_least_one(tmp_path: Path) -> None:
    ended: dict[str, object] = {"outcome": "beyond the generator", "capacity": None, "upper": None}
    curves = drawn(tmp_path, [{**ended, "lower": 38.0}, {**ended, "lower": 36.0}])
    (line,) = curves.lines
    assert [point.title for point in line.points] == [
        "naive, one replica: 10.0 requests a second",
        "naive, 2 replicas: 20.0 requests a second",
    ]
    assert [point.title for point in line.least] == ["naive, 4 replicas: at least 36.0 a second"]
    assert line.least[0].y < line.points[-1].y
    assert curves.has_least


def test_a_capacity_that_one_block_found_is_drawn_as_one(tmp_path: Path) -> None:
    ended: dict[str, object] = {"outcome": "beyond the generator", "capacity": None, "lower": 36.0, "upper": None}
    curves = drawn(tmp_path, [ended, {"capacity": 40.0}])
    assert len(curves.lines[0].points) == 3
    assert not curves.has_least
