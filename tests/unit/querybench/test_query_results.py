"""Summaries and files of a benchmark."""

import csv
import json
from pathlib import Path

import pytest
from querybench.charts import draw_all
from querybench.results import Asked, Benchmark, Depth, Explained, Phase, Request, summarise, write_csv, write_json


def request(seconds: float, phase: Phase = "warm", *, status: int = 200, timed_out: bool = False) -> Request:
    return Request("list", phase, 0, "/api/contacts/", seconds, seconds / 2, 3, 50, status, timed_out)


def benchmark() -> Benchmark:
    asked = Asked(
        "list", "read", "the list", (request(0.5, "cold"), *(request(n / 100) for n in (3, 1, 2, 5, 4))),
        (Explained("SELECT 1", 2, ("Result",)),),
    )  # fmt: skip
    stuck = Asked("search", "search", "a word", (request(10, status=503, timed_out=True),))
    return Benchmark(
        variant="naive", switches="", contacts=100, page_size=50, seed=7, started="2026-01-01T00:00:00+00:00",
        versions={"django": "5.2"}, statement_timeout="10s", cold={"connection": "a new one"},
        questions=(asked, stuck), curve=(Depth(0.0, 1, "number", 0.01, 200), Depth(0.5, 2, "number", 0.02, 200)),
    )  # fmt: skip


def test_a_summary_is_a_median_with_quartiles() -> None:
    found = summarise([request(seconds) for seconds in (0.03, 0.01, 0.02, 0.05, 0.04)])
    assert found is not None
    assert (found.median, found.lower, found.upper) == pytest.approx((0.03, 0.02, 0.04))
    assert (found.queries, found.rows, found.status, found.timeouts, found.errors) == (3, 50, 200, 0, 0)
    assert found.sql_median == pytest.approx(0.015)
    assert summarise([]) is None


def test_a_timeout_is_a_result_and_no_error() -> None:
    found = summarise([request(10, status=503, timed_out=True), request(0.1, status=500)])
    assert found is not None
    assert (found.timeouts, found.errors) == (1, 1)


def test_the_files_hold_every_request(tmp_path: Path) -> None:
    write_json(benchmark(), tmp_path / "results.json")
    whole = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert whole["questions"][0]["summary"]["warm"]["median"] == pytest.approx(0.03)
    assert whole["questions"][1]["summary"]["cold"] is None
    write_csv(benchmark(), tmp_path / "requests.csv")
    with (tmp_path / "requests.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["question"], line["phase"]) for line in lines][:2] == [("list", "cold"), ("list", "warm")]
    assert len(lines) == 7


def test_charts_are_the_same_for_the_same_results(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        draw_all(benchmark(), folder)
    names = {"time", "queries", "time-against-queries", "distributions", "pagination"}
    assert {path.stem for path in first.iterdir()} == names
    for path in first.iterdir():
        assert path.read_bytes() == (second / path.name).read_bytes()
        assert b"<svg" in path.read_bytes()
