"""Every scenario, briefly and for real: all that it asks is answered well, by each service."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from scalebed import places
from scalebed.engines.local.generator import K6Generator, K6Run
from scalebed.engines.local.k6_build import ensure_k6
from scalebed.engines.local.stack import stack
from scalebed.ports import CheckCount, Load, Target
from scalebed.scenarios import Scenario, experiment, scenarios
from scalebed.workloads import workloads

pytestmark = [pytest.mark.xdist_group("scenarios"), pytest.mark.timeout(300)]

CONTACTS = 3000
SERVICES = ("naive", "optimized")
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
    return ensure_k6(Path(os.environ["SCALEBED_CACHE"]), places.ROOT / "loadtest" / "extension")


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
    return K6Generator(k6, places.ROOT / "loadtest" / "k6", logs).start(Target(url, (), ("service",), None), load)


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


def test_the_checks_are_those_that_the_workloads_make() -> None:
    assert {name[:2] for name, workload in workloads().items() if workload.asserts} == set(CHECKS)


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
    assert run.checks == (CheckCount(CHECKS["12"], 0, 1),)
