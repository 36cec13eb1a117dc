from __future__ import annotations

from pathlib import Path

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
