from __future__ import annotations

from pathlib import Path

from recorded import manifest, trial

from scalebed.measurement.histograms import encode, of_values
from scalebed.records.run_directory import RunDirectory
from scalebed.report.tables import endpoints
from scalebed.report.tables.table import Row


def ended(second: int, endpoint: str, value_ms: float, status: int = 200, **more: object) -> dict[str, object]:
    histogram = encode(of_values([value_ms, value_ms]))
    return {"second": second, "endpoint": endpoint, "status": status, "count": 2, "histogram": histogram, **more}


def rows(path: Path, *over: dict[str, object]) -> list[Row]:
    directory = RunDirectory(path)
    directory.create(manifest())
    directory.add_trial(trial(duration_s=3, warmup_cut_s=1, endpoints=over))
    return list(endpoints.rows(directory, "tonight"))


def test_seconds_that_count_are_put_together(tmp_path: Path) -> None:
    over = [ended(second, "list", ms) for second, ms in ((0, 900.0), (1, 1.0), (2, 2.0), (3, 900.0))]
    (told,) = rows(tmp_path, *over)
    assert (told["endpoint"], told["status"], told["error"], told["requests"]) == ("list", 200, None, 4)
    assert (told["mean_ms"], told["p50_ms"], told["max_ms"]) == (1.5, 1.0, 2.0)


def test_statuses_and_errors_are_told_apart_and_what_failed_has_no_latency(tmp_path: Path) -> None:
    told = rows(
        tmp_path,
        ended(1, "list", 1.0),
        ended(1, "list", 1.0, error="check failed"),
        ended(1, "list", 1.0, 404, error=""),
        ended(1, "list", 1.0, 404),
        ended(1, "detail", 1.0, 0),
    )
    seen = [(row["endpoint"], row["status"], row["error"], row.get("max_ms")) for row in told]
    assert seen == [
        ("detail", 0, "no response", None),
        ("list", 200, None, 1.0),
        ("list", 200, "check failed", None),
        ("list", 404, None, 1.0),
        ("list", 404, "4xx", None),
    ]
