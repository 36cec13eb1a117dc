"""A TestRun is run again only on a release that nobody else changes meanwhile."""

from typing import Any

import pytest
from fake_cluster import FakeApi, FakeClock, container, pod
from fake_helm import NAMESPACE, FakeHelm
from fake_operator import line

from scalebed.engines.kubernetes.api.paths import path
from scalebed.engines.kubernetes.cluster import Cluster
from scalebed.engines.kubernetes.load.runners import runner_labels
from scalebed.engines.kubernetes.releases import namespaces
from scalebed.engines.kubernetes.releases.before import Before, Record
from scalebed.engines.kubernetes.releases.ownership import Holder, Ownership, mark
from scalebed.engines.kubernetes.rerun import Rerun
from scalebed.measurement.histograms import encode, of_values
from scalebed.messages import EngineError


@pytest.fixture
def api() -> FakeApi:
    found = FakeApi(FakeClock())
    env = [{"name": "BASE_URL", "value": "http://scalebed-optimized.scalebed"}]
    found.put(path("testruns", "scalebed-load", "browse"), {"spec": {"runner": {"env": env}}})
    return found


def rerun(api: FakeApi, helm: FakeHelm | None = None) -> Rerun:
    there: dict[str, Any] = {"optimized": {"replicas": 2}}
    cluster = Cluster(
        api=api, helm=helm or FakeHelm(api, there), namespaces=namespaces.named(None), context="kind-scalebed"
    )
    return Rerun(cluster, api.clock, lambda line: None, "browse")


def scaled(api: FakeApi, helm: FakeHelm, ends: str = "TestRun browse-x5 did not begin") -> None:
    """As far as a cluster without an operator goes: to 5 replicas, under which no TestRun begins."""
    ended = container("k6", terminated={"exitCode": 0})
    labels = dict(runner_labels("browse"))
    api.put(path("pods", "scalebed-load", "browse-1"), pod("browse-1", labels, containerStatuses=[ended]))
    counted = line("endpoint", 0, endpoint="list", status=200, count=1, histogram=encode(of_values([10.0])))
    api.texts[f"{path('pods', 'scalebed-load', 'browse-1')}/log"] = counted.decode
    with pytest.raises(EngineError, match=ends):
        rerun(api, helm).compare(5)


def replicas(api: FakeApi) -> int:
    return int(api.get(path("deployments", NAMESPACE, "scalebed-optimized"))["spec"]["replicas"])


def test_the_number_stands_in_the_release_beside_what_its_user_gave(api: FakeApi) -> None:
    helm = FakeHelm(api, {"optimized": {"replicas": 2, "env": {"CACHE_TTL_S": "5"}}, "naive": {"replicas": 0}})
    scaled(api, helm)
    assert replicas(api) == 5
    assert helm.given == {"optimized": {"replicas": 5, "env": {"CACHE_TTL_S": "5"}}, "naive": {"replicas": 0}}
    assert helm.history("scalebed")[-1].description == "optimized scaled to 5"


def test_a_release_of_an_engine_stays_its_own(api: FakeApi) -> None:
    helm = FakeHelm(api, {"optimized": {"replicas": 2}})
    mark(api, NAMESPACE, "scalebed")
    scaled(api, helm)
    assert replicas(api) == 5
    assert helm.upgrades == []


def test_where_there_is_no_release_the_deployment_is_scaled(api: FakeApi) -> None:
    helm = FakeHelm(api, {"optimized": {"replicas": 2}})
    helm.revisions.clear()
    scaled(api, helm)
    assert replicas(api) == 5


def test_a_release_of_another_chart_is_not_made_one_of_this(api: FakeApi) -> None:
    helm = FakeHelm(api, {"optimized": {"replicas": 2}})
    helm.chart_name = "scalebed-9.9.9"
    scaled(api, helm, ends=r"is of the chart scalebed-0\.1\.0 and would become scalebed-9\.9\.9")
    assert replicas(api) == 2


def test_while_an_experiment_uses_the_release_nothing_is_scaled(api: FakeApi) -> None:
    experiment = Ownership(api, NAMESPACE, "scalebed", Holder("elsewhere", 1, 2.0))
    experiment.acquire()
    with pytest.raises(EngineError, match=r"elsewhere/1@2\.00 runs an experiment on this release"):
        rerun(api).compare(5)
    experiment.release()
    assert api.get(path("deployments", NAMESPACE, "scalebed-optimized"))["spec"]["replicas"] == 2


def test_after_a_killed_experiment_the_release_is_given_back_first(api: FakeApi) -> None:
    Record(api, NAMESPACE, "scalebed").write(Before({}), {})
    with pytest.raises(EngineError, match=r"first give it back with scalebed down --engine kubernetes"):
        rerun(api).compare(5)
    assert path("leases", NAMESPACE, "scalebed-scalebed") not in api.objects


ROWS = [
    '{"scalebed":1,"type":"generator","second":1,"arrivals":3,"dropped":0,"in_flight":0.5,"lag_ms":1.0}',
    '{"scalebed":1,"type":"generator","second":2,"arrivals":4,"dropped":0,"in_flight":0.7,"lag_ms":1.1}',
]


@pytest.mark.parametrize(
    ("log", "next_step"),
    [
        ("\n".join(ROWS) + "\n", "TestRun browse-x5 did not begin"),
        ("\n".join(ROWS)[:-20], "TestRun browse-x2 did not begin"),
        ("\n".join(ROWS)[30:] + "\n", "TestRun browse-x2 did not begin"),
    ],
)
def test_logs_that_are_not_whole_are_no_result_and_the_load_is_run_again(
    api: FakeApi, log: str, next_step: str
) -> None:
    labels = {"k6_cr": "browse", "runner": "true"}
    api.put(
        path("pods", "scalebed-load", "browse-1-x"),
        pod("browse-1-x", labels, phase="Succeeded", containerStatuses=[container("k6", terminated={"exitCode": 0})]),
    )
    api.texts[f"{path('pods', 'scalebed-load', 'browse-1-x')}/log"] = lambda: log
    with pytest.raises(EngineError, match=next_step):
        rerun(api).compare(5)
