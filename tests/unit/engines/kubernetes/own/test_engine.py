"""A run on what is somebody's, as the runner drives it, on a cluster of dicts."""

import base64
import gzip
import io
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_cluster import FakeApi, FakeClock, node
from fake_helm import FakeHelm
from fake_operator import FakeOperator, environment
from fake_workload import SHOP, FakeWorkload

from scalebed.engines.k6.script import Inspected
from scalebed.engines.kubernetes.api.client import ApiError
from scalebed.engines.kubernetes.api.paths import path
from scalebed.engines.kubernetes.cluster import Cluster
from scalebed.engines.kubernetes.down import down, give_back_named
from scalebed.engines.kubernetes.own.engine import OwnEngine
from scalebed.engines.kubernetes.releases import namespaces
from scalebed.experiment.plan import cells
from scalebed.experiment.scalable import Scalable
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.load import Load
from scalebed.messages import EngineError
from scalebed.paths import ROOT

CADVISOR = "/api/v1/nodes/one/proxy/metrics/cadvisor"


class Bench:
    def __init__(self, folder: Path, **workload: Any) -> None:
        self.folder = folder
        (folder / "load.js").write_text("export default function () {}\n", encoding="utf-8")
        (folder / "lib").mkdir(exist_ok=True)
        (folder / "lib" / "words.csv").write_text("a\n", encoding="utf-8")
        self.clock = FakeClock()
        self.api = FakeApi(self.clock)
        self.api.put("/api/v1/nodes/one", node("one"))
        self.api.put("/apis/k6.io/v1alpha1", {})
        self.api.put("/version", {"gitVersion": "v1.34.4"})
        self.api.texts[CADVISOR] = lambda: ""
        self.operator = FakeOperator(self.api)
        self.theirs = FakeWorkload(self.api, **workload)
        self.theirs.put_autoscaler()
        self.before = self.theirs.state
        self.cluster = Cluster(
            api=self.api, helm=FakeHelm(self.api, None), namespaces=namespaces.named(None), context="kind-scalebed"
        )
        self.said: list[str] = []

    def experiment(self, **keys: Any) -> Experiment:
        service = {"deployment": f"{SHOP}/web", **keys.pop("service", {})}
        data = {
            "name": "shop", "engine": "kubernetes", "service": service, "kind": "fixed-rate", "rates": [5],
            "duration": "60s", "load": {"script": "load.js", **keys.pop("load", {})}, "replicas": [1, 3], **keys,
        }  # fmt: skip
        return parse_experiment(data, "shop.yaml", folder=self.folder)

    def engine(self) -> OwnEngine:
        files = [self.folder / "load.js", self.folder / "lib" / "words.csv"]
        inspected = Inspected({}, [f"file://{files[0]}"], (files[1],), (ROOT / "loadtest" / "k6" / "settings.js",))
        return OwnEngine(
            ROOT, self.cluster, self.clock, self.said.append, 2, inspector=lambda _: inspected
        )  # fmt: skip

    def refused(self, **keys: Any) -> str:
        found = self.engine().preflight(self.experiment(**keys))
        return " ".join(finding.message for finding in found if finding.level == "refuse")


def load(rate: float = 5.0, duration_s: float = 5.0) -> Load:
    return Load("load", rate, duration_s, max_vus=10, seed=1, contacts=1, journeys=True)


def heard(bench: Bench, engine: OwnEngine, target: Any) -> int:
    """Answers to one load."""
    run = engine.generator().start(target, load())
    answers = 0
    while not run.finished:
        bench.clock.sleep(1.0)
        endpoints, _ = run.poll(0.0)
        answers += sum(each.count for each in endpoints)
        engine.probe().sample()
    assert run.failure is None
    run.stop()
    return answers


