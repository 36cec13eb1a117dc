"""What the tables tell together: whoever adds up one of them finds what another says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import get_args

import pytest

from scalebed.cli import TableName
from scalebed.engines.kubernetes.readings import probe as kubelets
from scalebed.engines.local import probe as processes
from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report.tables import TABLES
from scalebed.report.tables.parts import PARTS
from scalebed.report.tables.table import Column, Row, Value, values

KEY = ("cell", "block", "index")


def table(name: str, run: RunDirectory) -> list[Mapping[str, Value]]:
    return [complete(TABLES[name].columns, row) for row in TABLES[name].rows(run, "run")]


def complete(columns: Iterable[Column], row: Row) -> Mapping[str, Value]:
    known = tuple(columns)
    return dict(zip((column.name for column in known), values(known, row), strict=True))


def by_trial(rows: Iterable[Mapping[str, Value]]) -> dict[tuple[Value, ...], list[Mapping[str, Value]]]:
    found: defaultdict[tuple[Value, ...], list[Mapping[str, Value]]] = defaultdict(list)
    for row in rows:
        found[tuple(row[key] for key in KEY)].append(row)
    return dict(found)


def number(value: Value) -> float:
    assert isinstance(value, int | float), value
    return float(value)


def total(rows: Iterable[Mapping[str, Value]], column: str) -> float:
    return sum(number(row[column]) for row in rows if row[column] is not None)


def test_the_command_line_offers_each() -> None:
    assert get_args(TableName) == tuple(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_columns_are_told_apart_and_explained(name: str) -> None:
    columns = TABLES[name].columns
    assert len({column.name for column in columns}) == len(columns)
    assert all(column.meaning for column in columns)


@pytest.mark.parametrize("name", TABLES)
def test_a_row_has_no_value_that_is_in_no_column(name: str, any_run: RunDirectory) -> None:
    known = {column.name for column in TABLES[name].columns}
    assert {key for row in TABLES[name].rows(any_run, "run") for key in row} <= known


def test_there_are_columns_for_every_part_that_an_engine_reads() -> None:
    assert {*processes.PARTS, *kubelets.PARTS} == set(PARTS)
    assert list(PARTS) == sorted(PARTS)


def test_every_trial_has_a_row_and_seconds(any_run: RunDirectory) -> None:
    wanted = [(trial.cell, trial.block, trial.index) for trial in any_run.trials()]
    assert list(by_trial(table("trials", any_run))) == wanted
    assert list(by_trial(table("seconds", any_run))) == wanted


def test_requests_failures_and_arrivals_add_up(any_run: RunDirectory) -> None:
    seconds, endpoints = by_trial(table("seconds", any_run)), by_trial(table("endpoints", any_run))
    for key, (trial,) in by_trial(table("trials", any_run)).items():
        counted = [second for second in seconds[key] if second["counts"]]
        assert len(counted) == number(trial["duration_s"]) - number(trial["warmup_cut_s"])
        for column in ("arrivals", "dropped", "requests", "failed"):
            assert total(counted, column) == trial[column], (key, column)
        own = endpoints.get(key, [])
        assert total(own, "requests") == trial["requests"], key
        assert total((row for row in own if row["error"] is not None), "requests") == trial["failed"], key


def test_latencies_are_the_same_ones(any_run: RunDirectory) -> None:
    seconds, endpoints = by_trial(table("seconds", any_run)), by_trial(table("endpoints", any_run))
    for key, (trial,) in by_trial(table("trials", any_run)).items():
        well = [row for row in endpoints.get(key, []) if row["error"] is None]
        if not well:
            assert trial["mean_ms"] is trial["p95_ms"] is trial["max_ms"] is None
            continue
        mean = sum(number(row["requests"]) * number(row["mean_ms"]) for row in well) / total(well, "requests")
        assert trial["mean_ms"] == pytest.approx(mean, rel=1e-12)
        longest = [row["max_ms"] for row in seconds[key] if row["counts"] and row["max_ms"] is not None]
        assert trial["max_ms"] == max(map(number, longest)) == max(number(row["max_ms"]) for row in well)


def test_cpu_adds_up_where_readings_cover_the_trial(any_run: RunDirectory) -> None:
    """What readings cover in part stands for a whole second, so that others are near and no more."""
    seconds = by_trial(table("seconds", any_run))
    covering: dict[tuple[Value, ...], bool] = {
        (trial.cell, trial.block, trial.index): covers(trial) for trial in any_run.trials()
    }
    for key, (trial,) in by_trial(table("trials", any_run)).items():
        counted = [second for second in seconds[key] if second["counts"]]
        for part in ("service", "database", "generator"):
            of_one = trial[f"cpu_{part}_ms_per_request"]
            if of_one is not None and covering[key]:
                used_ms = number(of_one) * (number(trial["requests"]) - number(trial["unasked"]))
                assert total(counted, f"cores_{part}") * 1000 == pytest.approx(used_ms, rel=1e-6, abs=1e-3), key


def covers(trial: Trial) -> bool:
    first = min((record.at_s - record.interval_s for record in trial.usage), default=0.0)
    last = max((record.at_s for record in trial.usage), default=0.0)
    return first <= trial.warmup_cut_s and trial.duration_s <= last
