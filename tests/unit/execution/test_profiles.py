"""Loads that go up and down over time, from the file to the report, on a simulated engine."""

from __future__ import annotations

import json

import pytest
from simulation import Behaviour, SimulatedEngine

from scalebed.engines.k6.protocol import environment
from scalebed.execution.observer import Silent
from scalebed.execution.runner import Runner
from scalebed.experiment.spec import parse_experiment
from scalebed.measurement.load import most_vus
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.report.charts.courses import course_charts

LEVELS = [
    {"rate": 20, "duration": "20s"},
    {"rate": 20, "to": 120, "duration": "10s"},
    {"rate": 120, "duration": "20s"},
    {"rate": 20, "duration": "10s"},
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[RunDirectory, SimulatedEngine]:
    keys = {
        "name": "tide", "kind": "profile", "variants": ["fast", "slow"], "blocks": 3, "profile": LEVELS,
        "slo": {"percentile": 95, "latency_ms": 500},
    }  # fmt: skip
    engine = SimulatedEngine({"fast": Behaviour(300), "slow": Behaviour(90)})
    directory = RunDirectory(tmp_path_factory.mktemp("run") / "tide")
    Runner(engine, engine.clock, directory, parse_experiment(keys, "tide.yaml"), Silent()).run()
    return directory, engine


def test_each_trial_is_asked_for_the_levels_and_all_of_its_seconds_count(
    ran: tuple[RunDirectory, SimulatedEngine],
) -> None:
    directory, engine = ran
    spec = directory.manifest().experiment
    trials = list(directory.trials())
    assert [(trial.cell, trial.warmup_cut_s, trial.duration_s) for trial in trials[:1]] == [("fast-x1", 0, 60)]
    assert len(trials) == 6
    load = next(load for load in engine.loads if load.steps)
    assert load.max_vus == most_vus(120, spec.slo)
    seeds = [[load.seed for load in engine.loads if load.steps][at : at + 2] for at in (0, 2, 4)]
    assert [len(set(block)) for block in seeds] == [1, 1, 1]
    assert len({block[0] for block in seeds}) == 3
    told = environment("http://service", load)
    assert told["STEPS"].startswith("20.0:20,25.0:1,35.0:1,")
    assert told["STEPS"].endswith(",115.0:1,120.0:20,20.0:10")
    assert "RATE" not in told
    assert "USERS" not in told


def test_the_answer_is_whether_the_slo_was_met_and_where_it_was_not(
    ran: tuple[RunDirectory, SimulatedEngine],
) -> None:
    report = Report(ran[0])
    # What was served is no more than what was asked, so that nothing is scaled, compared or limited by it.
    for cell in report.analysis.cells:
        assert (cell.ratio, cell.efficiency, cell.limit) == (None, None, None)
    assert [each.conclusion.words for each in report.conclusions] == ["yes", "no"]
    assert report.answer.startswith(
        "Asked for p95 ≤ 500 ms with 20, 20 to 120, 120 and 20 requests a second one after another at one replica: "
        "fast meets it (p95 "
    )
    assert "; slow misses it (p95 " in report.answer
    assert "slow was out of it most at " in report.answer


def test_what_was_asked_is_set_against_what_was_served(ran: tuple[RunDirectory, SimulatedEngine]) -> None:
    fast, slow = Report(ran[0]).analysis.courses
    assert [(phase.begins_s, phase.ends_s) for phase in fast.phases] == [(0, 20), (20, 30), (30, 50), (50, 60)]
    for phase, asked in zip(fast.phases, (20, 70, 120, 20), strict=True):
        assert phase.asked == asked
        assert phase.arrivals == pytest.approx(asked, rel=0.15)
        assert phase.served == pytest.approx(asked, rel=0.15)
        assert phase.seconds == 3 * (phase.ends_s - phase.begins_s)
    # It serves 90 a second and no more, and what waited is served later.
    assert slow.phases[2].arrivals == pytest.approx(120, rel=0.1)
    assert slow.phases[2].served == pytest.approx(90, rel=0.1)
    assert slow.phases[3].served > 30
    assert slow.out > fast.out
    assert slow.worst.number in (3, 4)
    assert [fast.asked[second] for second in (0, 25, 40)] == [20, pytest.approx(75), 120]


def test_report_and_document_show_it(ran: tuple[RunDirectory, SimulatedEngine]) -> None:
    directory, _ = ran
    report = Report(directory)
    path = report.write()
    page = path.read_text(encoding="utf-8")
    assert '<section id="course"><h2>Load over time</h2>' in page
    assert page.count('class="card outage"') == 2
    text = (directory.path / "report.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if line.startswith(("| fast | 1 |", "| slow | 1 |"))]
    assert sum("| 20 to 120 |" in row for row in rows) == 2
    told = json.loads(report.document(path).model_dump_json())
    assert [(row["cell"], row["rate"], row["to"]) for row in told["phases"][:2]] == [
        ("fast-x1", 20, None),
        ("fast-x1", 20, 120),
    ]


def test_the_chart_draws_what_was_asked_over_what_was_served(ran: tuple[RunDirectory, SimulatedEngine]) -> None:
    analysis = Report(ran[0]).analysis
    slo = analysis.manifest.experiment.slo
    fast, slow = course_charts(analysis.courses, slo, journeys=False)
    assert len(fast.bars) == len(fast.asked.split()) == 60
    assert fast.requests == slow.requests
    assert len(slow.out) > len(fast.out)
    # A journey is more than a request, and would stand on another scale.
    assert {chart.asked for chart in course_charts(analysis.courses, slo, journeys=True)} == {""}
