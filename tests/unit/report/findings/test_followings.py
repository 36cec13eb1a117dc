"""How replicas followed a load: what the report makes of a recorded trial."""

import csv
from pathlib import Path

import pytest
from recorded import repetition
from scaled import BROKEN, KEPT, look, scaled, spec

from scalebed.experiment.autoscaler import Autoscaler
from scalebed.experiment.plan import plan
from scalebed.records.run_directory import Manifest, RunDirectory, Trial
from scalebed.report import Report
from scalebed.report.findings.followings import followings, headline, load_curve, sentences


@pytest.mark.parametrize(
    ("up", "kubernetes", "moved"),
    [
        (1.5, "v1.35.2", None),
        ("500m", "v1.36.0", 2.0),
        (1.5, "v1.34.4", 2.0),  # it drops the field, so its own tenth is in force
        (1.5, "", 2.0),
    ],
)
def test_the_metric_moves_by_the_tolerance_for_scaling_up(up: object, kubernetes: str, moved: float | None) -> None:
    behavior = {"scaleUp": {"tolerance": up}, "scaleDown": {"tolerance": 0.0}}
    scaler = Autoscaler(max_replicas=2, behavior=behavior)
    (found,) = followings(spec().model_copy(update={"autoscaler": scaler}), [scaled()], kubernetes)
    assert found.steps[0][1].metric_moved == moved


def test_a_trial_is_told_by_what_followed_the_step() -> None:
    (found,) = followings(spec(), [scaled()])
    assert [at for at, _ in found.steps] == [20.0]
    milestones = found.steps[0][1]
    assert (milestones.metric_moved, milestones.desired, milestones.receiving) == (2.0, 10.0, 10.0)
    assert milestones.slo_met == 10.0
    assert found.seconds_out == 10
    assert found.pod_seconds == 30 + 2 * 30
    assert found.elasticity is not None
    assert found.elasticity.tau_under == pytest.approx(10 / 60)
    assert found.elasticity.theta_under == pytest.approx(10 / 60 / 2)


def test_without_what_a_replica_bears_there_is_no_accuracy() -> None:
    (found,) = followings(spec(capacity_per_replica={}), [scaled()])
    assert found.elasticity is None
    assert not found.wanted


def test_users_are_a_load_too() -> None:
    stages = [{"users": 10, "duration": "30s"}, {"users": 100, "duration": "30s"}]
    assert load_curve(spec(profile=[], stages=stages, capacity_per_replica={})) == [(0.0, 10.0), (30.0, 100.0)]


def test_a_trial_without_an_autoscaler_is_none() -> None:
    assert followings(spec(), [scaled(supply=[])]) == ()


def test_sentences_of_all_trials() -> None:
    told = sentences(spec(), followings(spec(), [scaled(), scaled(block=1)]))
    assert told[0] == (
        "20 of 120 seconds were out of the SLO, at 90 replica-seconds a trial, 75% of what 2 replicas all the time "
        "would cost."
    )
    assert told[1] == (
        "The first new replica received requests 10 s after the load rose: 2 s until the metric moved, 8 s until more "
        "were wanted."
    )
    assert told[2].startswith("There were too few replicas 17% of the time, and over all of it 8% of those needed were")


def test_variants_are_told_apart() -> None:
    told = sentences(
        spec(), followings(spec(), [scaled(), scaled(cell="naive-hpa", variant="naive", supply=[look(0.0, 1)])])
    )
    assert [text.partition(":")[0] for text in told] == ["optimized", "optimized", "optimized", "naive"]


@pytest.mark.parametrize(
    ("trials", "said"),
    [
        ([scaled()], "optimized meets the SLO again after 10 s"),
        ([scaled(), scaled(endpoints=KEPT)], "optimized meets the SLO again after 0–10 s"),
        ([scaled(endpoints=KEPT)], "optimized goes on meeting the SLO"),
        ([scaled(endpoints=BROKEN)], "optimized does not meet the SLO again before it falls"),
        (
            [scaled(), scaled(endpoints=BROKEN)],
            "optimized does not meet the SLO again before it falls after 1 of 2 rises",
        ),
    ],
)
def test_the_headline_says_what_a_rise_did(trials: list[Trial], said: str) -> None:
    told = headline(spec(), followings(spec(), trials))
    assert told == f"When the load rises from 5 to 50 requests a second, {said}."


def test_a_trial_that_was_broken_off_before_the_rise_says_nothing_of_it() -> None:
    short = scaled(duration_s=15)
    assert not headline(spec(), followings(spec(), [short]))
    both = headline(spec(), followings(spec(), [short, scaled()]))
    assert both == "When the load rises from 5 to 50 requests a second, optimized meets the SLO again after 10 s."


def test_a_load_that_never_rises_has_no_such_headline() -> None:
    level = spec(profile=[{"rate": 5, "duration": "60s"}])
    assert not headline(level, followings(level, [scaled()]))


def recorded_run(path: Path) -> RunDirectory:
    """Of one trial."""
    asked = spec()
    directory = RunDirectory(path / "run")
    order = tuple((step.block, step.cell.id) for step in plan(asked))
    directory.create(
        Manifest(scalebed_version="0.1.0", experiment=asked, order=order, fingerprint={}, started="2026-01-02T03:04:05")
    )
    directory.add_trial(scaled())
    directory.add_repetition(repetition(0, "optimized-hpa", capacity=None, outcome="measured"))
    return directory


def test_the_report_has_the_timeline(tmp_path: Path) -> None:
    directory = recorded_run(tmp_path)
    html = Report(directory).write().read_text()
    assert 'id="following"' in html
    assert "open: requests arrive whether or not earlier ones have been answered" in html
    assert "10 of 60 seconds were out of the SLO" in html
    markdown = (directory.path / "report.md").read_text()
    assert "| optimized-hpa | 0 | 20 | 2 | 8 | 0 | 0 | 0 | 0 | 10 | 90 | 10 of 60 |\n\n" in markdown
    assert (
        "When the load rises from 5 to 50 requests a second, optimized meets the SLO again after 10 s"
        in Report(directory).answer
    )


def test_the_number_of_replicas_is_told_from_the_fewest_to_the_most(tmp_path: Path) -> None:
    directory = recorded_run(tmp_path)
    html = Report(directory).write().read_text()
    assert "| optimized | 1–2 |" in (directory.path / "report.md").read_text()
    assert "1–2 replicas" in html
    (row,) = csv.DictReader((directory.path / "cells.csv").read_text(encoding="utf-8").splitlines())
    # Of a number that changes there is no share of a quota.
    assert (row["replicas"], row["quota_cores"], row["quota_share"]) == ("1-2", "0.5", "")


def test_failures_and_dropped_arrivals_are_out_of_the_slo() -> None:
    redirects = [{**second, "status": 301} if 40 <= int(str(second["second"])) < 45 else second for second in KEPT]
    (found,) = followings(spec(), [scaled(endpoints=redirects)])
    assert found.out == tuple(range(40, 45))
    dropping = [{"second": s, "arrivals": 9, "dropped": int(s == 50), "in_flight": 1, "lag_ms": 0} for s in range(60)]
    (found,) = followings(spec(), [scaled(endpoints=KEPT, generator=dropping)])
    assert found.out == (50,)
