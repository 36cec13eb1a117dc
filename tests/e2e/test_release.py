"""Install, upgrade, roll back, uninstall: what stays is what NOTES names, and nothing breaks pod security."""

import json
from collections.abc import Iterator

import pytest

from tests.e2e import release
from tests.e2e.cluster import APP, CHART, enforce_anew, helm, kubectl, objects, until

OTHER = "passing"
"""A release of its own, in a namespace of its own, that comes and goes."""
KINDS = (
    "deployments,statefulsets,pods,services,configmaps,secrets,jobs,horizontalpodautoscalers,networkpolicies,"
    "poddisruptionbudgets,persistentvolumeclaims"
)


@pytest.fixture
def namespace(cluster: str) -> Iterator[str]:
    """An empty one that enforces the restricted standard."""
    labels = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"}
    made = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": OTHER, "labels": labels}}
    kubectl("apply", "--filename", "-", stdin=json.dumps(made))
    yield OTHER
    kubectl("delete", "namespace", OTHER, "--ignore-not-found", limit_s=300)


def names(namespace: str) -> set[str]:
    """kind/name of what is there, but for what every namespace has."""
    found = kubectl("get", KINDS, "--namespace", namespace, "--output", "name").split()
    return {name for name in found if not name.endswith("/kube-root-ca.crt")}


@pytest.mark.usefixtures("installed")
def test_uninstall_leaves_what_notes_name_and_a_purge_the_rest(namespace: str) -> None:
    release.bring()  # It leaves room for a second one.
    # The pooler waits for its clients, though their database is gone.
    brief = {"naive": {"enabled": False}, "datastore": {"pgbouncer": {"drain": {"waitSeconds": 10}}}}
    values = release.combined(release.BASE, brief)
    helm("install", OTHER, CHART, "--namespace", namespace, *release.WAIT, values=values)
    notes = helm("get", "notes", OTHER, "--namespace", namespace)

    helm("uninstall", OTHER, "--namespace", namespace, "--wait")
    until("no pod", lambda: not kubectl("get", "pods", "-n", namespace, "-o", "name"), 120)

    left = names(namespace)
    assert left == {f"persistentvolumeclaim/data-{OTHER}-postgres-0", f"secret/{OTHER}-datastore"}
    for name in left:
        assert name.partition("/")[2] in notes
    # The last line of NOTES is the command that removes both.
    *_, command = notes.strip().splitlines()
    kubectl(*command.split()[1:])
    assert not names(namespace)


@pytest.mark.usefixtures("installed")
def test_upgrade_and_rollback() -> None:
    release.bring()
    history = json.loads(helm("history", release.NAME, "--namespace", APP, "--output", "json"))
    before = history[-1]["revision"]

    release.bring({"optimized": {"switches": {"json": "stdlib"}, "replicas": 2}})
    upgraded = kubectl("get", "deployment", "scalebed-optimized", "-n", APP, "-o", "json")
    helm("rollback", release.NAME, str(before), "--namespace", APP, *release.WAIT)
    back = kubectl("get", "deployment", "scalebed-optimized", "-n", APP, "-o", "json")

    assert (replicas(upgraded), switches(upgraded)["json"]) == (2, "stdlib")
    assert (replicas(back), switches(back)["json"]) == (1, "orjson")


def replicas(deployment: str) -> int:
    ready: int = json.loads(deployment)["status"]["readyReplicas"]
    return ready


def switches(deployment: str) -> dict[str, str]:
    (container,) = json.loads(deployment)["spec"]["template"]["spec"]["containers"]
    (given,) = (each["value"] for each in container["env"] if each["name"] == "SWITCHES")
    return dict(pair.split("=", 1) for pair in given.split(","))


@pytest.mark.usefixtures("installed")
def test_passwords_are_kept_on_upgrades() -> None:
    release.bring()
    secret = ("get", "secret", f"{release.NAME}-datastore", "-n", APP, "-o", "jsonpath={.data}")
    before = kubectl(*secret)

    release.bring({"datastore": {"pgbouncer": {"poolSize": 5}}})

    assert kubectl(*secret) == before


@pytest.mark.usefixtures("installed")
def test_every_pod_keeps_the_restricted_standard() -> None:
    release.bring(release.BOTH)
    assert len(objects("pods", APP, {"app.kubernetes.io/instance": release.NAME})) >= 6

    enforce_anew(APP)
    with pytest.raises(AssertionError, match="violate"):
        enforce_anew("kube-system")