def test_it_is_scaled_loaded_and_given_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    spec = bench.experiment()
    engine = bench.engine()
    assert [f.message for f in engine.preflight(spec) if f.level == "refuse"] == []
    engine.prepare(spec, bench.said.append)
    for cell in cells(spec):
        with engine.deploy(cell) as target:
            assert target.url == "http://web.shop"
            assert target.service_quota == pytest.approx(0.5 * cell.replicas)
            assert bench.theirs.state["replicas"] == cell.replicas
            assert bench.theirs.state["bounds"] == (cell.replicas, cell.replicas)
            engine.restore(cell)
            assert heard(bench, engine, target) == 10, "two runners of five seconds"
    known: Any = engine.fingerprint()["applications"]
    assert known["shop"]["address"] == "Service web (http://web.shop)"
    assert known["shop"]["cpu_limit"] == 0.5
    engine.close()
    assert bench.theirs.state == bench.before
    assert not [each for each in bench.api.objects if "/leases/" in each or "/testruns/" in each]


def test_the_script_and_all_that_it_opens_reach_the_runners_where_they_lie(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    spec = bench.experiment(load={"env": {"LANGUAGE": "de"}})
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    with engine.deploy(cells(spec)[0]) as target:
        heard(bench, engine, target)
    (run,) = bench.operator.runs
    runner = run["spec"]["runner"]
    assert run["spec"]["script"] == {"localFile": "/tmp/scalebed/entry.js"}  # noqa: S108 - the runner's
    assert environment(run) | {"LANGUAGE": "de", "ONLY_TARGET": "true", "RATE": "5.0"} == environment(run)
    sources = next(v["projected"]["sources"] for v in runner["volumes"] if v["name"] == "bundle")
    maps = [bench.api.get(path("configmaps", "scalebed-load", each["configMap"]["name"])) for each in sources]
    packed = b"".join(base64.b64decode(part) for each in maps for part in each["binaryData"].values())
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed))) as archive:
        names = {f"/{name}" for name in archive.getnames()}
    ours = ROOT / "loadtest" / "k6"
    files = {tmp_path / "load.js", tmp_path / "lib" / "words.csv", ours / "arrivals.js", ours / "settings.js"}
    assert names == {str(file) for file in files} | {"/tmp/scalebed/entry.js"}  # noqa: S108 - the runner's
    engine.close()


def test_dollars_in_the_script_s_variables_reach_it_as_they_are_written(tmp_path: Path) -> None:
    """Kubernetes puts variables that it knows into others' values, in the place of `$(RATE)`, and makes `$$` one."""
    bench = Bench(tmp_path)
    written = {"PRICE": "$(RATE) or $$", "PATTERN": "^a$"}
    spec = bench.experiment(load={"env": written})
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    with engine.deploy(cells(spec)[0]) as target:
        heard(bench, engine, target)
    (run,) = bench.operator.runs
    told = {each["name"]: each.get("value") for each in run["spec"]["runner"]["env"]}
    assert told["PRICE"] == "$$(RATE) or $$$$"
    assert told["PATTERN"] == "^a$$"
    assert environment(run) | written == environment(run)
    engine.close()


def test_secrets_are_in_a_secret_for_as_long_as_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_WORD", "hush-hush")
    bench = Bench(tmp_path)
    service = {"headers": {"Authorization": {"variable": "MY_WORD"}}}
    spec = bench.experiment(load={"secrets": {"WORD": {"variable": "MY_WORD"}}}, service=service)
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    with engine.deploy(cells(spec)[0]) as target:
        engine.generator().start(target, load())
        (run,) = bench.operator.runs
        assert "hush" not in repr(run)
        asked = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in run["spec"]["runner"]["env"][-2:]}
        (name,) = {each["name"] for each in asked.values()}
        kept = bench.api.get(path("secrets", "scalebed-load", name))["data"]
        assert base64.b64decode(kept["WORD"]) == b"hush-hush"
        assert asked.keys() == kept.keys() == {"WORD", "TARGET_HEADERS"}
    engine.close()
    assert not [each for each in bench.api.objects if "/secrets/" in each]
    assert "hush" not in repr(engine.fingerprint())


