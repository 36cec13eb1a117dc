from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from synthetic import CRAWLING, NAIVE, OPTIMIZED, Synthetic, two_variants

from scalebed.measurement import histograms
from scalebed.records.run_directory import RunDirectory, RunDirectoryError
from scalebed.report.findings import brackets
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.brackets import Bracket
from scalebed.report.output.pages import html, markdown
from scalebed.report.output.spreadsheet import cells_csv
from scalebed.statistics import intervals


def test_estimates_are_those_of_the_statistics(replicas: RunDirectory) -> None:
    found: defaultdict[str, dict[int, Bracket]] = defaultdict(dict)
    for repetition in replicas.repetitions():
        bracket = brackets.of(repetition, planned=False)
        assert bracket is not None
        found[repetition.cell][repetition.block] = bracket
    analysis = analyse(replicas)
    for cell in analysis.cells:
        assert cell.rate == brackets.interval(found[cell.id].values())
        assert (cell.state, cell.note) == ("found", "")
    optimized = analysis.cell("optimized", 4)
    assert optimized is not None
    assert optimized.ratio == brackets.ratio(found["optimized-x4"], found["naive-x4"])
    assert optimized.efficiency == brackets.efficiency(found["optimized-x4"], 4, found["optimized-x1"])
    assert analysis.cell("naive", 1).ratio is None  # type: ignore[union-attr]


def test_planned_rates_leave_capacities_between_their_steps(folder: Path) -> None:
    around = {"naive-x1": 10.0, "optimized-x1": 100.0}
    changes: dict[str, Any] = {"replicas": [1], "blocks": 3, "search": {"around": around, "shares": [0.8, 1.0, 1.2]}}
    directory = two_variants(folder, experiment=changes).write()
    for repetition in directory.repetitions():
        known = {"capacity": 10.0, "lower": 10.0, "upper": 12.0, "outcome": "found"}
        open_above = repetition.cell == "optimized-x1" and repetition.block == 2
        directory.add_repetition(repetition.model_copy(update={**known, "upper": None} if open_above else known))
    analysis = analyse(directory)
    naive, optimized = analysis.cells
    assert naive.rate == intervals.Interval(pytest.approx(10), pytest.approx(10), pytest.approx(12), 3)  # type: ignore[arg-type]
    assert optimized.note == "at least this in one block"
    assert optimized.rate is not None
    assert optimized.rate.upper == math.inf
    text = markdown(analysis)
    assert "10.0 (10.0–12.0)" in text
    assert "10.0 (10.0 or more): at least this in one block" in text
    assert "10.0 or more" in html(analysis)
    assert ",10,10,inf," in cells_csv(analysis)


def test_percentiles_are_of_merged_histograms_without_the_warm_up(replicas: RunDirectory) -> None:
    held = [r for r in replicas.repetitions() if r.cell == "naive-x2"]
    merged = histograms.merge(
        record.histogram
        for repetition in held
        for record in [t for t in replicas.trials_of(repetition.block, "naive-x2") if t.purpose == "confirm"][
            -1
        ].endpoints
        if record.second >= 2
    )
    cell = analyse(replicas).cell("naive", 2)
    assert cell is not None
    assert cell.p95 == merged.percentile_ms(95)
    assert sum(endpoint.requests for endpoint in cell.endpoints) == merged.total == cell.requests


def test_cpu_quota_and_ceiling(replicas: RunDirectory) -> None:
    cell = analyse(replicas).cell("optimized", 2)
    assert cell is not None
    assert cell.cpu_ms["service"] == pytest.approx(OPTIMIZED.cpu_ms, rel=0.05)
    assert cell.quota_cores == 1.0
    assert cell.quota_share == pytest.approx(cell.rate.estimate * cell.cpu_ms["service"] / 1000, rel=1e-9)  # type: ignore[union-attr]
    assert cell.ceiling == pytest.approx(8 / (sum(cell.cpu_ms.values()) / 1000))
    assert cell.limit is not None
    assert cell.limit.part == "service"


def test_a_rate_that_was_not_confirmed_is_no_basis(folder: Path) -> None:
    directory = two_variants(folder, experiment={"replicas": [1], "blocks": 1}).write()
    before = analyse(directory)
    trial = next(t for t in directory.trials() if t.cell == "naive-x1" and t.purpose == "confirm")
    directory.add_trial(trial.model_copy(update={"rate_asked": trial.rate_asked * 2, "index": 90}))
    assert analyse(directory).cells[0].p95 == before.cells[0].p95
    assert analyse(directory).cells[0].requests == before.cells[0].requests


def test_none_at_this_slo_rests_on_the_unloaded_trials(folder: Path) -> None:
    services = {"naive": CRAWLING}
    directory = Synthetic(folder, services, {"variants": ["naive"], "replicas": [1], "blocks": 3}).write()
    cell = analyse(directory).cells[0]
    assert (cell.state, cell.basis, cell.rate, cell.limit) == ("none at this SLO", "unloaded", None, None)
    assert cell.slo_latency is not None
    assert cell.slo_latency > 1000
    assert cell.note.startswith("p95 is ")


