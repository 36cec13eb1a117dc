"""How replicas followed a load: what the report makes of a recorded trial."""

from pathlib import Path

import pytest
from recorded import experiment, repetition, trial

from scalebed.histograms import encode, of_values
from scalebed.plan import plan
from scalebed.report import answer, write_report
from scalebed.report.followings import draw, followings, load_curve, sentences
from scalebed.results import Manifest, RunDirectory, Trial
from scalebed.spec import Experiment

GOOD, BAD = encode(of_values([20.0] * 10)), encode(of_values([5000.0] * 10))
SECONDS = 60


def spec(**more: object) -> Experiment:
    keys: dict[str, object] = {
        "kind": "hpa", "engine": "kubernetes", "variants": ["optimized"], "blocks": 1,
        "autoscaler": {"max_replicas": 2}, "capacity_per_replica": {"optimized": 25},
        "profile": [{"rate": 5, "duration": "20s"}, {"rate": 50, "duration": "40s"}], **more,
    }  # fmt: skip
    return experiment(**keys)


def look(at: float, replicas: int, metric: float = 0.5) -> dict[str, object]:
    counts = dict.fromkeys(("desired", "scheduled", "started", "ready", "receiving"), replicas)
    return {"at_s": at, "metric": metric, **counts}


def scaled(**more: object) -> Trial:
    """The second replica comes 10 s after the load rose, and the SLO is broken until then."""
    keys: dict[str, object] = {
        "cell": "optimized-hpa", "variant": "optimized", "purpose": "closed", "rate_asked": 0.0, "duration_s": SECONDS,
        "warmup_cut_s": 1,
        "endpoints": [
            {"second": s, "endpoint": "list", "status": 200, "count": 10, "histogram": BAD if 20 <= s < 30 else GOOD}
            for s in range(SECONDS)
        ],
        "supply": [look(float(s), 1 if s < 30 else 2, 2.0 if 22 <= s < 30 else 0.5) for s in range(SECONDS)], **more,
    }  # fmt: skip
    return trial(**keys)


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


def test_the_picture_spans_the_trial() -> None:
    (found,) = followings(spec(), [scaled()])
    picture = draw(found)
    assert picture.load == "0,162 33.33,162 33.33,0 100,0"
    assert picture.receiving.split()[:2] == ["0,90", "1.67,90"]
    assert picture.receiving.endswith(" 100,0")
    assert len(picture.out) == 10
    assert picture.highest == 2
    assert "10 of 60 seconds were out of the SLO" in picture.alt


def test_a_sentence_for_each_cell() -> None:
    told = sentences(followings(spec(), [scaled(), scaled(block=1)]))
    assert len(told) == 1
    assert told[0].startswith("optimized-hpa: 20 of 120 seconds were out of the SLO, at 90 replica-seconds a trial")
    assert "received requests 10 s after the load rose" in told[0]
    assert "τU 0.17" in told[0]


def test_the_report_has_the_timeline(tmp_path: Path) -> None:
    asked = spec()
    directory = RunDirectory(tmp_path / "run")
    order = tuple((step.block, step.cell.id) for step in plan(asked))
    directory.create(
        Manifest(scalebed_version="0.1.0", experiment=asked, order=order, fingerprint={}, started="2026-01-02T03:04:05")
    )
    directory.add_trial(scaled())
    directory.add_repetition(repetition(0, "optimized-hpa", capacity=None, outcome="measured"))
    html = write_report(directory).read_text()
    assert 'id="following"' in html
    assert "10 of 60 seconds were out of the SLO" in html
    markdown = (directory.path / "report.md").read_text()
    assert "| optimized-hpa | 0 | 20 | 2 | 8 | 0 | 0 | 0 | 0 | 10 | 90 | 10 of 60 |" in markdown
    assert "With 5 and 50 requests a second under an autoscaler, optimized answers" in answer(directory)
