"""A deployment that is somebody's: measured with exactly the rights for it, and given back after whatever end."""

import json
import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from disturbance import disturbed
from pages import script

from scalebed import paths
from scalebed.records.run_directory import RunDirectory
from tests.e2e.cluster import APP, CONTEXT, LOAD, helm, kubectl, run

EXAMPLE = "examples/cluster-shop"
FILE = f"{EXAMPLE}/scalebed.yaml"
SHOP = "shop"
PASSWORD = {"SHOP_PASSWORD": "open-sesame"}
IMAGE = "scalebed/naive:0.1.0"
"""It has a Python, and the cluster has it, whatever registry there is."""


@pytest.fixture(scope="module")
def shop(cluster: str) -> Iterator[None]:
    """The example, installed by its user."""
    bring()
    yield
    kubectl("delete", "namespace", SHOP, "--wait=true", limit_s=180)


def bring() -> None:
    kubectl("apply", "--filename", "-", stdin=offline(kubectl("kustomize", EXAMPLE)))
    kubectl("--namespace", SHOP, "rollout", "status", "deployment/web", "--timeout=180s", limit_s=200)


def offline(manifests: str) -> str:
    return manifests.replace("image: python:3.13-slim", f"image: {IMAGE}")


def state() -> dict[str, Any]:
    """What its user has, as far as an experiment could change it; and what is left of experiments."""

    def one(kind: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(kubectl("--namespace", SHOP, "get", kind, "web", "--output", "json"))
        return found

    deployment, hpa = one("deployment"), one("hpa")
    ours = [
        owner
        for each in (deployment, hpa)
        for owner in each["metadata"].get("managedFields", [])
        if owner["manager"] == "scalebed"
    ]
    return {
        "spec": deployment["spec"],
        "annotations": [each["metadata"].get("annotations") for each in (deployment, hpa)],
        "copied": [
            set(each["metadata"]["annotations"])
            for each in json.loads(kubectl("--namespace", SHOP, "get", "replicasets", "--output", "json"))["items"]
        ],
        "bounds": (hpa["spec"]["minReplicas"], hpa["spec"]["maxReplicas"]),
        "ours": ours,
        "leases": kubectl("--namespace", SHOP, "get", "leases", "--output", "name"),
        "loads": kubectl("--namespace", LOAD, "get", "testruns", "--output", "name"),
        "files": [
            name
            for name in kubectl("--namespace", LOAD, "get", "configmaps,secrets", "--output", "name").split()
            if re.search(r"/scalebed-k6-[0-9a-f]{8}(-|$)", name)  # those of the shipped workloads are longer
        ],
    }


def command(*words: str) -> list[str]:
    return ["./scripts/scalebed", *words]


SETTINGS = [
    word
    for setting in ("kind=fixed-rate", "rates=[4]", "duration=75s", "blocks=1", "replicas=[1, 3]")
    for word in ("--set", setting)
]


def began(place: Path, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """A run in a process group of its own."""
    words = command("run", FILE, "--context", CONTEXT, *SETTINGS, "--out", str(place))
    with place.with_suffix(".log").open("wb") as log:
        return subprocess.Popen(
            words,
            cwd=paths.ROOT,
            env={**os.environ, **PASSWORD, **(environment or {})},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


@pytest.mark.alone
@pytest.mark.usefixtures("shop")
def test_the_commands_of_the_page_work_and_all_is_as_before(tmp_path: Path) -> None:
    before = state()
    page = script("measure-a-deployment").replace("/tmp/", f"{tmp_path}/")  # noqa: S108 - as the page says it
    apply = re.compile(r"^kubectl apply -k (\S+)$", re.MULTILINE)
    assert apply.search(page)
    page = apply.sub(
        rf"kubectl kustomize \1 | sed 's|image: python:3.13-slim|image: {IMAGE}|' | kubectl apply -f -", page
    )
    page = re.sub(r"( run .*)$", r"\1 || [ $? -eq 3 ]", page, count=1, flags=re.MULTILINE)  # a host may spoil it

    said = run("bash", "-c", page, limit_s=800)

    assert "Everything works: run it." in said
    directory = RunDirectory(tmp_path / "scalebed-shop")
    trials = [trial for trial in directory.trials() if not disturbed(trial)]
    assert {trial.verdict for trial in trials} <= {"PASS"}
    for trial in trials:
        assert trial.requests_per_arrival == pytest.approx(4, rel=0.15)
        assert {second.endpoint for second in trial.endpoints} >= {"login", "articles", "article", "basket"}
        assert trial.cpu_s_per_request["service"] > 0.001
    known = directory.manifest().fingerprint["applications"]["shop"]
    assert known["deployment"] == "Deployment shop/web"
    assert known["address"] == "Service web (http://web.shop)"
    assert "was running already and kept its limits" in (directory.path / "report.md").read_text(encoding="utf-8")
    assert state() == before


@pytest.mark.thorough
@pytest.mark.alone
@pytest.mark.usefixtures("cluster")
def test_an_image_is_installed_measured_and_removed_as_its_page_says(tmp_path: Path) -> None:
    page = script("measure-an-image").replace("/tmp/", f"{tmp_path}/")  # noqa: S108 - as the page says it
    page = page.replace("docker build", f"docker build --build-arg BASE_IMAGE={IMAGE}")
    page = re.sub(r"( run .*)$", r"\1 || [ $? -eq 3 ]", page, count=1, flags=re.MULTILINE)

    said = run("bash", "-c", page, limit_s=800)

    assert "Everything works: run it." in said
    trials = [trial for trial in RunDirectory(tmp_path / "scalebed-image").trials() if not disturbed(trial)]
    assert {trial.verdict for trial in trials} <= {"PASS"}
    for trial in trials:
        assert {"service", "balancer", "generator"} <= trial.cpu_s_per_request.keys()
    assert not kubectl("--namespace", APP, "get", "deployments,secrets,configmaps", "--output", "name").count(
        "shop-image"
    )
    assert "shop-image" not in helm("list", "--all-namespaces", "--short")


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Path]:
    """A kubeconfig of somebody who has exactly the rights that `rights` prints."""
    manifests = run(*command("rights", FILE))
    kubectl("apply", "--filename", "-", stdin=manifests)
    token = kubectl("--namespace", LOAD, "create", "token", "scalebed", "--duration=1h").strip()
    whole = yaml.safe_load(kubectl("config", "view", "--raw", "--minify", "--output", "yaml"))
    name = "kind-limited"
    user = {"name": name, "user": {"token": token}}
    context = {"name": name, "context": {"cluster": whole["clusters"][0]["name"], "user": name}}
    place = tmp_path / "kubeconfig"
    place.write_text(
        yaml.safe_dump({**whole, "users": [user], "contexts": [context], "current-context": name}), encoding="utf-8"
    )
    yield place
    mine = "\n---\n".join(part for part in manifests.split("\n---\n") if "kind: Namespace" not in part)
    kubectl("delete", "--ignore-not-found", "--filename", "-", stdin=mine)


def checked(kubeconfig: Path) -> tuple[int, str]:
    """What `check` ends with and says, for whoever has this kubeconfig."""
    done = subprocess.run(
        command("check", FILE, "--context", "kind-limited"),
        cwd=paths.ROOT, env={**os.environ, **PASSWORD, "KUBECONFIG": str(kubeconfig)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return done.returncode, " ".join((done.stdout + done.stderr).split())


@pytest.mark.usefixtures("shop")
def test_the_rights_that_are_printed_are_enough_and_one_less_is_named(limited: Path) -> None:
    code, said = checked(limited)
    assert code == 0, said
    assert "CPU and memory are read from the metrics API, since the kubelets may not be asked" in said

    role = json.loads(kubectl("--namespace", SHOP, "get", "role", "scalebed", "--output", "json"))
    for rule in role["rules"]:
        if rule["resources"] == ["deployments/scale"]:
            rule["verbs"].remove("patch")
    kubectl("apply", "--filename", "-", stdin=json.dumps(role))
    code, said = checked(limited)
    assert code == 2, said
    grant = re.search(
        r"can grant it: (kubectl --namespace shop .*? && .*? --serviceaccount=scalebed-load:scalebed)", said
    )
    assert grant is not None, said
    run("bash", "-c", grant[1])
    code, said = checked(limited)
    assert code == 0, said
    kubectl("--namespace", SHOP, "delete", "role,rolebinding", "scalebed-patch-deployments-scale")
    assert not state()["leases"]


@pytest.mark.usefixtures("shop")
@pytest.mark.timeout(2400)
@pytest.mark.parametrize("times", [2, pytest.param(10, marks=pytest.mark.thorough)])
def test_down_gives_it_back_after_kills_at_random_moments(tmp_path: Path, times: int) -> None:
    bring()
    before = state()
    seed = int(time.time())
    print(f"seed {seed}")
    drawn = random.Random(seed)
    held = 0
    for number in range(times):
        process = began(tmp_path / f"run-{number}")
        time.sleep(drawn.uniform(3.0, 60.0))
        assert process.poll() is None, (tmp_path / f"run-{number}.log").read_text(encoding="utf-8")
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        held += state() != before
        run(*command("down", "--engine", "kubernetes", "--context", CONTEXT), limit_s=200)
        assert state() == before, f"killed as number {number}"
    assert held, "it was never held when it was killed"
