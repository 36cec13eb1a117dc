"""An image of the user's own, as a release of the chart `webapp`."""

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_cluster import FakeApi, FakeClock
from fake_helm import FakeHelm

from scalebed.engines.kubernetes.api.paths import path
from scalebed.engines.kubernetes.own.installed import Installed, uninstall
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.paths import ROOT


class Helm(FakeHelm):
    """Only notes what is asked of it."""

    def __init__(self, api: FakeApi) -> None:
        super().__init__(api)
        self.there: dict[str, Mapping[str, Any]] = {}

    def history(self, release: str) -> list[Any]:
        return [object()] if release in self.there else []

    def upgrade(self, release: str, values: Mapping[str, Any], why: str) -> None:
        self.there[release] = values

    def uninstall(self, release: str) -> None:
        self.there.pop(release, None)


class Bench:
    def __init__(self, folder: Path) -> None:
        (folder / "load.js").write_text("export default function () {}\n", encoding="utf-8")
        self.folder = folder
        self.api = FakeApi(FakeClock())
        self.helm = Helm(self.api)

    def of(self, variant: str = "shop", **service: Any) -> tuple[Installed, Experiment]:
        data = {
            "name": "x", "engine": "kubernetes", "service": {"image": "registry:5000/shop:1.2", **service},
            "variants": [{"name": variant}], "load": {"script": "load.js"}, "cpu_per_replica": 0.5,
            "memory_per_replica": "256MiB",
        }  # fmt: skip
        experiment = parse_experiment(data, "x.yaml", folder=self.folder)
        application = experiment.variants[0].application
        assert application is not None
        return Installed(self.api, self.helm, "scalebed", variant, application), experiment


def test_it_is_installed_without_a_pod_and_with_what_the_experiment_says(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    of, experiment = bench.of(env={"MODE": "fast"}, ready="/health", stop="7s", values={"uid": 1000, "env.WORD": "x"})
    assert of.refusals(experiment) == []
    of.install(experiment)
    values = bench.helm.there["scalebed-shop"]
    assert values["image"] == {"repository": "registry:5000/shop", "tag": "1.2"}
    assert values["replicas"] == 0
    assert values["resources"]["limits"] == values["resources"]["requests"] == {"cpu": "500m", "memory": "256Mi"}
    assert values["probes"]["readyPath"] == "/health"
    assert values["drain"] == {"graceSeconds": 7}
    assert values["env"] == {"MODE": "fast", "WORD": "x"}
    assert values["uid"] == 1000
    assert of.address.url == "http://scalebed-shop.scalebed"
    uninstall(bench.api, bench.helm, "scalebed", "scalebed-shop")
    assert not bench.helm.there
    assert not [each for each in bench.api.objects if "scalebed-shop" in each]


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("shop", {"repository": "shop", "tag": "latest"}),
        ("registry:5000/shop", {"repository": "registry:5000/shop", "tag": "latest"}),
        (
            f"a.example/b/shop:1@sha256:{'0' * 64}",
            {"repository": "a.example/b/shop", "tag": "1", "digest": f"sha256:{'0' * 64}"},
        ),
    ],
)
def test_an_image_is_named_in_the_chart_s_parts(tmp_path: Path, image: str, parts: Mapping[str, str]) -> None:
    bench = Bench(tmp_path)
    of, experiment = bench.of(image=image)
    of.install(experiment)
    assert bench.helm.there["scalebed-shop"]["image"] == parts


def test_secrets_are_in_a_secret_and_not_in_the_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_WORD", "hush-hush")
    bench = Bench(tmp_path)
    of, experiment = bench.of(secrets={"WORD": {"variable": "MY_WORD"}})
    of.install(experiment)
    values = bench.helm.there["scalebed-shop"]
    assert values["envFrom"] == [{"secretRef": {"name": "scalebed-shop-secrets"}}]
    assert "hush" not in repr(values)
    kept = bench.api.get(path("secrets", "scalebed", "scalebed-shop-secrets"))
    assert base64.b64decode(kept["data"]["WORD"]) == b"hush-hush"


def test_secrets_stay_beside_what_the_chart_s_values_take_variables_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_WORD", "hush-hush")
    bench = Bench(tmp_path)
    mine = {"configMapRef": {"name": "mine"}}
    of, experiment = bench.of(secrets={"WORD": {"variable": "MY_WORD"}}, values={"envFrom": [mine]})
    assert of.refusals(experiment) == []
    of.install(experiment)
    own = {"secretRef": {"name": "scalebed-shop-secrets"}}
    assert bench.helm.there["scalebed-shop"]["envFrom"] == [own, mine]


def test_variables_reach_it_as_they_are_written(tmp_path: Path) -> None:
    """The chart makes templates of them, and Kubernetes puts `$(OTHER)` in."""
    bench = Bench(tmp_path)
    of, experiment = bench.of(env={"HELLO": "{{name}} $(BIND)", "WORD": "a$$b"})
    of.install(experiment)
    assert bench.helm.there["scalebed-shop"]["env"] == {"HELLO": '{{ "{{" }}name}} $$(BIND)', "WORD": "a$$$$b"}


def test_a_variable_that_the_chart_gives_is_refused(tmp_path: Path) -> None:
    """A pod would have the chart's: what a container names itself goes before what it takes from a Secret."""
    bench = Bench(tmp_path)
    of, experiment = bench.of(secrets={"SECRET_KEY": {"variable": "MY_WORD"}}, env={"LOG_LEVEL": "debug"})
    assert of.refusals(experiment) == [
        "env.LOG_LEVEL: the chart webapp gives this variable itself; let the image take another one",
        "secrets.SECRET_KEY: the chart webapp gives this variable itself; let the image take another one",
    ]
    text = (ROOT / "charts/scalebed/charts/webapp/templates/_helpers.tpl").read_text(encoding="utf-8")
    whole = text.partition('define "webapp.contractEnv"')[2].partition('define "webapp.env"')[0]
    always = set(re.findall(r"^- name: ([A-Z_]+)$", whole.rpartition(".Values.cache.database")[2], re.MULTILINE))
    of, experiment = bench.of(env=dict.fromkeys(always, "x"))
    assert len(of.refusals(experiment)) == len(always) > 5


def test_what_the_experiment_sets_itself_is_refused_as_a_value(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    of, experiment = bench.of(values={"replicas": 4, "probes.livePath": "/live", "networkPolicy.egress": []})
    assert of.refusals(experiment) == ["values.replicas is what the experiment sets itself; leave it out"]


def test_a_release_of_the_name_that_is_somebody_s_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    of, experiment = bench.of()
    bench.helm.there["scalebed-shop"] = {}
    (told,) = of.refusals(experiment)
    assert "has a release scalebed-shop that is no experiment's" in told
    of.install(experiment)
    assert of.refusals(experiment) == [], "now it is one of an experiment"


def test_long_names_keep_what_tells_them_apart(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    one, other = (bench.of(f"{'a' * 50}-{number}")[0].name for number in (1, 2))
    assert one != other
    assert max(len(one), len(other)) <= 40