def test_invalid_trials_never_yield_a_figure(folder: Path) -> None:
    spoiled = [("naive-x1", block) for block in range(3)]
    directory = Synthetic(
        folder, {"naive": NAIVE}, {"variants": ["naive"], "replicas": [1], "blocks": 3}, invalid=spoiled
    ).write()
    analysis = analyse(directory)
    assert (analysis.cells[0].state, analysis.cells[0].requests, analysis.cells[0].p95) == ("INVALID", 0, None)
    assert sum(len(group.trials) for group in analysis.invalid) == len(list(directory.trials())) == 3


def test_demand_is_the_fewest_replicas_whose_interval_lies_above(replicas: RunDirectory) -> None:
    analysis = analyse(replicas)
    for demand in analysis.demands:
        for variant, count in demand.replicas.items():
            lower = {cell.replicas: cell.rate.lower or 0 for cell in analysis.of(variant) if cell.rate}
            assert count == min((n for n, low in lower.items() if low >= demand.rate), default=None)
    assert any(None in demand.replicas.values() for demand in analysis.demands)


def test_fixed_rate_takes_the_highest_rate_that_every_block_met(folder: Path) -> None:
    kind = {
        "kind": "fixed-rate",
        "rates": [10, 30, 60],
        "duration": "8s",
        "search": {"min_requests": 30},
        "replicas": [1],
        "blocks": 2,
    }
    cells = analyse(two_variants(folder, experiment=kind).write()).cells
    assert [cell.rate.estimate for cell in cells if cell.rate] == [10, 60]
    assert all(cell.limit is None for cell in cells)


def test_closed_takes_the_throughput_of_each_block(folder: Path) -> None:
    kind = {"kind": "closed", "users": 50, "duration": "60s", "replicas": [1], "blocks": 3}
    directory = two_variants(folder, experiment=kind).write()
    seen = [t.rate_achieved for t in directory.trials() if t.cell == "naive-x1"]
    cell = analyse(directory).cells[0]
    assert cell.rate == intervals.geometric(seen)
    assert cell.rate is not None
    assert cell.rate.n == 3


@pytest.mark.parametrize(("even", "level"), [(False, "good"), (True, "warn")])
def test_even_arrivals_are_told_from_poisson(folder: Path, even: bool, level: str) -> None:
    directory = two_variants(folder, even=even, experiment={"replicas": [1], "blocks": 1}).write()
    arrivals = next(check for check in analyse(directory).checks if check.subject == "Arrivals")
    assert arrivals.level == level


def test_checks_name_what_a_reader_should_know(folder: Path) -> None:
    directory = two_variants(
        folder,
        experiment={"replicas": [1], "blocks": 1, "warm": False},
        fingerprint={"quota": {"kind": "none"}, "host": {"cores": 2}},
        findings=("The host was busy.",),
        warnings=("Time ran backwards.",),
    ).write()
    analysis = analyse(directory)
    said = {check.subject: check for check in analysis.checks}
    assert analysis.cores == 2
    assert "not in force" in said["CPU quotas"].seen
    assert said["CPU quotas"].level == "warn"
    assert said["Preflight"].seen == "The host was busy."
    assert said["Trials warned"].seen == "Time ran backwards. (2 trials)"
    assert "emptied" in said["Cache"].seen


def test_a_trial_without_any_answer_does_not_trip_it(folder: Path) -> None:
    directory = two_variants(folder, experiment={"replicas": [1], "blocks": 1}).write()
    trial = next(iter(directory.trials()))
    dead = {"index": 80, "verdict": "FAIL", "latency_ms": {}, "slo_percentile_ms": 0.0, "rate_achieved": 0.0}
    directory.add_trial(trial.model_copy(update={**dead, "purpose": "bracket", "endpoints": (), "requests": 0}))
    assert np.isnan([t.p50 for t in analyse(directory).trials]).sum() == 1


def test_failures_are_beyond_any_limit_and_latencies_those_of_successes(folder: Path) -> None:
    directory = two_variants(folder, experiment={"replicas": [1], "blocks": 1}).write()
    for trial in directory.trials():
        wrong = tuple(
            record.model_copy(update={"error": "check failed"}) if record.second % 2 else record
            for record in trial.endpoints
        )
        failed = sum(r.count for r in wrong if r.failure and trial.warmup_cut_s <= r.second < trial.duration_s)
        changed = {"endpoints": wrong, "errors": {"check failed": failed, "dropped": 3}, "slo_percentile_ms": None}
        directory.add_trial(trial.model_copy(update=changed))
    analysis = analyse(directory)
    cell = analysis.cells[0]
    assert cell.slo_latency == math.inf
    assert cell.p95 is not None
    assert cell.p95 < 1000
    assert {kind for view in cell.endpoints for kind in view.kinds} == {"check failed"}
    assert sum(view.errors for view in cell.endpoints) == cell.errors["check failed"]
    assert cell.availability is not None
    assert 0.3 < cell.availability < 0.7
    assert all(math.isinf(trial.slo_latency) for trial in analysis.trials)
    page = html(analysis)
    assert "× check failed" in page
    assert "Infinity" not in page
    assert ">inf<" not in page


def test_no_run_directory_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunDirectoryError, match="no run directory"):
        analyse(RunDirectory(tmp_path))
