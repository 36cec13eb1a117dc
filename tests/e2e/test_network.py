"""Who is let in: with network policies that are enforced, nobody but those that the charts name."""

import json
from typing import Any

import pytest

from tests.e2e import release
from tests.e2e.cluster import APP, kubectl, run, until

STRANGER = "stranger"


def reaches(host: str, port: int) -> bool:
    """Whether a pod without any of the charts' labels gets a connection."""
    look = f"import socket; socket.create_connection(({host!r}, {port}), 5)"
    context = {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}}
    pod: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": STRANGER, "namespace": APP},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": context,
            "containers": [
                {
                    "name": "try",
                    "image": kubectl("get", "deploy", "scalebed-naive", "-n", APP, "-o", "jsonpath={..image}").strip(),
                    "imagePullPolicy": "IfNotPresent",
                    "command": ["python", "-c", look],
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }
    kubectl("apply", "--filename", "-", stdin=json.dumps(pod))
    try:
        phase = until("an answer", _ended, 90)
        return phase == "Succeeded"
    finally:
        kubectl("--namespace", APP, "delete", "pod", STRANGER, "--wait=true", "--grace-period=1")


def _ended() -> str | None:
    phase = kubectl("--namespace", APP, "get", "pod", STRANGER, "--output", "jsonpath={.status.phase}")
    return phase if phase in ("Succeeded", "Failed") else None


def public_node() -> bool:
    """Whose network agent enforces policies; the node that is made without a registry has no agent, and says so."""
    image = run("docker", "inspect", "--format", "{{.Config.Image}}", "scalebed-control-plane")
    return image.startswith("kindest/")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("host", "port"), [("scalebed-postgres", 5432), ("scalebed-pgbouncer", 6432), ("scalebed-valkey", 6379)]
)
def test_strangers_are_shut_out_where_policies_are_enforced(host: str, port: int) -> None:
    release.bring()

    assert reaches(host, port) is not public_node()
