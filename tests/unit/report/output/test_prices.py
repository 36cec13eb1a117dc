"""Tables of what replicas cost, as a terminal shows them."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console
from synthetic import two_variants

from scalebed.report import Report
from scalebed.report.output.prices import price_tables


def shown(path: Path, *rates: float) -> str:
    written = io.StringIO()
    console = Console(file=written, width=80)
    for table in price_tables(Report(two_variants(path).write()).analysis, 0.1, rates):
        console.print(table)
    return written.getvalue()


def test_a_replica_costs_what_it_costs_by_the_month(tmp_path: Path) -> None:
    told = shown(tmp_path)
    assert "a month" in told
    assert "73.00" in told
    assert "requests, full" in told


def test_a_rate_beyond_all_that_was_measured_costs_more_than_that(tmp_path: Path) -> None:
    rows = [line.split() for line in shown(tmp_path, 1e6).splitlines() if "1e+06" in line]
    assert len(rows) == 2
    assert all(row[2] == ">" for row in rows)
