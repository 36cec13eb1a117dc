from __future__ import annotations

from pathlib import Path

import pytest
from faulty import OUTAGE, RATE, Bad, Faulty, ledger_checks
from rich.console import Console
from synthetic import CRAWLING, OPTIMIZED, Synthetic

from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report


def printed(directory: RunDirectory) -> str:
    console = Console(width=80, color_system=None)
    with console.capture() as capture:
        console.print(Report(directory).table)
    return capture.get()


def test_fits_eighty_columns_uncut(replicas: RunDirectory) -> None:
    text = printed(replicas)
    assert "…" not in text
    assert text.count("service") == 6
    assert max(map(len, text.splitlines())) <= 80


def test_says_why_there_is_no_rate(folder: Path) -> None:
    services = {"naive": CRAWLING, "optimized": OPTIMIZED}
    text = printed(Synthetic(folder, services, {"variants": list(services), "replicas": [1, 2], "blocks": 1}).write())
    assert "none at" in text
    assert "this SLO" in text
    assert "…" not in text


def test_a_comparison_fits_too(climbed: RunDirectory, left_out: RunDirectory, crowded: RunDirectory) -> None:
    for directory in (climbed, left_out, crowded):
        text = printed(directory)
        assert "…" not in text
        assert max(map(len, text.splitlines())) <= 80
    assert "≈ 1.0" in printed(left_out)
    assert "async, 50 users" in printed(crowded)


LONG = [{"name": "a-rather-long-variant-name", "service": "naive"}, "optimized"]
KEPT = {"checks": ledger_checks(lost=100, doubled=20, stale=123)}


@pytest.mark.parametrize("variants", [["naive", "optimized"], LONG])
@pytest.mark.parametrize("kept", [True, False])
def test_faults_fit_too_and_nothing_is_cut_off(folder: Path, variants: list[object], kept: bool) -> None:
    keys = {"variants": variants, "replicas": [2, 12], "faults": ["database-unreachable"], "episodes": {"times": 1}}
    bad = {"database-unreachable": {second: Bad(failed={"no response": 7}, late=3) for second in range(10, 14)}}
    more = {"database-unreachable": KEPT, "": {"checks": ledger_checks(lost=1)}} if kept else {}
    text = printed(Faulty(folder, keys, bad, more).write())
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("300, 60, 369") == (4 if kept else 0)
    assert text.count("3, 0, 0") == (4 if kept else 0)
    assert ("stale" in text) == kept
    assert text.count("28–28") == 4
    assert "naive, 12" in text or "a-rather-long" in text


def test_a_fault_that_is_not_met_again_says_in_how_many_episodes(folder: Path) -> None:
    gone = dict.fromkeys(range(30, 50), Bad(failed={"5xx": RATE}))
    lines = printed(Faulty(folder, bad={"replica-killed": {**OUTAGE, **gone}}).write()).splitlines()
    (killed,) = [line for line in lines if "replica-killed" in line]
    assert killed.split() == ["replica-killed", "215", "0", "12", "3", "of", "6", "not"]
    assert [line.split()[:2] for line in lines if "no fault" in line] == [["no", "fault"]]
