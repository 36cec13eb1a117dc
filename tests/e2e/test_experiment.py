"""An experiment on the cluster: the testbed deploys, loads, judges and leaves the release as it was."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from disturbance import disturbed

from scalebed.records.run_directory import RunDirectory
from tests.e2e import release
from tests.e2e.cluster import APP, CONTEXT, LOAD, helm, kubectl, ready_pods, run, until

pytestmark = pytest.mark.alone

RATES = (20, 40)

POOLERS = (
    "[fastapi, {name: pooled, service: naive, pooler: {mode: session, size: 5}}, "
    "{name: direct, service: naive, pooler: 'off'}]"
)


LEVELS = "[{rate: 10, duration: 10s}, {rate: 10, to: 50, duration: 10s}, {rate: 50, duration: 10s}]"


def _measured(place: Path, variants: str, *asked: str, workload: str = "browse") -> RunDirectory:
    settings = (
        f"variants={variants}", *asked, f"workload={workload}", f"dataset.contacts={release.CONTACTS}",
        "cpu_per_replica=0.5",
    )  # fmt: skip
    given = [word for setting in settings for word in ("--set", setting)]
    run(
        "./scripts/scalebed", "run", "smoke", "--engine", "kubernetes", "--context", CONTEXT, *given,
        "--out", str(place), limit_s=900,
        codes=(0, 3),  # where the host spoils a rate three times, there is no valid answer
    )  # fmt: skip
    return RunDirectory(place)


def _at(rates: Sequence[int], seconds: int) -> tuple[str, ...]:
    return "kind=fixed-rate", f"rates={list(rates)}", f"duration={seconds}s"


@pytest.mark.usefixtures("installed")
def test_an_experiment_adopts_the_release_and_gives_it_back(tmp_path: Path) -> None:
    release.bring()
    before = helm("get", "values", release.NAME, "--namespace", APP)

    directory = _measured(tmp_path / "run", "[optimized]", *_at(RATES, 20))

    made = list(directory.trials())
    assert {t.verdict for t in made if not disturbed(t)} <= {"PASS"}
    # Beside a disturbance what does not pass is INVALID, and made again; what passes is made again, but counts.
    counting = {t.rate_asked: t for t in sorted(made, key=disturbed, reverse=True) if t.verdict == "PASS"}
    trials = [counting[rate] for rate in sorted(counting)]
    assert [trial.rate_asked for trial in trials] == list(RATES)
    for trial in trials:
        counted = trial.rate_asked * (trial.duration_s - trial.warmup_cut_s)
        # A Poisson number: within five standard deviations of its mean.
        assert abs(trial.requests - counted) < 5 * counted**0.5
        assert not trial.errors
        for part in ("service", "database", "generator"):
            assert trial.cpu_s_per_request[part] > 0
        (start_s,) = trial.start_up_s
        assert 0 < start_s < 120
    assert {"k6", "optimized", "postgres"} <= directory.manifest().fingerprint["images"].keys()
    assert "optimized" in (tmp_path / "run" / "report.md").read_text(encoding="utf-8")

    assert helm("get", "values", release.NAME, "--namespace", APP) == before
    until("the pod that was there before", lambda: len(ready_pods("optimized")) == 1, 120)
    assert not kubectl("--namespace", LOAD, "get", "testruns", "--output", "name").strip()


@pytest.mark.usefixtures("installed")
def test_a_load_that_goes_up_over_time_comes_level_by_level(tmp_path: Path) -> None:
    """From two runners, each with its half of every level."""
    release.bring()

    directory = _measured(tmp_path / "run", "[optimized]", "kind=profile", f"profile={LEVELS}")

    made = list(directory.trials())
    assert {t.verdict for t in made if not disturbed(t)} <= {"PASS"}
    # What is INVALID for what disturbed it was sent as well.
    for trial in made:
        assert trial.duration_s == 30
        came = Counter[int]()
        for second in trial.generator:
            came[min(second.second // 10, 2)] += second.arrivals + second.dropped
        for level, mean in enumerate((100, 300, 500)):
            # Poisson numbers: within five standard deviations, and what a runner began early or late by.
            assert abs(came[level] - mean) < 5 * mean**0.5 + mean / 10, (level, came)
    if any(trial.verdict == "PASS" for trial in made):
        assert "## Load over time" in (tmp_path / "run" / "report.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("installed")
@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_the_peer_and_every_way_to_postgres_run_like_any_other_variant(tmp_path: Path) -> None:
    release.bring({"optimized": {"replicas": 0}})

    trials = _measured(tmp_path / "run", POOLERS, *_at([10], 10), workload="05-single-read").trials()

    passed = {trial.variant: trial for trial in trials if not disturbed(trial) and trial.verdict == "PASS"}
    assert passed.keys() == {"fastapi", "pooled", "direct"}
    pooler = {name: trial.cpu_s_per_request["pooler"] for name, trial in passed.items()}
    # naive connects for every request: to PgBouncer, which then has to do, or past it.
    assert pooler["direct"] < pooler["pooled"] / 2
    assert passed["direct"].cpu_s_per_request["database"] > 2 * passed["pooled"].cpu_s_per_request["database"]
