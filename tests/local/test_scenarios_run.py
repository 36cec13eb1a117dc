"""Every scenario, briefly and for real: all that it asks is answered well, by each service."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from stack import stack

from scalebed import paths
from scalebed.engines.local.generator import K6Generator, K6Run
from scalebed.experiment.scenarios import Scenario, experiment, scenarios
from scalebed.experiment.workloads import workloads
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import CheckCount
from scalebed.provision.k6 import ensure_k6
from scalebed.records.run_directory import RunDirectory

pytestmark = [pytest.mark.xdist_group("scenarios"), pytest.mark.timeout(300)]

CONTACTS = 3000
SERVICES = ("naive", "optimized", "fastapi")
ENDPOINTS = {
    "01": {"health"},
    "02": {"json"},
    "03": {"echo"},
    "04": {"cpu"},
    "05": {"detail"},
    "06": {"list", "next"},
    "07": {"create", "patch", "delete"},
    "08": {"detail", "list", "next", "filter", "search", "create", "patch"},
    "09": {"deep-page", "next"},
    "10": {"page"},
    "11": {"bulk"},
    "12": {"transfer"},
    "13": {"detail"},
    "14": {"detail"},
    "15": {"token", "me"},
    "16": {"aggregate"},
    "17": {"search"},
    "18": {"token", "me", "detail", "patch", "read-back"},
    "19": {"detail", "list", "next", "filter", "search"},
    "20": {"detail", "list", "next", "filter", "search"},
    "classic": {"detail", "list", "next", "filter", "search", "create", "patch"},
}
CHECKS = {"12": "the sum of all points is what it was", "18": "what was changed is read back"}


@pytest.fixture(scope="module")
def urls() -> Iterator[Mapping[str, str]]:
    with stack({name: {} for name in SERVICES}, contacts=CONTACTS, cluster="scenarios") as running:
        yield running


@pytest.fixture(scope="module")
def k6() -> Path:
    return ensure_k6(Path(os.environ["SCALEBED_CACHE"]), paths.ROOT / "loadtest" / "extension")


def brief(scenario: Scenario) -> Load:
    """A few seconds of the scenario in its own model; few users, as nothing is measured."""
    spec = experiment(scenario)
    if spec.kind != "closed":
        return Load(spec.workload, 10.0, 3.0, 20, 7, CONTACTS)
    # One session gets further than several, which all begin with a password's hash.
    users, seconds = (3, 3.0) if scenario.key in {"19", "classic"} else (1, 6.0)
    stages = tuple((max(stage.users // 25, 1), 1.0) for stage in spec.stages)
    return Load(spec.workload, 0.0, seconds, users, 7, CONTACTS, concurrency=users, stages=stages)


def begin(k6: Path, logs: Path, url: str, load: Load) -> K6Run:
    return K6Generator(k6, paths.ROOT / "loadtest" / "k6", logs).start(Target(url, (), ("service",), None), load)


def answered(run: K6Run) -> Counter[tuple[str, int]]:
    """Responses by endpoint and status, when the load is over."""
    counted: Counter[tuple[str, int]] = Counter()
    while True:
        over = run.finished
        endpoints, seconds = run.poll(0.5)
        for line in endpoints:
            counted[line.endpoint, line.status] += line.count
        if over and not endpoints and not seconds:
            return counted


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.name)
def test_a_scenario_is_answered_well(urls: Mapping[str, str], k6: Path, tmp_path: Path, scenario: Scenario) -> None:
    """By every service at once, as nothing is measured."""
    load = brief(scenario)
    for run in [begin(k6, tmp_path / service, url, load) for service, url in urls.items()]:
        counted = answered(run)
        assert run.failure is None
        assert {status // 100 for _, status in counted} == {2}
        assert {endpoint for endpoint, _ in counted} <= ENDPOINTS[scenario.key]
        assert sum(counted.values()) >= (1 if scenario.key == "11" else 5)
        if scenario.key in CHECKS:
            (check,) = run.checks
            assert (check.check, check.failed) == (CHECKS[scenario.key], 0)
            assert check.passed >= 1
        else:
            assert run.checks == ()


def test_who_shows_a_token_never_hashes_a_password(urls: Mapping[str, str], k6: Path, tmp_path: Path) -> None:
    """Many users in an open model, each new to the service: what `verify` measures is verifying, from the first on."""
    for service, url in urls.items():
        counted = answered(begin(k6, tmp_path / service, url, Load("verify", 40.0, 3.0, 60, 7, CONTACTS)))
        assert counted.keys() == {("me", 200)}
        assert counted["me", 200] > 60


def test_the_checks_are_those_that_the_workloads_make() -> None:
    assert {name[:2] for name, workload in workloads().items() if workload.asserts and name != "ledger"} == set(CHECKS)


def test_a_sum_that_changed_is_found(urls: Mapping[str, str], k6: Path, tmp_path: Path) -> None:
    """Points that somebody else adds meanwhile look just as an update that was lost."""
    run = begin(k6, tmp_path, urls["optimized"], Load("12-transfers", 10.0, 4.0, 20, 7, CONTACTS))
    while not run.poll(0.5)[0]:
        assert not run.finished
    with httpx.Client(base_url=urls["optimized"]) as http:
        body = {
            "first_name": "A",
            "last_name": "B",
            "gender": "F",
            "phone_number": "+4930123",
            "birthday": "1990-01-01",
        }
        made = http.post("/api/contacts/", json=body | {"relationship": {"points": 7}})
        assert made.status_code == 201
        answered(run)
        http.delete(f"/api/contacts/{made.json()['id']}/")
    # Made by teardown, where no request could have been counted as failed.
    assert run.checks == (CheckCount(CHECKS["12"], 0, 1, beside=1),)


def test_one_command_sets_before_and_after_side_by_side(cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    small = ("blocks=1", "duration=4s", "rates=[5]", "dataset.contacts=500", "search.min_requests=30")
    settings = [word for each in small for word in ("--set", each)]
    # Other tests run beside it, and none of what they spoil is asked after here: there is no quiet to wait for.
    words = ("--host", "shared", *settings, "--out", str(out))
    command = [sys.executable, "-m", "scalebed", "scenario", "12", *words]
    env = os.environ | {"SCALEBED_CACHE": str(cache), "COLUMNS": "200"}  # wide enough to wrap no cell
    done = subprocess.run(command, cwd=paths.ROOT, env=env, capture_output=True, text=True, check=False)
    trials = list(RunDirectory(out / "12-transfers").trials())
    assert {trial.variant for trial in trials} == {"naive", "optimized"}, done.stdout + done.stderr
    assert {(c.check, c.passed, c.failed) for trial in trials for c in trial.checks} == {(CHECKS["12"], 1, 0)}
    assert all(sum(record.replica_memory_bytes) > 10 * 2**20 for trial in trials for record in trial.usage)
    # A busy host makes trials INVALID or slow, and then there is nothing to exit with 0 for.
    verdicts = {name: {t.verdict for t in trials if t.variant == name} - {"INVALID"} for name in ("naive", "optimized")}
    if all(seen == {"PASS"} for seen in verdicts.values()):
        wanted = 0
    else:
        wanted = 3 if any(not seen or "UNDECIDED" in seen - {"FAIL"} for seen in verdicts.values()) else 1
    assert done.returncode == wanted, done.stdout + done.stderr
    assert "12-transfers: 5/s" in done.stdout
    assert f"{CHECKS['12']}: {sum(trial.variant == 'naive' for trial in trials)} of " in " ".join(done.stdout.split())
    with (out / "scenarios.csv").open(encoding="utf-8") as file:
        assert [row["variant"] for row in csv.DictReader(file)] == ["naive", "optimized"]
    assert "\n## [12-transfers](12-transfers/report.md)\n" in (out / "scenarios.md").read_text(encoding="utf-8")
    assert (out / "12-transfers" / "report.md").exists()
    again = subprocess.run(command, cwd=paths.ROOT, env=env, capture_output=True, text=True, check=False)
    assert "repetitions to measure" not in again.stdout
    assert again.returncode == done.returncode
