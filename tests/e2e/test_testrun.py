"""TestRuns: two runners make the load that was asked for, and their pods keep the restricted standard."""

import pytest

from tests.e2e import release
from tests.e2e.cluster import APP, LOAD, enforce_anew, kubectl, ready_pods
from tests.e2e.load import load

pytestmark = pytest.mark.alone


@pytest.mark.usefixtures("installed")
def test_two_runners_make_one_load() -> None:
    release.bring()
    rate, seconds = 40, 30

    with load("two-runners", "optimized", seconds=seconds, RATE=str(rate)) as testrun:
        testrun.wait_until_it_runs()
        enforce_anew(LOAD)
        summary = testrun.finish()
        each = [pod["metadata"]["name"] for pod in testrun.runners()]

    total = summary.endpoints[-1]
    assert len(each) == 2
    assert total.errors == 0
    # A Poisson number: within five standard deviations of its mean.
    assert abs(total.requests - rate * seconds) < 5 * (rate * seconds) ** 0.5
    assert summary.due == total.requests
    assert not summary.failures


@pytest.mark.usefixtures("installed")
def test_requests_are_spread_over_all_pods() -> None:
    """A balancer that spread connections would leave pods idle: each runner keeps a few open."""
    release.bring({"optimized": {"replicas": 3}})
    before = {pod: served(pod) for pod in ready_pods("optimized")}

    with load("spread", "optimized", seconds=30, RATE="40") as testrun:
        total = testrun.finish().endpoints[-1].requests
    shares = [(served(pod) - count) / total for pod, count in before.items()]

    assert len(shares) == 3
    assert min(shares) > 0.2, shares
    assert sum(shares) == pytest.approx(1)


def served(pod: str) -> float:
    """Requests for contacts that a pod has counted, in all of its processes."""
    look = "import urllib.request as r; print(r.urlopen('http://localhost:8000/metrics').read().decode())"
    metrics = kubectl("--namespace", APP, "exec", pod, "--container", "service", "--", "python", "-c", look)
    rows = [row for row in metrics.splitlines() if row.startswith("http_requests_total{") and "contacts" in row]
    return sum(float(row.rsplit(" ", 1)[1]) for row in rows)
