from __future__ import annotations

from pathlib import Path

import pytest
from recorded import experiment, manifest
from synthetic import CRAWLING, OPTIMIZED, Synthetic

from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.tables import runs


def test_a_row_for_each_cell_with_the_figures_of_the_report(any_run: RunDirectory) -> None:
    told = list(runs.rows(any_run, "tonight"))
    cells = analyse(any_run).cells
    assert [row["cell"] for row in told] == [cell.id for cell in cells]
    for row, cell in zip(told, cells, strict=True):
        assert row.get("rate_per_s") == (cell.rate and cell.rate.estimate)
        assert (row["requests"], row["p95_ms"], row["basis"]) == (cell.requests, cell.p95, cell.basis)
        for part, ms in cell.cpu_ms.items():
            assert row[f"cpu_{part}_ms_per_request"] == ms
        assert (row["run"], row["state"]) == ("tonight", cell.state)


def test_what_there_is_not_is_left_out(tmp_path: Path) -> None:
    services = {"naive": CRAWLING, "optimized": OPTIMIZED}
    keys = {"variants": list(services), "replicas": [1], "blocks": 1}
    naive, optimized = runs.rows(Synthetic(tmp_path, services, keys).write(), "tonight")
    assert (naive["state"], naive.get("rate_per_s"), naive["basis"]) == ("none at this SLO", None, "unloaded")
    assert (optimized["rate_blocks"], optimized["rate_lower_per_s"]) == (1, None)


@pytest.mark.parametrize(
    ("fingerprint", "wanted"),
    [
        ({"commit": "abc", "dirty": False}, ("abc", False)),
        ({"commit": None, "dirty": None}, (None, None)),
        ({"commit": "abc", "dirty": False, "applications": {"naive": {"commit": "def", "dirty": True}}}, ("def", True)),
        ({"commit": "abc", "dirty": False, "applications": {"naive": {"url": "http://shop"}}}, (None, None)),
        ({"commit": "abc", "dirty": False, "applications": {"shop": {"commit": "def"}}}, ("abc", False)),
    ],
)
def test_the_commit_is_of_what_was_measured(
    tmp_path: Path, fingerprint: dict[str, object], wanted: tuple[object, object]
) -> None:
    directory = RunDirectory(tmp_path)
    directory.create(manifest(experiment(variants=["naive"])).model_copy(update={"fingerprint": fingerprint}))
    (row,) = runs.rows(directory, "tonight")
    assert (row["commit"], row["dirty"]) == wanted
