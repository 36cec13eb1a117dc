from __future__ import annotations

import math
from pathlib import Path

from recorded import manifest, trial

from scalebed.measurement.histograms import encode, of_values
from scalebed.records.run_directory import RunDirectory
from scalebed.report.tables import seconds
from scalebed.report.tables.table import Row


def of(*values_ms: float) -> str:
    return encode(of_values(values_ms))


def ended(second: int, *values_ms: float, status: int = 200, error: str | None = None) -> dict[str, object]:
    told = {
        "second": second,
        "endpoint": "list",
        "status": status,
        "count": len(values_ms),
        "histogram": of(*values_ms),
    }
    return told if error is None else {**told, "error": error}


def health(second: int, arrivals: int) -> dict[str, object]:
    return {"second": second, "arrivals": arrivals, "dropped": 1, "in_flight": 2.5, "lag_ms": 0.25}


def rows(path: Path, **more: object) -> list[Row]:
    directory = RunDirectory(path)
    directory.create(manifest())
    directory.add_trial(trial(duration_s=3, warmup_cut_s=1, **more))
    return list(seconds.rows(directory, "tonight"))


def test_every_second_has_a_row_and_those_that_count_say_so(tmp_path: Path) -> None:
    told = rows(tmp_path, generator=[health(0, 4), health(1, 5), health(3, 6)], endpoints=[ended(4, 10.0)])
    assert [row["second"] for row in told] == [0, 1, 2, 3, 4]
    assert [row["counts"] for row in told] == [False, True, True, False, False]
    assert [row.get("arrivals") for row in told] == [4, 5, None, 6, None]
    assert [row.get("in_flight") for row in told] == [2.5, 2.5, None, 2.5, None]
    assert [row["requests"] for row in told] == [0, 0, 0, 0, 1]


def test_latencies_are_of_what_succeeded_over_all_endpoints(tmp_path: Path) -> None:
    fast, slow = [1.0] * 19, [50.0]
    over = [ended(0, *fast), {**ended(0, *slow), "endpoint": "detail"}, ended(0, 900.0, status=500)]
    (told,) = rows(tmp_path, generator=[], endpoints=over)
    assert (told["requests"], told["failed"]) == (21, 1)
    assert (told["p50_ms"], told["p95_ms"]) == (1.0, 1.0)
    assert 50.0 <= told["p99_ms"] == told["max_ms"] < 50.1  # type: ignore[operator]


def test_what_failed_by_a_check_or_was_expected_is_what_the_record_says(tmp_path: Path) -> None:
    over = [ended(0, 5.0, error="check failed"), ended(0, 7.0, status=404, error="")]
    (told,) = rows(tmp_path, generator=[], endpoints=over)
    assert (told["requests"], told["failed"], told["max_ms"]) == (2, 1, 7.003)


def test_without_an_answer_there_is_no_latency(tmp_path: Path) -> None:
    (told,) = rows(tmp_path, generator=[health(0, 1)], endpoints=[])
    assert math.isnan(float(told["p95_ms"]))  # type: ignore[arg-type]


def test_a_trial_that_saw_nothing_has_no_row(tmp_path: Path) -> None:
    assert rows(tmp_path, generator=[], endpoints=[]) == []
