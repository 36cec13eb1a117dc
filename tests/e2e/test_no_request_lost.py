"""What is done to a service every day loses no request, reads and writes alike; a killed pod loses a few.

A balancer may send a GET to another pod where the first closes the connection, and nobody notices. It must not do so
with a POST, which may have been done: only writes show whether a pod answers all that it has begun.
"""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from scalebed.engines.k6.summary import Summary
from tests.e2e import release
from tests.e2e.cluster import APP, kubectl, pods, ready_pods, service_labels, until
from tests.e2e.load import TestRun, load

LEAST = 20_000
"""Reads, each time."""
RATE = 200
"""Requests a second, which leave the two cores of a small node room to start pods beside them."""
LEAST_MIXED = 10_000
"""Reads and writes; of these, one in seven is a POST."""
RATE_MIXED = 100
STALL_S = 3
"""How long every answer may stand still before an arrival finds no free VU, and is dropped."""
POOLER = {"app.kubernetes.io/component": "pgbouncer"}

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("installed")]


class Steady:
    """A load on a service while something is done to it, of which every request counts."""

    def __init__(self, testrun: TestRun, least: int, *, writes: bool) -> None:
        self._testrun = testrun
        self._least = least
        self._writes = writes

    @property
    def ended(self) -> bool:
        return self._testrun.ended

    def lost_none(self) -> None:
        """Wait for the end of it."""
        summary = self._testrun.finish()
        none_lost(summary, self._least)
        if self._writes:
            requests = {each.endpoint: each.requests for each in summary.endpoints}
            assert requests["create"] + requests["transfer"] >= self._least / 10, requests
            assert min(requests["patch"], requests["delete"]) > 0, requests


@pytest.fixture(params=[pytest.param("reads", marks=pytest.mark.thorough), "writes"])
def steady(request: pytest.FixtureRequest) -> Iterator[Steady]:
    """A load on two pods."""
    release.bring({"optimized": {"replicas": 2}})
    writes = request.param == "writes"
    workload, rate, least = ("write-mix", RATE_MIXED, LEAST_MIXED) if writes else ("browse", RATE, LEAST)
    with _load(f"steady-{request.param}", rate, workload, requests=least) as testrun:
        testrun.wait_until_it_runs()
        yield Steady(testrun, least, writes=writes)


def _load(name: str, rate: int, workload: str = "browse", *, requests: int = LEAST) -> AbstractContextManager[TestRun]:
    return load(
        name,
        "optimized",
        seconds=1.05 * requests / rate,
        workload=workload,
        RATE=str(rate),
        MAX_VUS=str(STALL_S * rate),
    )


def none_lost(summary: Summary, least: int = LEAST) -> None:
    total = summary.endpoints[-1]
    assert total.requests >= least
    assert summary.due == total.requests, f"{summary.dropped} arrivals found no free VU"
    assert total.errors == 0, [(each.endpoint, each.errors) for each in summary.endpoints if each.errors]
    assert not summary.failures


def test_a_rollout(steady: Steady) -> None:
    before = set(ready_pods("optimized"))

    release.bring({"optimized": {"replicas": 2, "switches": {"json": "stdlib"}}})

    assert not steady.ended, "the load was over before the rollout"
    assert not before & set(ready_pods("optimized"))
    steady.lost_none()


def test_a_scale_in(steady: Steady) -> None:
    release.bring({"optimized": {"replicas": 3}})

    release.bring({"optimized": {"replicas": 1}})
    until("one pod", lambda: len(pods(service_labels("optimized"))) == 1, 60)

    assert not steady.ended, "the load was over before the pods were"
    steady.lost_none()


@pytest.mark.thorough
def test_a_restart_of_the_pooler() -> None:
    """Nothing is cached, so every request goes through it; connections live shorter than the old pooler waits."""
    pooled = {"optimized": {"replicas": 2, "switches": {"cache": "off"}, "env": {"POOL_MAX_LIFETIME_S": "30"}}}
    release.bring(pooled)
    with _load("pooler", 150, "detail") as testrun:
        testrun.wait_until_it_runs()
        (old,) = pods(POOLER)

        release.bring({**pooled, "datastore": {"pgbouncer": {"poolSize": 6}}})
        until("the end of the old pooler", lambda: old not in pods(POOLER), 120)

        assert not testrun.ended, "the load was over before the old pooler was"
        none_lost(testrun.finish())


def test_a_killed_pod_costs_at_most_what_it_held() -> None:
    """What is lost is bounded by a moment, so more requests would not make this harder to pass."""
    release.bring({"optimized": {"replicas": 2}})
    with _load("killed", RATE, requests=LEAST // 2) as testrun:
        testrun.wait_until_it_runs()
        victim, other = ready_pods("optimized")
        time.sleep(5)

        kubectl("--namespace", APP, "delete", "pod", victim, "--grace-period=0", "--force")
        until("two pods again", lambda: set(ready_pods("optimized")) - {victim, other}, 90)
        assert not testrun.ended, "the load was over before the pod was replaced"
        held = testrun.in_flight()
        summary = testrun.finish()

    # Under way at once at the worst, and a second's Poisson spread of it.
    assert summary.endpoints[-1].errors <= held + 3 * held**0.5 + 1
