"""A TestRun is run again only on a release that nobody else changes meanwhile."""

from typing import Any

import pytest
from fake_cluster import FakeApi, FakeClock
from fake_helm import NAMESPACE, FakeHelm

from scalebed.engines.kubernetes import namespaces
from scalebed.engines.kubernetes.before import Before, Record
from scalebed.engines.kubernetes.engine import Cluster
from scalebed.engines.kubernetes.ownership import Holder, Ownership
from scalebed.engines.kubernetes.paths import path
from scalebed.engines.kubernetes.rerun import Rerun
from scalebed.ports import EngineError


@pytest.fixture
def api() -> FakeApi:
    found = FakeApi(FakeClock())
    env = [{"name": "BASE_URL", "value": "http://scalebed-optimized.scalebed"}]
    found.put(path("testruns", "scalebed-load", "browse"), {"spec": {"runner": {"env": env}}})
    return found


def rerun(api: FakeApi) -> Rerun:
    there: dict[str, Any] = {"optimized": {"replicas": 2}}
    cluster = Cluster(api, FakeHelm(api, there), namespaces.rooms(None), "kind-scalebed")
    return Rerun(cluster, api.clock, lambda line: None, "browse")


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
