"""The outcomes of scenarios: figures over blocks, ratios to the first, and what was checked."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from recorded import manifest, repetition, trial
from rich.console import Console

from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.histograms import encode, of_values
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.report.scenarios.outcome_tables import combined_markdown, side_by_side
from scalebed.report.scenarios.outcomes import COLUMNS, Outcome, combined_csv

MIB = 2**20


def spec(**keys: object) -> Experiment:
    given = {
        "name": "10-n-plus-one", "workload": "10-n-plus-one", "kind": "fixed-rate", "rates": [5], "duration": "15s",
        "search": {"min_requests": 30},
        "variants": ["naive", "optimized"], "blocks": 3, "advice": "Join what you show.", **keys,
    }  # fmt: skip
    return parse_experiment({key: value for key, value in given.items() if value is not None}, "tried")


def recorded(path: Path, experiment: Experiment, *trials: dict[str, object]) -> Outcome:
    directory = RunDirectory(path)
    directory.create(manifest(experiment))
    for keys in trials:
        written = trial(purpose=experiment.kind, **{"cell": f"{keys['variant']}-x1", **keys})
        directory.add_trial(written)
        directory.add_repetition(repetition(written.block, written.cell, outcome="measured", capacity=None))
    return Report(directory).scenario()


def measured(variant: str, block: int, p95: float, cpu_s: float, **more: object) -> dict[str, object]:
    return {
        "variant": variant, "block": block, "latency_ms": {"p50": p95 / 2, "p95": p95}, "rate_achieved": 5.0,
        "cpu_s_per_request": {"service": cpu_s, "database": 0.001}, "requests": 60, "errors": {}, **more,
    }  # fmt: skip


@pytest.fixture
def pair(tmp_path: Path) -> Outcome:
    before = [measured("naive", block, 200 + block, 0.08 + 0.001 * block) for block in range(3)]
    after = [measured("optimized", block, 20 + block, 0.004 + 0.00005 * block) for block in range(3)]
    return recorded(tmp_path / "run", spec(), *before, *after)


def test_figures_and_ratios_are_over_blocks(pair: Outcome) -> None:
    naive, optimized = pair.rows
    assert naive.figures["p95_ms"].estimate == pytest.approx(201, abs=0.5)
    assert naive.figures["p95_ms"].n == 3
    assert not naive.ratios
    ratio = optimized.ratios["cpu_ms_service"]
    assert ratio.estimate == pytest.approx(0.05)
    assert ratio.lower is not None
    assert (naive.slo, optimized.requests, optimized.failed) == ("met", 180, ())


def test_ratios_are_to_the_base_that_is_named(tmp_path: Path, pair: Outcome) -> None:
    turned = Report(RunDirectory(tmp_path / "run")).scenario("optimized")
    assert [row.variant for row in turned.rows] == ["optimized", "naive"]
    assert not turned.base.ratios
    to_naive, to_optimized = (each.rows[1].ratios["cpu_ms"].estimate for each in (pair, turned))
    assert to_optimized == pytest.approx(1 / to_naive)


def test_side_by_side_names_both_and_their_ratio(pair: Outcome) -> None:
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(side_by_side(pair))
    said = console.export_text()
    assert said.startswith("10-n-plus-one: 5/s")
    for text in ("naive", "optimized", "p95, ms", "CPU service, ms/request", "0.05", "SLO", "met"):
        assert text in said


def test_all_together_begin_with_what_each_costs_and_what_to_do(pair: Outcome) -> None:
    text = combined_markdown([pair, pair], "./scripts/scalebed scenario 10")
    assert "./scripts/scalebed scenario 10" in text
    overview = [line for line in text.splitlines() if line.startswith("| 10-n-plus-one | 5/s ")]
    assert len(overview) == 2
    assert overview[0].endswith(" 0.0616 (0.0612–0.0619) | Join what you show. |")


def test_what_no_clone_measured_names_its_version(pair: Outcome) -> None:
    assert "commit 0f1e2d3c." in combined_markdown([pair], "scalebed scenario 10")
    without = pair.manifest.model_copy(update={"fingerprint": {"commit": None}})
    text = combined_markdown([replace(pair, manifest=without)], "scalebed scenario 10")
    assert "Scalebed 0.1.0." in text
    assert "commit" not in text


def test_each_has_a_table_of_its_own(pair: Outcome) -> None:
    text = combined_markdown([pair], "./scripts/scalebed scenario 10")
    _, section = text.split("## [10-n-plus-one](10-n-plus-one/report.md)")
    assert "Isolates related rows" in section
    assert "At 5/s. Join what you show." in section
    head, _, naive, optimized = (line for line in section.splitlines() if line.startswith("|"))
    assert {line.count("|") for line in (head, naive, optimized)} == {11}
    assert naive.startswith("| naive | 5.00 (5.00–5.00) | 201 (199–203) | 1 |")
    assert optimized.startswith("| optimized | 5.00 (5.00–5.00) | 21.0 (18.6–23.6) | 0.104 (")


def test_users_who_wait_get_more_or_less_answered(tmp_path: Path) -> None:
    crowd = spec(kind="closed", rates=None, users=4, duration="20s", blocks=2)
    before = [measured("naive", block, 20, 0.01) for block in range(2)]
    after = [{**measured("optimized", block, 20, 0.01), "rate_achieved": 10.0} for block in range(2)]
    found = combined_markdown([recorded(tmp_path / "run", crowd, *before, *after)], "scenario")
    assert "| Variant | served, requests/s | ratio | p95, ms | ratio |" in found
    assert "\n| optimized | 10.0 | ≈ 2.0 | 20.0 | ≈ 1.00 |" in found


def test_variants_that_differ_by_scenario_have_no_common_overview(pair: Outcome, tmp_path: Path) -> None:
    other = recorded(tmp_path / "other", spec(variants=["naive"]), measured("naive", 0, 9, 0.01))
    text = combined_markdown([pair, other], "scenario")
    assert "What to do about it" not in text
    assert text.count("## [10-n-plus-one]") == 2
    assert "| ratio |" not in text.split("## [10-n-plus-one]")[2]


def test_the_spreadsheet_has_a_line_for_each_variant(pair: Outcome) -> None:
    lines = list(csv.DictReader(io.StringIO(combined_csv([pair]))))
    assert tuple(lines[0]) == COLUMNS
    assert [line["variant"] for line in lines] == ["naive", "optimized"]
    assert float(lines[1]["cpu_ms_service_ratio"]) == pytest.approx(0.05)
    assert lines[0]["cpu_ms_service_ratio"] == ""
    assert float(lines[0]["p95_ms_lower"]) < float(lines[0]["p95_ms"]) < float(lines[0]["p95_ms_upper"])


def test_a_check_that_failed_is_told_and_counted(tmp_path: Path) -> None:
    sum_kept = "the sum of all points is what it was"
    transfers = spec(workload="12-transfers", blocks=2)
    right, wrong = ({"check": sum_kept, "passed": 1 - n, "failed": n} for n in (0, 1))
    naive, optimized = recorded(
        tmp_path / "run", transfers,
        measured("naive", 0, 9, 0.01, checks=[right]), measured("naive", 1, 9, 0.01, checks=[right]),
        measured("optimized", 0, 9, 0.01, checks=[right]), measured("optimized", 1, 9, 0.01, checks=[wrong]),
    ).rows  # fmt: skip
    assert (naive.checks, naive.failed) == ((f"{sum_kept}: 2 of 2",), ())
    assert optimized.failed == (f"{sum_kept}: 1 of 2",)


def test_a_workload_that_checks_must_have_checked(tmp_path: Path) -> None:
    (row, _) = recorded(tmp_path / "run", spec(workload="18-session"), measured("naive", 0, 9, 0.01)).rows
    assert row.failed == ("nothing was checked, although the workload does",)


def test_invalid_trials_do_not_count(tmp_path: Path) -> None:
    spoiled = measured("naive", 0, 900, 0.5, verdict="INVALID", reasons=["The host was busy."])
    naive, optimized = recorded(
        tmp_path / "run", spec(), spoiled, measured("naive", 0, 9, 0.01, index=1),
        {**spoiled, "variant": "optimized"},
    ).rows  # fmt: skip
    assert naive.figures["p95_ms"].estimate == pytest.approx(9)
    assert (optimized.slo, optimized.figures) == ("INVALID", {})
    assert optimized.failed == ("no valid trial: The host was busy.",)


def test_a_leak_is_a_failed_check(tmp_path: Path) -> None:
    def usage(growth: float) -> list[dict[str, object]]:
        return [
            {
                "at_s": at, "interval_s": 1, "cpu_s": {}, "throttled_s": {}, "memory_bytes": {}, "host_busy_s": 0,
                "host_steal_s": 0, "replica_memory_bytes": [int((80 + growth * at / 60) * MIB)],
            }
            for at in range(480)
        ]  # fmt: skip

    still, leaking = recorded(
        tmp_path / "run", spec(workload="20-long-running", duration="8m", blocks=1),
        measured("naive", 0, 9, 0.01, duration_s=480, usage=usage(0)),
        measured("optimized", 0, 9, 0.01, duration_s=480, usage=usage(2)),
    ).rows  # fmt: skip
    assert still.checks == ("memory of each replica +0.00 MiB/min (+0.00 to +0.00): no leak",)
    assert not still.failed
    assert leaking.failed[0].startswith("memory of each replica +2.00 MiB/min (")
    assert leaking.failed[0].endswith(": leak")


def test_stages_are_told_apart(tmp_path: Path) -> None:
    stages = [{"users": 10, "duration": "2s"}, {"users": 100, "duration": "2s"}, {"users": 10, "duration": "2s"}]
    spike = spec(kind="closed", workload="19-spike", rates=None, duration=None, stages=stages, blocks=1)
    endpoints = [
        {"second": s, "endpoint": "detail", "status": 200, "count": 50, "histogram": encode(of_values([ms] * 50))}
        for s, ms in enumerate([10.0, 10.0, 500.0, 500.0, 20.0, 20.0])
    ]
    found = recorded(tmp_path / "run", spike, measured("naive", 0, 9, 0.01, endpoints=endpoints))
    assert found.load == "10, 100 and 10 users (closed)"
    assert found.rows[0].checks == ("p95 10.0 ms with 10, 500 ms with 100, 20.0 ms with 10 users",)
    assert found.rows[1].slo == "not measured"
