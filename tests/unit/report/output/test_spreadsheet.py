from __future__ import annotations

import csv
from pathlib import Path

import pytest
from synthetic import CRAWLING, OPTIMIZED, Synthetic

from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.report.findings.analysis import analyse
from scalebed.report.output.spreadsheet import COLUMNS, COMPARED_COLUMNS


def rows(directory: RunDirectory) -> list[dict[str, str]]:
    Report(directory).write()
    with (directory.path / "cells.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_line_for_each_cell_with_its_interval(replicas: RunDirectory) -> None:
    for row, cell in zip(rows(replicas), analyse(replicas).cells, strict=True):
        assert cell.rate is not None
        assert row["cell"] == cell.id
        assert float(row["rate"]) == pytest.approx(cell.rate.estimate, rel=1e-5)
        assert float(row["rate_lower"]) < float(row["rate"]) < float(row["rate_upper"])
        assert row["limit"] == "service"
        assert list(row) == [name for name, _ in COLUMNS]
    assert all(meaning for _, meaning in COLUMNS)


def test_what_there_is_not_is_empty(folder: Path) -> None:
    services = {"naive": CRAWLING, "optimized": OPTIMIZED}
    directory = Synthetic(folder, services, {"variants": list(services), "replicas": [1], "blocks": 1}).write()
    naive, optimized = rows(directory)
    assert (naive["state"], naive["rate"], naive["basis"]) == ("none at this SLO", "", "unloaded")
    assert (optimized["ratio"], optimized["rate_lower"]) == ("", "")


def test_a_line_for_each_measure_compared(climbed: RunDirectory) -> None:
    Report(climbed).write()
    with (climbed.path / "comparison.csv").open(encoding="utf-8", newline="") as file:
        found = {(row["variant"], row["measure"]): row for row in csv.DictReader(file)}
    (comparison,) = analyse(climbed).comparisons
    assert len(found) == 6 * 5
    for row in comparison.rows:
        for measure, compared in row.measures.items():
            line = found[row.variant, measure]
            assert list(line) == [name for name, _ in COMPARED_COLUMNS]
            assert float(line["value"]) == pytest.approx(compared.value.estimate, rel=1e-5)
            assert line["differs"] == {True: "yes", False: "no", None: ""}[compared.differs]
    assert found["naive", "cpu"]["ratio"] == found["naive", "cpu"]["step"] == ""
    assert found["naive-again", "cpu"]["control"] == "yes"
    assert float(found["json", "cpu"]["floor"]) > 1


def test_a_run_that_compares_nothing_has_no_such_file(replicas: RunDirectory) -> None:
    Report(replicas).write()
    assert not (replicas.path / "comparison.csv").exists()
