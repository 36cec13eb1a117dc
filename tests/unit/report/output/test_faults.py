"""`faults.csv`: a line for each fault of each cell."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from faulty import OUTAGE, Bad, Faulty, ledger_checks

from scalebed.report import Report
from scalebed.report.output.faults import COLUMNS, faults_csv


def lines(path: Path, **more: Any) -> list[dict[str, str]]:
    text = faults_csv(Report(Faulty(path, **more).write()).analysis)
    (head, *found) = csv.reader(io.StringIO(text))
    assert head == [name for name, _ in COLUMNS]
    assert {len(row) for row in found} <= {len(COLUMNS)}
    return [dict(zip(head, row, strict=True)) for row in found]


def test_columns_have_a_name_and_a_meaning_each() -> None:
    names = [name for name, _ in COLUMNS]
    assert len(set(names)) == len(names)
    assert all(meaning for _, meaning in COLUMNS)


def test_a_row_has_every_figure_under_its_name(folder: Path) -> None:
    bad = {"replica-killed": {**OUTAGE, 14: Bad(late=4), 15: Bad(failed={"no response": 2}), 49: Bad(dropped=3)}}
    checks = ledger_checks(lost=1, doubled=2, stale=3, took_effect=4, no_effect=5, unread=6)
    control, killed, flushed = lines(folder, bad=bad, more={"replica-killed": {"checks": checks}})
    assert killed == {
        "cell": "naive-x2-replica-killed", "variant": "naive", "replicas": "2", "fault": "replica-killed",
        "rate": "20.0", "blocks": "3", "episodes": "6", "requests": "2400", "failed": "32.5", "failed_lower": "32.5",
        "failed_upper": "32.5", "late": "2.0", "late_lower": "2.0", "late_upper": "2.0", "out_s": "4.5",
        "out_s_lower": "4.5", "out_s_upper": "4.5", "back_s": "4.25", "back_s_lower": "4.25", "back_s_upper": "4.25",
        "after_s": "3.25", "after_s_lower": "3.25", "after_s_upper": "3.25", "in_time": "",
        "in_time_lower": "", "in_time_upper": "", "never": "0",
        "failed_share_at_most": killed["failed_share_at_most"], "kinds": "5xx=180;no response=6;dropped=9",
        "written": "1200", "lost": "3", "made": "300", "doubled": "6", "read": "2700", "stale": "9",
        "took_effect": "12", "no_effect": "15", "unread": "18",
    }  # fmt: skip
    assert 195 / 2400 < float(killed["failed_share_at_most"]) < 0.1
    assert (control["fault"], control["cell"], control["failed"], control["written"]) == ("", "naive-x2", "0.0", "")
    assert (flushed["kinds"], flushed["never"]) == ("", "0")


@pytest.mark.parametrize("blocks", [1, 2])
def test_below_three_blocks_ends_are_empty(folder: Path, blocks: int) -> None:
    killed = lines(folder, keys={"blocks": blocks})[1]
    assert (killed["out_s"], killed["out_s_lower"], killed["out_s_upper"]) == ("3.0", "", "")


def test_what_was_never_met_again_has_no_time(folder: Path) -> None:
    killed = lines(folder, bad={"replica-killed": dict.fromkeys(range(10, 50), Bad(failed={"5xx": 9}))})[1]
    assert (killed["never"], killed["back_s"], killed["after_s"], killed["out_s"]) == ("6", "", "", "20.0")


def test_a_partial_run_has_the_lines_that_it_knows(folder: Path) -> None:
    assert len(lines(folder, repetitions=2)) == 2
