"""The engine as the runner uses it, on a cluster of dicts."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_cluster import FakeApi, FakeClock, container, node
from fake_helm import NAMESPACE, FakeHelm
from fake_operator import FakeOperator

from scalebed.engines.kubernetes.api.paths import path
from scalebed.engines.kubernetes.cluster import Cluster
from scalebed.engines.kubernetes.down import down
from scalebed.engines.kubernetes.engine import KubernetesEngine
from scalebed.engines.kubernetes.releases import namespaces
from scalebed.experiment.plan import cells
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.load import Load
from scalebed.messages import EngineError
from scalebed.paths import ROOT

METRICS = "/api/v1/nodes/one/proxy/metrics/cadvisor"


def experiment(**keys: object) -> Experiment:
    data = {"name": "x", "engine": "kubernetes", "variants": ["naive", "optimized"], "replicas": [1, 2], **keys}
    return parse_experiment(data, "x.yaml")


class Bench:
    def __init__(self, there: Mapping[str, Any] | None = None, cpu: str = "2", namespace: str | None = None) -> None:
        self.clock = FakeClock()
        self.api = FakeApi(self.clock)
        self.api.put("/api/v1/nodes/one", node("one", cpu))
        self.api.put("/apis/k6.io/v1alpha1", {})
        self.api.put("/version", {"gitVersion": "v1.34.4"})
        self.api.texts[METRICS] = lambda: ""
        self.operator = FakeOperator(self.api)
        self.helm = FakeHelm(self.api, there)
        self.cluster = Cluster(
            api=self.api, helm=self.helm, namespaces=namespaces.named(namespace), context="kind-scalebed"
        )
        self.said: list[str] = []

    def engine(self, runners: int = 2) -> KubernetesEngine:
        return KubernetesEngine(ROOT, self.cluster, self.clock, self.said.append, runners)


def test_a_cell_is_the_only_thing_that_runs_and_is_scaled_to_zero_after_it() -> None:
    bench = Bench()
    spec = experiment(cpu_per_replica=0.3)
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    cell = next(cell for cell in cells(spec) if cell.id == "optimized-x2")
    with engine.deploy(cell) as target:
        assert target.url == "http://scalebed-optimized.scalebed"
        assert target.service_quota == pytest.approx(0.6)
        values = bench.helm.upgrades[-1]
        assert values["naive"]["replicas"] == 0
        assert values["optimized"]["replicas"] == 2
        assert values["optimized"]["resources"] == {"requests": {"cpu": "300m"}, "limits": {"cpu": "300m"}}
        assert values["global"]["dataset"] == {"contacts": 100_000, "seed": 7}
    assert bench.api.get(path("deployments", NAMESPACE, "scalebed-optimized"))["spec"]["replicas"] == 0
    engine.close()


def test_images_are_known_by_service_once_its_cell_is_up() -> None:
    def images() -> Mapping[str, str]:
        found = engine.fingerprint()["images"]
        assert isinstance(found, dict)
        return found

    bench = Bench()
    spec = experiment(replicas=[1])
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    assert images().keys() == {"k6"}
    for cell in cells(spec):
        with engine.deploy(cell):
            assert "sha256:abc" in images()[cell.variant.service]
    assert images().keys() == {"k6", "naive", "optimized"}
    engine.close()


def test_packages_are_those_that_the_service_s_container_says_it_has() -> None:
    bench = Bench()
    spec = experiment(replicas=[1])
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    assert engine.fingerprint()["packages"] == {}
    naive, optimized = cells(spec)
    with engine.deploy(naive):
        known = {"naive": {"django": "5.2.8", "typing-extensions": "4.15.0"}}
        assert engine.fingerprint()["packages"] == known
    with engine.deploy(naive):
        assert len([each for each in bench.api.executed if each[1] == "service"]) == 1
    bench.api.says = {"service": "exec failed: python: executable file not found in $PATH"}
    with engine.deploy(optimized):
        assert engine.fingerprint()["packages"] == {**known, "optimized": {}}
        asked = [command[0] for _, container, command in bench.api.executed if container == "service"]
        assert asked[-3:] == ["python", "node", "./service"]
    engine.close()


def test_the_first_run_makes_namespaces_with_restricted_pod_security() -> None:
    bench = Bench()
    engine = bench.engine()
    engine.prepare(experiment(), bench.said.append)
    labels = bench.api.get("/api/v1/namespaces/scalebed-load")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert any("Made the namespace scalebed-load" in line for line in bench.said)
    engine.close()


def test_somebody_elses_namespace_is_refused_unless_it_is_given() -> None:
    bench = Bench()
    bench.api.put("/api/v1/namespaces/scalebed", {"metadata": {"labels": {"team": "other"}}})
    findings = bench.engine().preflight(experiment())
    assert [finding.level for finding in findings] == ["refuse"]
    assert "was not made by Scalebed; give it with --namespace scalebed" in findings[0].message
    with pytest.raises(EngineError, match="was not made by Scalebed"):
        bench.engine().prepare(experiment(), bench.said.append)
    assert bench.helm.upgrades == []


def test_what_the_node_cannot_hold_is_refused_with_both_sums() -> None:
    bench = Bench(cpu="1")
    findings = bench.engine().preflight(experiment(replicas=[1, 4]))
    refused = [finding.message for finding in findings if finding.level == "refuse"]
    assert len(refused) == 2
    # 4 × 250m and two runners of 50m
    assert "naive-x4: its pods and the load request 1100m CPU" in refused[0]
    assert "the cluster has 1000m CPU" in refused[0]


def test_what_the_chart_cannot_do_is_refused() -> None:
    bench = Bench()
    del bench.api.objects["/apis/k6.io/v1alpha1"]
    variants: list[object] = ["naive", {"name": "odd", "service": "naive", "switches": {"cash": "on"}}, "fastapi"]
    variants.append({"name": "another", "service": "mine"})
    told = " ".join(f.message for f in bench.engine().preflight(experiment(variants=variants)) if f.level == "refuse")
    assert "variant another: the chart installs naive, optimized, fastapi, bolt, express," in told
    assert "variant fastapi" not in told
    assert "cash is no switch" in told
    assert "has no k6-operator" in told


@pytest.mark.parametrize(
    ("version", "refused"), [("v1.34.4", True), ("v1.33.0-eks-1", True), ("", True), ("v1.35.0", False)]
)
def test_a_tolerance_that_the_cluster_would_drop_is_refused(version: str, refused: bool) -> None:
    bench = Bench()
    bench.api.put("/apis/metrics.k8s.io/v1beta1", {})
    bench.api.put("/version", {"gitVersion": version} if version else {})
    scaled: dict[str, object] = {
        "kind": "hpa", "replicas": [1], "variants": ["optimized"], "profile": [{"rate": 40, "duration": "90s"}],
    }  # fmt: skip
    behavior = {"scaleUp": {"tolerance": "50m"}, "scaleDown": {"tolerance": 0.2}}
    findings = bench.engine().preflight(experiment(**scaled, autoscaler={"behavior": behavior}))
    told = [f.message for f in findings if f.level == "refuse"]
    assert [each.partition(":")[0] for each in told] == [
        f"autoscaler.behavior.{direction}.tolerance" for direction in behavior if refused
    ]
    assert all((version or "of unknown version") in each and "1.35" in each for each in told)
    behavior = {"scaleUp": {"stabilizationWindowSeconds": 0}}
    findings = bench.engine().preflight(experiment(**scaled, autoscaler={"behavior": behavior}))
    assert [f for f in findings if f.level == "refuse"] == []


def test_an_autoscaler_that_is_not_the_chart_s_is_refused() -> None:
    bench = Bench()
    labels = {"app.kubernetes.io/instance": "scalebed"}
    of_the_chart = {"metadata": {"labels": labels}, "spec": {"scaleTargetRef": {"name": "scalebed-naive"}}}
    bench.api.put(path("horizontalpodautoscalers", NAMESPACE, "scalebed-naive"), of_the_chart)
    by_hand = {"spec": {"scaleTargetRef": {"name": "scalebed-optimized"}}}
    bench.api.put(path("horizontalpodautoscalers", NAMESPACE, "scalebed-optimized"), by_hand)
    bench.api.put(path("horizontalpodautoscalers", NAMESPACE, "other"), {"spec": {"scaleTargetRef": {"name": "shop"}}})
    told = [finding.message for finding in bench.engine().preflight(experiment()) if finding.level == "refuse"]
    assert len(told) == 1
    assert "HPA scalebed-optimized in the namespace scalebed: sets the replicas of scalebed-optimized" in told[0]


def test_a_cell_begins_when_no_pooler_but_its_own_is_left() -> None:
    modes = ["transaction", {"mode": "session", "size": 5}, "session", "off"]
    variants = [{"name": f"v{index}", "service": "optimized", "pooler": mode} for index, mode in enumerate(modes)]
    bench = Bench()
    spec = experiment(variants=variants, replicas=[1])
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    asked = []
    for cell in cells(spec):
        with engine.deploy(cell):
            *_, before, values = bench.helm.upgrades
            assert values["optimized"]["replicas"] == 1
            assert before["optimized"]["replicas"] == 0
            assert before["datastore"] == values.get("datastore", {})
            assert bench.helm.stored[-1]
            asked.append((values["optimized"]["datastore"]["pooled"], before["datastore"].get("pgbouncer")))
    assert asked == [
        (True, {"poolMode": "transaction"}),
        (True, {"poolMode": "session", "poolSize": 5}),
        (True, {"poolMode": "session"}),
        (False, None),
    ]
    engine.close()


def test_a_pooler_that_stays_is_told_by_its_name() -> None:
    bench = Bench()
    spec = experiment(replicas=[1])
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    bench.helm.ready_after_s = 1000.0
    with (
        pytest.raises(EngineError, match=r"scalebed-pgbouncer did not take up new values within 30\d s"),
        engine.deploy(cells(spec)[0]),
    ):
        pass
    engine.close()


def test_an_adopted_release_keeps_its_values_and_gets_them_back() -> None:
    there = {"optimized": {"env": {"CACHE_TTL_S": "5"}, "replicas": 3}}
    bench = Bench(there)
    bench.api.put("/api/v1/namespaces/scalebed", {"metadata": {"labels": {"app.kubernetes.io/part-of": "scalebed"}}})
    engine = bench.engine()
    engine.prepare(experiment(), bench.said.append)
    assert bench.helm.upgrades[0]["optimized"]["env"] == {"CACHE_TTL_S": "5"}
    assert bench.helm.upgrades[0]["optimized"]["replicas"] == 0
    engine.close()
    assert bench.helm.upgrades[-1] == there
    down(bench.cluster, bench.clock, bench.said.append, purge=True)
    assert bench.helm.uninstalled == []
    assert "/api/v1/namespaces/scalebed" in bench.api.objects


def test_down_removes_what_an_engine_made() -> None:
    bench = Bench()
    engine = bench.engine()
    engine.prepare(experiment(), bench.said.append)
    engine.close()
    bench.api.put(path("persistentvolumeclaims", NAMESPACE, "data-scalebed-postgres-0"), {})
    down(bench.cluster, bench.clock, bench.said.append)
    assert bench.helm.uninstalled == ["scalebed"]
    assert path("persistentvolumeclaims", NAMESPACE, "data-scalebed-postgres-0") in bench.api.objects
    assert "/api/v1/namespaces/scalebed" in bench.api.objects


def test_purging_leaves_nothing() -> None:
    bench = Bench()
    engine = bench.engine()
    engine.prepare(experiment(), bench.said.append)
    engine.close()
    bench.api.put(path("persistentvolumeclaims", NAMESPACE, "data-scalebed-postgres-0"), {})
    down(bench.cluster, bench.clock, bench.said.append, purge=True)
    left = [place for place in bench.api.objects if "scalebed" in place and "/jobs/" not in place]
    assert [place for place in left if "/deployments/" not in place and "/pods/" not in place] == []


def test_what_a_killed_run_left_is_removed_by_the_next() -> None:
    bench = Bench()
    engine = bench.engine()
    engine.prepare(experiment(), bench.said.append)
    cell = cells(experiment())[0]
    with engine.deploy(cell) as target:
        engine.generator().start(target, Load("detail", 20.0, 30.0, 50, 7, 1000))
        # Killed: nobody ends the load, nobody gives the Lease back.
        lease = path("leases", NAMESPACE, "scalebed-scalebed")
        holder = bench.api.objects[lease]["spec"]["holderIdentity"]
        gone = holder.replace(holder[holder.index("/") : holder.index("@")], "/999999999")
        bench.api.objects[lease]["spec"]["holderIdentity"] = gone
        after = bench.engine()
        after.prepare(experiment(), bench.said.append)
        assert any("Ended what an earlier run left behind: TestRun load-" in line for line in bench.said)
        assert not any("/testruns/" in place for place in bench.api.objects)
        after.close()


def test_two_engines_do_not_share_a_release() -> None:
    bench = Bench()
    engine = bench.engine()
    engine.prepare(experiment(), bench.said.append)
    lease = bench.api.objects[path("leases", NAMESPACE, "scalebed-scalebed")]
    lease["spec"]["holderIdentity"] = "elsewhere/12@34.00"
    with pytest.raises(EngineError, match=r"elsewhere/12@34\.00 runs an experiment on this release"):
        bench.engine().prepare(experiment(), bench.said.append)
    with pytest.raises(EngineError, match="stop it first"):
        down(bench.cluster, bench.clock, bench.said.append)
    engine.close()


def test_pods_that_do_not_come_up_are_told_with_the_reason() -> None:
    bench = Bench()
    engine = bench.engine()
    engine.prepare(experiment(), bench.said.append)
    waiting = {"reason": "ImagePullBackOff", "message": "no such image"}
    bench.helm.broken = {"phase": "Pending", "containerStatuses": [container("service", waiting=waiting)]}
    before = bench.clock.now()
    with (
        pytest.raises(EngineError, match=r"scalebed-naive did not come to 1 ready pods .*ImagePullBackOff"),
        engine.deploy(cells(experiment())[0]),
    ):
        pass
    assert bench.clock.now() - before < 100
    engine.close()


def test_a_dataset_that_cannot_be_loaded_ends_the_preparation() -> None:
    bench = Bench()
    bench.helm.job = {"conditions": [{"type": "Failed", "status": "True"}]}
    with pytest.raises(EngineError, match="Job scalebed-naive-database-rows failed: kubectl --namespace"):
        bench.engine().prepare(experiment(), bench.said.append)
    assert path("leases", NAMESPACE, "scalebed-scalebed") not in bench.api.objects


def test_a_writing_workload_gets_a_clone_of_its_own_for_each_trial() -> None:
    bench = Bench()
    spec = experiment(workload="write-mix")
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    cell = cells(spec)[0]
    with engine.deploy(cell):
        engine.restore(cell)
        engine.restore(cell)
    revisions = [u["naive"]["database"]["revision"] for u in bench.helm.upgrades if "database" in u["naive"]]
    assert len(set(revisions)) == 2
    engine.close()


def test_a_cold_cell_begins_each_trial_with_an_empty_cache() -> None:
    bench = Bench()
    spec = experiment(warm=False)
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    labels = {"app.kubernetes.io/instance": "scalebed", "app.kubernetes.io/component": "valkey"}
    bench.api.put(path("pods", NAMESPACE, "scalebed-valkey-1"), {"metadata": {"labels": labels}})
    cell = cells(spec)[0]
    with engine.deploy(cell):
        engine.restore(cell)
    emptied = [(pod, container) for pod, container, _ in bench.api.executed if container != "service"]
    assert emptied == [("scalebed-valkey-1", "valkey")]
    engine.close()


def test_an_autoscaled_cell_has_an_hpa_and_tells_how_far_it_is() -> None:
    bench = Bench()
    bench.api.put("/apis/metrics.k8s.io/v1beta1", {})
    spec = experiment(
        kind="hpa", variants=["optimized"], replicas=[1], autoscaler={"max_replicas": 3, "cpu_percent": 50},
        stages=[{"users": 10, "duration": "30s"}, {"users": 100, "duration": "60s"}],
    )  # fmt: skip
    engine = bench.engine()
    assert [f for f in engine.preflight(spec) if f.level == "refuse"] == []
    engine.prepare(spec, bench.said.append)
    cell = cells(spec)[0]
    assert cell.id == "optimized-hpa"
    with engine.deploy(cell) as target:
        assert target.service_quota is None
        scaled = bench.helm.upgrades[-1]["optimized"]["autoscaling"]
        assert scaled == {"enabled": True, "minReplicas": 1, "maxReplicas": 3, "cpuPercent": 50}
        sample = engine.probe().sample()
        assert sample.supply is not None
        assert (sample.supply.desired, sample.supply.started, sample.supply.ready) == (1, 1, 1)
    with engine.deploy(cell):  # It was left at no pod, which neither chart nor HPA changes.
        sample = engine.probe().sample()
        assert sample.supply is not None
        assert sample.supply.ready == 1
    engine.close()


GIVEN: dict[str, Any] = {
    "env.CACHE_TTL_S": 30,
    "podAnnotations": {"prometheus.io/scrape": "true"},
    r"nodeSelector.kubernetes\.io/arch": "amd64",
    "tolerations": [{"key": "slow", "operator": "Exists"}],
    "resources": {"requests": {"memory": "1Gi"}, "limits": {"memory": "1Gi"}},
    "datastore.pgbouncer.poolSize": 4,
    "datastore.postgres": {"settings": {"work_mem": "32MB"}},
}


def test_a_variant_s_values_reach_the_chart_and_leave_the_cell_s_as_they_are() -> None:
    bench = Bench()
    spec = experiment(variants=[{"name": "tuned", "service": "optimized", "values": GIVEN}], replicas=[2])
    engine = bench.engine()
    assert [f for f in engine.preflight(spec) if f.level == "refuse"] == []
    engine.prepare(spec, bench.said.append)
    with engine.deploy(cells(spec)[0]):
        values = bench.helm.upgrades[-1]
        service = values["optimized"]
        assert service["env"] == {"CACHE_TTL_S": 30}
        assert service["podAnnotations"] == {"prometheus.io/scrape": "true"}
        assert service["nodeSelector"] == {"kubernetes.io/arch": "amd64"}
        assert service["tolerations"] == [{"key": "slow", "operator": "Exists"}]
        amounts = {"cpu": "250m", "memory": "1Gi"}
        assert service["resources"] == {"requests": amounts, "limits": amounts}
        assert service["replicas"] == 2
        assert values["datastore"] == {
            "pgbouncer": {"poolMode": "transaction", "poolSize": 4},
            "postgres": {"settings": {"work_mem": "32MB"}},
        }
    engine.close()


@pytest.mark.parametrize(("size", "quantity"), [("0.5GiB", "512Mi"), ("512MB", "512000000")])
def test_memory_of_a_replica_is_requested_and_limited(size: str, quantity: str) -> None:
    bench = Bench()
    spec = experiment(variants=["optimized"], memory_per_replica=size)
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    with engine.deploy(cells(spec)[0]):
        amounts = {"cpu": "250m", "memory": quantity}
        assert bench.helm.upgrades[-1]["optimized"]["resources"] == {"requests": amounts, "limits": amounts}
    engine.close()
    twice = experiment(variants=[{"name": "tuned", "service": "optimized", "values": GIVEN}], memory_per_replica=size)
    refused = [f.message for f in bench.engine().preflight(twice) if f.level == "refuse"]
    assert [message.split(" is what")[0] for message in refused] == [
        "variant tuned: values.resources.limits.memory",
        "variant tuned: values.resources.requests.memory",
    ]


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"replicas": 3}, "replicas"),
        ({"enabled": False}, "enabled"),
        ({"resources.limits.cpu": 2}, r"resources\.limits\.cpu"),
        ({"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}, r"resources\.requests\.cpu"),
        ({"resources": None}, "resources"),
        ({"autoscaling": {"enabled": True}}, r"autoscaling\.enabled"),
        ({"switches.json": "stdlib"}, "switches"),
        ({"database.revision": "mine"}, r"database\.revision"),
        ({"datastore.pgbouncer.poolMode": "session"}, r"datastore\.pgbouncer\.poolMode"),
    ],
)
def test_a_value_that_would_make_another_cell_is_refused(values: dict[str, Any], name: str) -> None:
    spec = experiment(variants=[{"name": "tuned", "service": "optimized", "values": values}])
    refused = [f.message for f in Bench().engine().preflight(spec) if f.level == "refuse"]
    assert len(refused) == 1
    assert re.match(rf"variant tuned: values\.{name} is what the experiment sets itself", refused[0])


def test_everything_goes_into_a_namespace_that_is_given() -> None:
    names = namespaces.named("mine")
    assert names.all == ("mine",)
    bench = Bench(namespace="mine")
    bench.api.put("/api/v1/namespaces/mine", {})
    namespaces.refuse_others(bench.api, names)
    assert namespaces.remove_made(bench.api, names) == []
    assert "/api/v1/namespaces/mine" in bench.api.objects


def test_a_clone_without_its_testruns_is_told(tmp_path: Path) -> None:
    bench = Bench()
    engine = KubernetesEngine(tmp_path, bench.cluster, bench.clock, bench.said.append, 2)
    with pytest.raises(EngineError, match=r"testrun.yaml: cannot be read"):
        engine.preflight(experiment())