def test_a_second_run_on_it_is_refused_with_who_has_it(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    spec = bench.experiment()
    first, second = bench.engine(), bench.engine()
    first.prepare(spec, bench.said.append)
    lease = next(body for place, body in bench.api.objects.items() if "/leases/" in place)
    lease["spec"]["holderIdentity"] = "another-host/7@1.00"
    with pytest.raises(EngineError, match=r"Deployment shop/web: another-host/7@1\.00 runs an experiment on it; wait"):
        second.prepare(spec, bench.said.append)
    down(bench.cluster, bench.clock, bench.said.append)
    assert "is left to another-host/7@1.00" in " ".join(bench.said)
    assert any("/leases/" in each for each in bench.api.objects), "it is still held"


@pytest.mark.parametrize("last", ["down", "the next run"])
def test_whoever_comes_after_a_kill_gives_it_back(tmp_path: Path, last: str) -> None:
    bench = Bench(tmp_path)
    spec = bench.experiment()
    killed = bench.engine()
    killed.prepare(spec, bench.said.append)
    deployed = killed.deploy(cells(spec)[1])
    deployed.__enter__()
    lease = next(body for place, body in bench.api.objects.items() if "/leases/" in place)
    lease["spec"]["renewTime"] = "2020-01-01T00:00:00.000000Z"
    lease["spec"]["holderIdentity"] = "another-host/7@1.00"
    assert bench.theirs.state["replicas"] == 3
    if last == "down":
        down(bench.cluster, bench.clock, bench.said.append)
    else:
        engine = bench.engine()
        engine.prepare(spec, bench.said.append)
        assert "what that found is what is given back" in " ".join(bench.said)
        engine.close()
    assert bench.theirs.state == bench.before
    assert not [each for each in bench.api.objects if "/leases/" in each]


def test_down_of_a_file_leaves_the_scripts_of_other_runs_to_them(tmp_path: Path) -> None:
    """Two runs on two deployments, whose loads share a namespace."""
    bench = Bench(tmp_path)
    spec = bench.experiment()
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    with engine.deploy(cells(spec)[0]):
        scripts = [each for each in bench.api.objects if "/configmaps/scalebed-k6-" in each]
        give_back_named(bench.cluster, [Scalable.of("shop/api")], bench.said.append)
        assert scripts == [each for each in bench.api.objects if "/configmaps/scalebed-k6-" in each] != []
        lease = next(body for place, body in bench.api.objects.items() if "/leases/" in place)
        lease["spec"] |= {"renewTime": "2020-01-01T00:00:00.000000Z", "holderIdentity": "another-host/7@1.00"}
        give_back_named(bench.cluster, [Scalable.of("shop/web")], bench.said.append)
        assert not [each for each in bench.api.objects if "/configmaps/scalebed-k6-" in each]
    engine.close()


def test_down_ends_the_load_in_whatever_namespace_the_run_had_it(tmp_path: Path) -> None:
    """Or it would go on against what has been given back."""
    bench = Bench(tmp_path)
    spec = bench.experiment()
    bench.cluster = replace(bench.cluster, namespaces=namespaces.named("mine"))
    killed = bench.engine()
    killed.prepare(spec, bench.said.append)
    with killed.deploy(cells(spec)[0]) as target:
        killed.generator().start(target, load())
        assert [each for each in bench.api.objects if "/mine/testruns/" in each]
        lease = next(body for place, body in bench.api.objects.items() if "/leases/" in place)
        lease["spec"] |= {"renewTime": "2020-01-01T00:00:00.000000Z", "holderIdentity": "another-host/7@1.00"}
        down(replace(bench.cluster, namespaces=namespaces.named(None)), bench.clock, bench.said.append)
        assert not [each for each in bench.api.objects if "/testruns/" in each]
    killed.close()


def test_down_says_where_it_may_not_look_for_what_is_held(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.api.forbidden.add("/apis/coordination.k8s.io/v1/leases")
    down(bench.cluster, bench.clock, bench.said.append)
    assert "What deployments are held is not known" in bench.said[0]


def test_one_that_cannot_be_given_back_is_named_with_what_does_it_later(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    spec = bench.experiment()
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    with engine.deploy(cells(spec)[1]):
        pass
    patch = bench.api.patch

    def refused(place: str, body: Any) -> Any:
        raise ApiError(500, f"refused PATCH {place}: etcd is away")

    bench.api.patch = refused  # type: ignore[method-assign, assignment]
    told = r"Deployment shop/web is not given back \(.*etcd is away\); once that is mended, scalebed down --engine kub"
    with pytest.raises(EngineError, match=told):
        engine.close()
    bench.api.patch = patch  # type: ignore[method-assign]
    down(bench.cluster, bench.clock, bench.said.append)
    assert bench.theirs.state == bench.before


def test_the_run_stops_where_somebody_changes_it_and_names_them(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    spec = bench.experiment()
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    cell = cells(spec)[0]
    with engine.deploy(cell):
        bench.theirs.set_by("flux", bench.theirs.place, replicas=2)
        with pytest.raises(EngineError, match="was held at 1 replicas, and flux at"):
            engine.restore(cell)
        bench.clock.sleep(6.0)
        with pytest.raises(EngineError, match="was held at 1 replicas, and flux at"):
            engine.probe().sample()
    engine.close()


def test_pods_that_cannot_start_are_named_and_all_is_given_back(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    spec = bench.experiment()
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    bench.theirs.unready = True
    with pytest.raises(
        EngineError, match=r"shop/web did not come to 1 ready pod .* ImagePullBackOff \(no such image\)"
    ):
        engine.deploy(cells(spec)[0]).__enter__()
    engine.close()
    assert bench.theirs.state == bench.before


@pytest.mark.parametrize(
    ("paused", "told"),
    [
        (True, "its rollout is paused; kubectl --namespace shop rollout resume deployment/web goes on with it"),
        (False, "its rollout has not come to its end"),
        (None, "the Service web sends requests to 0 of them; see to its selector and its ports"),
    ],
)
def test_ready_pods_that_cannot_be_measured_are_said_to_be_so(tmp_path: Path, paused: bool | None, told: str) -> None:
    """`paused` is None where no rollout is under way, and the Service is blind."""
    bench = Bench(tmp_path)
    spec = bench.experiment(replicas=[2])
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    if paused is None:

        def blind(*_: object) -> None:
            bench.api.objects.pop(path("endpointslices", SHOP, "web-x"), None)

        bench.api.patched = blind
    else:
        bench.api.objects[bench.theirs.place]["spec"]["paused"] = paused
        bench.api.objects[bench.theirs.place]["status"] = {"replicas": 2, "updatedReplicas": 0}
    with pytest.raises(EngineError, match=f"did not come to 2 ready pods within 300 s: {told}"):
        engine.deploy(cells(spec)[0]).__enter__()
    engine.close()
    assert bench.theirs.state == bench.before


def test_a_service_that_leads_to_others_as_well_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    spec = bench.experiment(replicas=[2])
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    bench.theirs.canaries = ("canary-0",)
    with pytest.raises(EngineError, match="leads to other pods than those of Deployment shop/web as well, such as can"):
        engine.deploy(cells(spec)[0]).__enter__()
    engine.close()


Change = Callable[[Bench], object]


@pytest.mark.parametrize(
    ("change", "keys", "told"),
    [
        (lambda bench: None, {"service": {"deployment": "shop/api"}}, "there is no Deployment shop/api; kubectl"),
        (
            lambda bench: None,
            {"service": {"deployment": "rollouts.argoproj.io/shop/web"}},
            "knows no kind rollouts.argo",
        ),
        (lambda bench: None, {"service": {"through": "api"}}, "the namespace shop has no Service api; web does"),
        (lambda bench: bench.api.delete("/apis/k6.io/v1alpha1"), {}, "the cluster has no k6-operator"),
        (
            lambda bench: bench.api.put("/api/v1/namespaces/scalebed-load", {"metadata": {"labels": {}}}),
            {},
            "namespace scalebed-load: is there and was not made by Scalebed",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_changes(
    tmp_path: Path, change: Change, keys: dict[str, Any], told: str
) -> None:
    bench = Bench(tmp_path)
    change(bench)
    assert told in bench.refused(**keys)
    assert bench.theirs.state == bench.before


def test_pods_that_were_evicted_are_none_and_one_without_pods_has_its_template_s_limit(tmp_path: Path) -> None:
    bench = Bench(tmp_path, replicas=0)
    bench.api.put(
        path("pods", SHOP, "evicted"), {"metadata": {"labels": {"app": "web"}}, "status": {"phase": "Failed"}}
    )
    spec = bench.experiment(replicas=[1])
    engine = bench.engine()
    assert "no CPU limit" not in " ".join(finding.message for finding in engine.preflight(spec))
    engine.prepare(spec, bench.said.append)
    bench.api.put(
        path("pods", SHOP, "evicted"), {"metadata": {"labels": {"app": "web"}}, "status": {"phase": "Failed"}}
    )
    with engine.deploy(cells(spec)[0]) as target:
        assert target.service_quota == pytest.approx(0.5)
    engine.close()


def test_a_sidecar_among_the_init_containers_has_its_part_in_the_quota(tmp_path: Path) -> None:
    """What it uses is counted as the service's, as that of all its pods' containers."""
    bench = Bench(tmp_path)
    bench.theirs.spec["initContainers"] = [
        {"name": "proxy", "restartPolicy": "Always", "resources": {"limits": {"cpu": "2"}}},
        {"name": "migrate", "resources": {}},
    ]
    bench.theirs.set_by("kubectl", bench.theirs.place, replicas=2)
    spec = bench.experiment(replicas=[2])
    engine = bench.engine()
    told = " ".join(finding.message for finding in engine.preflight(spec))
    assert (
        "have CPU limits of their own (web 0.5, proxy 2 cores): one may be at its own while together they are" in told
    )
    engine.prepare(spec, bench.said.append)
    with engine.deploy(cells(spec)[0]) as target:
        assert target.service_quota == pytest.approx(2 * 2.5)
    engine.close()


def test_an_api_server_that_stumbles_is_asked_again_and_one_that_refuses_is_not(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    spec = bench.experiment()
    engine = bench.engine()
    engine.prepare(spec, bench.said.append)
    patch = bench.api.patch
    stumbles = iter([503, 0, 409])

    def stumbling(place: str, body: Any) -> Any:
        if "/leases/" not in place and (status := next(stumbles, None)) is not None:
            raise ApiError(status, "not now")
        return patch(place, body)

    with engine.deploy(cells(spec)[1]) as target:
        get = bench.api.get
        for status in (503, 0, 500):
            bench.api.get = lambda *_, status=status, **__: raised(status)  # type: ignore[method-assign]
            bench.clock.sleep(6.0)
            engine.probe().sample()
        bench.clock.sleep(6.0)
        with pytest.raises(ApiError):
            engine.probe().sample()
        bench.api.get = get  # type: ignore[method-assign]
        assert target.url
    bench.api.patch = stumbling  # type: ignore[method-assign, assignment]
    engine.close()
    assert bench.theirs.state == bench.before


def raised(status: int) -> Any:
    raise ApiError(status, "not now")


def test_a_workload_without_limits_has_no_quota_and_that_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path, limit=None)
    spec = bench.experiment(replicas=[1])
    engine = bench.engine()
    told = " ".join(finding.message for finding in engine.preflight(spec))
    assert "have no CPU limit" in told
    assert "HPA web of Deployment shop/web is held at the replicas of each cell, and given back." in told
    engine.prepare(spec, bench.said.append)
    with engine.deploy(cells(spec)[0]) as target:
        assert target.service_quota is None
    engine.close()
