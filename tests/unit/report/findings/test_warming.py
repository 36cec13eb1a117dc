"""A service that is still warming up is told of, by what its requests cost within a block."""

from __future__ import annotations

from pathlib import Path

import pytest
from synthetic import NAIVE, OPTIMIZED, Synthetic

from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.caveats import of_cell

SPEC = {"variants": ["naive", "optimized"], "replicas": [1], "blocks": 3, "search": {"precision": 0.1}}


def written(folder: Path, *, falling: float, blocks: int = 3) -> RunDirectory:
    """`optimized` costs less with each trial of a block, by this factor from the first to the last."""
    spec = {**SPEC, "blocks": blocks}
    directory = Synthetic(folder, {"naive": NAIVE, "optimized": OPTIMIZED}, spec).write()
    trials = [t for t in directory.trials() if t.variant == "optimized"]
    for trial in trials:
        last = max(t.index for t in trials if t.block == trial.block)
        costs = {**trial.cpu_s_per_request, "service": 0.001 * falling ** (1 - trial.index / last)}
        directory.add_trial(trial.model_copy(update={"cpu_s_per_request": costs}))
    return directory


def kinds(directory: RunDirectory, cell: str) -> list[str]:
    return [caveat.kind for caveat in of_cell(analyse(directory).caveats, cell)]


def test_what_costs_ever_less_is_warming_up_and_only_that(tmp_path: Path) -> None:
    directory = written(tmp_path, falling=2.0)
    assert (kinds(directory, "optimized-x1"), kinds(directory, "naive-x1")) == (["warming up"], [])
    (caveat,) = analyse(directory).caveats
    assert "in the long run it serves more" in caveat.sentence


@pytest.mark.parametrize(("falling", "blocks"), [(1.0, 3), (0.7, 3), (1.03, 3), (2.0, 2)])
def test_what_does_not_surely_fall_is_not(tmp_path: Path, falling: float, blocks: int) -> None:
    assert "warming up" not in kinds(written(tmp_path, falling=falling, blocks=blocks), "optimized-x1")
