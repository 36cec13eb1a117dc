"""What makes a figure mean less stands wherever the figure does."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from synthetic import FINGERPRINT, NAIVE, OPTIMIZED, Synthetic

from scalebed.measurement.causes import Cause, Kind
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.report.findings.analysis import analyse
from scalebed.report.scenarios.outcome_tables import combined_markdown, side_by_side
from scalebed.report.scenarios.outcomes import combined_csv

SERVICES = {"naive": NAIVE, "optimized": OPTIMIZED}
FOREIGN = Cause(kind=Kind.FOREIGN_CPU, sentence="Other programs used 0.52 cores (0.20 allowed): let the host rest.")
SPEC = {"variants": list(SERVICES), "replicas": [1], "blocks": 1, "search": {"precision": 0.5}}

MATRIX = {"kind": "matrix", "matrix": {"variants": list(SERVICES)}, "rate": 3, "duration": 8}


def written(folder: Path, spec: Mapping[str, Any] = SPEC, **more: Any) -> RunDirectory:
    return Synthetic(folder, SERVICES, spec, **more).write()


def trials_with(directory: RunDirectory, variant: str = "", **update: object) -> RunDirectory:
    for trial in list(directory.trials()):
        if variant in ("", trial.variant):
            directory.add_trial(trial.model_copy(update=update))
    return directory


def ended(directory: RunDirectory, cell: str, **update: object) -> RunDirectory:
    for repetition in list(directory.repetitions()):
        if repetition.cell == cell:
            directory.add_repetition(repetition.model_copy(update=update))
    return directory


def shown(renderable: object) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(renderable)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def surfaces(directory: RunDirectory) -> dict[str, str]:
    Report(directory).write()
    files = {
        name: (directory.path / name).read_text() for name in ("report.md", "report.html", "cells.csv", "junit.xml")
    }
    return {**files, "answer": Report(directory).answer, "terminal": shown(Report(directory).table)}


def test_a_run_as_it_should_be_has_none(folder: Path) -> None:
    directory = written(folder)
    assert Report(directory).caveats == ()
    assert "mind" not in shown(Report(directory).table)


@pytest.mark.parametrize(
    ("kind", "more", "spec"),
    [
        ("no quota", {"fingerprint": {**FINGERPRINT, "quota": {"kind": "none"}}}, SPEC),
        ("cold cache", {}, {**SPEC, "warm": False}),
        ("cold cache", {}, {**SPEC, "workload": "07-write"}),  # it is emptied with the rows that are put back
        ("fewer blocks", {"repetitions": 3}, {**SPEC, "blocks": 2}),
    ],
)
def test_what_the_manifest_tells_stands_everywhere(
    folder: Path, kind: str, more: dict[str, Any], spec: dict[str, Any]
) -> None:
    directory = written(folder, spec, **more)
    (caveat,) = Report(directory).caveats
    assert caveat.kind == kind
    seen = surfaces(directory)
    said = "This run is partial" if kind == "fewer blocks" else caveat.sentence
    assert said in seen.pop("answer")
    assert {name: kind in text for name, text in seen.items()} == dict.fromkeys(seen, True)
    assert caveat.sentence in seen["junit.xml"]
    assert ("emptied before each trial" in seen["report.md"]) == (kind == "cold cache")


def test_beside_a_disturbance_figures_have_no_cpu_and_say_why(folder: Path) -> None:
    directory = trials_with(written(folder), "optimized", causes=(FOREIGN,), foreign_cores=0.52)
    (caveat,) = Report(directory).caveats
    assert (caveat.kind, caveat.cells) == ("busy host", ("optimized-x1",))
    assert "Other programs used up to 0.52 cores" in caveat.sentence
    naive, optimized = analyse(directory).cells
    assert naive.cpu_ms
    assert naive.limit
    assert optimized.rate is not None, "what passed counts"
    assert (optimized.cpu_ms, optimized.limit, optimized.quota_share, optimized.utilisation) == ({}, None, None, {})
    seen = surfaces(directory)
    assert caveat.sentence in seen.pop("answer")
    assert {name: "busy host" in text for name, text in seen.items()} == dict.fromkeys(seen, True)


def test_a_service_that_an_overload_left_broken_is_told_everywhere(folder: Path) -> None:
    """As one whose pool was lost: in its second block all fails after the trial that was too much."""
    directory = written(folder, {**SPEC, "blocks": 2})
    block = sorted((t for t in directory.trials() if (t.variant, t.block) == ("naive", 1)), key=lambda t: t.index)
    overload = next(t for t in block if t.verdict == "FAIL")
    after = [overload.index + n for n in (1, 2, 3)]
    for index, rate in zip(after, (3.0, 2.0, 1.0), strict=True):
        refused = {"verdict": "FAIL", "rate_asked": rate, "requests": 20, "errors": {"5xx": 20}, "index": index}
        directory.add_trial(overload.model_copy(update=refused))
    for trial in block:
        if trial.index > after[-1]:
            directory.add_trial(trial.model_copy(update={**refused, "index": trial.index}))
    ended(directory, "naive-x1", note="So.")
    caveat = next(each for each in Report(directory).caveats if each.kind == "did not recover")
    assert caveat.cells == ("naive-x1",)
    assert " in block 2: every request failed in the " in caveat.sentence
    assert "after that, down to 1.00 a second, though it has carried " in caveat.sentence
    seen = surfaces(directory)
    assert {name: "did not recover" in text for name, text in seen.items()} == dict.fromkeys(seen, True)


def test_a_lower_bound_stands_everywhere_and_is_no_point(folder: Path) -> None:
    directory = trials_with(written(folder), "optimized", causes=(FOREIGN,))
    told = {"outcome": "at least", "capacity": None, "lower": 507.0, "upper": None, "again": False, "note": "So."}
    ended(directory, "optimized-x1", **told)
    naive, optimized = analyse(directory).cells
    assert (optimized.state, optimized.rate, optimized.ratio, optimized.least) == ("at least", None, None, 507)
    assert naive.rate is not None
    seen = surfaces(directory)
    assert "507" in seen.pop("cells.csv")
    assert "at least 507 requests a second" in seen["answer"]
    assert "at least 507 requests a second" in seen["junit.xml"]
    assert "at least 507" in " ".join(seen["terminal"].replace("at least", "at least 507").split())
    assert {name: "at least" in text and "507" in text for name, text in seen.items()} == dict.fromkeys(seen, True)


def test_where_nothing_but_bounds_is_known_the_answer_is_the_bounds(folder: Path) -> None:
    directory = trials_with(written(folder), causes=(FOREIGN,))
    for cell, lower in (("naive-x1", 3.5), ("optimized-x1", 507.0)):
        ended(directory, cell, outcome="at least", capacity=None, lower=lower, upper=None)
    said = Report(directory).answer
    assert "naive serves at least 3.50 requests a second" in said
    assert "optimized serves at least 507 requests a second" in said
    assert "×" not in said


def test_rough_figures_say_so_everywhere_and_are_not_compared(folder: Path) -> None:
    directory = trials_with(written(folder), "optimized", causes=(FOREIGN,), foreign_cores=0.52, rough=True)
    (caveat,) = Report(directory).caveats
    assert (caveat.kind, caveat.cells) == ("rough", ("optimized-x1",))
    _, optimized = analyse(directory).cells
    assert optimized.rate is not None
    assert optimized.cpu_ms
    assert optimized.ratio is None
    seen = surfaces(directory)
    assert caveat.sentence in seen["answer"]
    assert "×" not in seen.pop("answer")
    assert {name: "rough" in text for name, text in seen.items()} == dict.fromkeys(seen, True)


@pytest.mark.parametrize("variant", ["", "naive", "optimized"])
def test_a_comparison_refuses_what_is_rough(folder: Path, variant: str) -> None:
    spec = {**MATRIX, "blocks": 3}
    directory = trials_with(written(folder, spec), variant, causes=(FOREIGN,), foreign_cores=0.52, rough=True)
    (comparison,) = analyse(directory).comparisons
    measures = [compared for row in comparison.rows for compared in row.measures.values()]
    assert measures
    assert all(compared.ratio is None and compared.differs is None for compared in measures)
    seen = surfaces(directory)
    assert "nothing is compared" in seen["answer"]
    assert "no variant is known to differ" not in seen["answer"]
    assert {name: "rough" in text for name, text in seen.items()} == dict.fromkeys(seen, True)
    assert "rough" in (directory.path / "comparison.csv").read_text()


def test_a_comparison_takes_no_figures_from_beside_a_disturbance(folder: Path) -> None:
    spec = {**MATRIX, "blocks": 2}
    directory = trials_with(written(folder, spec), "optimized", causes=(FOREIGN,))
    (comparison,) = analyse(directory).comparisons
    assert [bool(row.measures) for row in comparison.rows] == [True, False]
    assert "took CPU in 2 blocks" in comparison.rows[1].note


@pytest.mark.parametrize("rough", [True, False])
def test_scenarios_compare_only_what_is_neither_rough_nor_disturbed(folder: Path, rough: bool) -> None:
    spec = {
        "variants": list(SERVICES),
        "kind": "fixed-rate",
        "rates": [4],
        "duration": 8,
        "blocks": 1,
        "search": {"min_requests": 30},
    }
    directory = trials_with(written(folder, spec), "optimized", causes=(FOREIGN,), rough=rough)
    found = Report(directory).scenario()
    (row,) = found.others
    kind = "rough" if rough else "busy host"
    assert (row.ratios, bool(row.figures), [caveat.kind for caveat in row.caveats]) == ({}, rough, [kind])
    assert row.slo == "met"
    for text in (shown(side_by_side(found)), combined_markdown([found], "x"), combined_csv([found])):
        assert kind in text


def test_users_beside_a_disturbance_are_served_at_least_so_many(folder: Path) -> None:
    spec = {"variants": list(SERVICES), "kind": "closed", "users": 4, "duration": 8, "blocks": 1}
    directory = trials_with(written(folder, spec), "optimized", causes=(FOREIGN,))
    naive, optimized = analyse(directory).cells
    assert naive.rate is not None
    assert (optimized.state, optimized.rate) == ("at least", None)
    assert optimized.least == pytest.approx(max(t.rate_achieved for t in directory.trials()))
