"""Helm 4 does what Helm 3 does: by hand, as the how-to pages tell, and under an experiment.

It applies on the server's side, and refuses to change what somebody else has set since.
"""

import json
import os
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pages import script

from scalebed import paths
from scalebed.records.run_directory import RunDirectory
from tests.e2e import release
from tests.e2e.cluster import APP, CHART, CONTEXT, LOAD, helm, kubectl, run

pytestmark = [pytest.mark.alone, pytest.mark.thorough]

SERVICE = "scalebed-optimized"
CELL = (
    f"dataset.contacts={release.CONTACTS}", "blocks=1", "autoscaler.max_replicas=2",
    "profile=[{rate: 10, duration: 15s}, {rate: 20, duration: 15s}]",
)  # fmt: skip
"""Short: what the autoscaler does is another test's."""


@pytest.fixture(scope="module")
def helm_4(installed: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Helm 4 is `helm`, and has installed the release; the data was there."""
    tools = run("./scripts/cluster-tools", "helm4", limit_s=900).strip()
    folder = tmp_path_factory.mktemp("helm4")
    (folder / "helm").symlink_to(Path(tools) / "helm4")
    helm("uninstall", release.NAME, "--namespace", APP, "--ignore-not-found", "--wait")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        assert helm("version", "--short").startswith("v4.")
        release.bring()
        yield
        helm("uninstall", release.NAME, "--namespace", APP, "--ignore-not-found", "--wait")
    kubectl("--namespace", LOAD, "delete", "testruns", "--all", limit_s=180)


def brief(folder: Path) -> str:
    """The TestRun `browse`, but for some seconds only: the load is another test's."""
    browse = paths.ROOT / "loadtest" / "testruns" / "browse"
    (patch,) = yaml.safe_load((browse / "kustomization.yaml").read_text(encoding="utf-8"))["patches"]
    testrun = yaml.safe_load(patch["patch"])
    shorter = {"DURATION": "5s", "CONTACTS": str(release.CONTACTS)}
    for variable in testrun["spec"]["runner"]["env"]:
        variable["value"] = shorter.get(variable["name"], variable["value"])
    made = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [os.path.relpath(browse, folder)],
        "patches": [{"target": {"kind": "TestRun", "name": "browse"}, "patch": yaml.safe_dump(testrun)}],
    }
    (folder / "kustomization.yaml").write_text(yaml.safe_dump(made), encoding="utf-8")
    return str(folder)


def deployed() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kubectl("get", "deployment", SERVICE, "--namespace", APP, "--output", "json"))
    return found


def environment() -> dict[str, str]:
    (container,) = deployed()["spec"]["template"]["spec"]["containers"]
    return {each["name"]: each.get("value", "") for each in container["env"]}


def values() -> dict[str, Any]:
    given: dict[str, Any] = json.loads(helm("get", "values", release.NAME, "--namespace", APP, "--output", "json"))
    return given


@pytest.mark.usefixtures("helm_4")
def test_both_pages_work_one_after_the_other(tmp_path: Path) -> None:
    release.bring({"optimized": {"env": {"CACHE_TTL_S": 1_000_000}}})
    assert environment()["CACHE_TTL_S"] == "1000000"
    before = environment()["SWITCHES"]
    load = brief(tmp_path)
    pages = [script(page) for page in ("scale-and-run-again", "tune-with-helm")]

    said = run("bash", "-c", "\n".join(pages).replace("loadtest/testruns/browse", load), limit_s=800)

    assert any(row.split()[:1] == ["all"] for row in said.splitlines())
    # As the first page left it, through the upgrade and the rollback of the second.
    assert values()["optimized"]["replicas"] == deployed()["spec"]["replicas"] == 1
    assert (environment()["SWITCHES"], environment()["CACHE_TTL_S"]) == (before, "1000000")


@pytest.mark.usefixtures("helm_4")
def test_what_kubectl_scaled_is_refused_until_it_is_asked_for() -> None:
    release.bring()
    # Not 0: whoever sets that is not noted for it (Kubernetes 1.34.4), and then nobody is in Helm's way.
    kubectl("--namespace", APP, "scale", f"deployment/{SERVICE}", "--replicas=2")
    upgrade = (
        "upgrade",
        release.NAME,
        CHART,
        "--namespace",
        APP,
        "--reset-then-reuse-values",
        "--set",
        "optimized.replicas=3",
    )

    with pytest.raises(AssertionError, match=r"conflict[\s\S]*\.spec\.replicas"):
        helm(*upgrade)
    helm(*upgrade, "--force-conflicts")

    assert deployed()["spec"]["replicas"] == 3


@pytest.mark.usefixtures("helm_4")
def test_an_autoscaled_cell_leaves_a_release_that_its_user_can_upgrade(tmp_path: Path) -> None:
    release.bring({"optimized": {"replicas": 0}})
    before = values()
    given = [word for setting in CELL for word in ("--set", setting)]
    words = (
        "./scripts/scalebed", "run", "hpa-step", "--engine", "kubernetes", "--context", CONTEXT, *given,
        "--out", str(tmp_path / "run"),
    )  # fmt: skip

    # What so short a trial says of the service is of no matter; 2 would be that it could not run.
    run("bash", "-c", f"{shlex.join(words)}; test $? -ne 2", limit_s=600)

    assert any(trial.requests for trial in RunDirectory(tmp_path / "run").trials())
    assert values() == before
    assert deployed()["spec"]["replicas"] == 0
    # Nobody but Helm is noted for the number that the autoscaler and the testbed have changed meanwhile.
    helm(
        "upgrade", release.NAME, CHART, "--namespace", APP, "--reset-then-reuse-values", "--set", "optimized.replicas=1"
    )
    assert deployed()["spec"]["replicas"] == 1
