"""The release under test: every test says which values it wants, and finds it so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.e2e.cluster import APP, CHART, helm, kubectl

CONTACTS = 1500
NAME = "scalebed"
# A node of two cores, of which the control plane takes 0.8, has no room for everything at once.
BASE: dict[str, Any] = {
    "global": {"dataset": {"contacts": CONTACTS}},
    "naive": {"replicas": 0},
    "optimized": {
        "replicas": 1,
        "resources": {"requests": {"cpu": "200m", "memory": "320Mi"}, "limits": {"cpu": "500m", "memory": "320Mi"}},
    },
}
BOTH: dict[str, Any] = {"naive": {"replicas": 1}}
WAIT = ("--wait", "--timeout", "5m")


def combined(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Helm's way: mappings key by key, all else replaced."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        result[key] = combined(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return result


def bring(values: Mapping[str, Any] | None = None) -> None:
    """The release with BASE and these values and no others, once every pod is ready and every Job is done."""
    wanted = combined(BASE, values or {})
    helm("upgrade", NAME, CHART, "--install", "--namespace", APP, "--reset-values", *WAIT, values=wanted)
    jobs = ("--for=condition=complete", "job", "--selector", f"app.kubernetes.io/instance={NAME}", "--timeout=10m")
    kubectl("--namespace", APP, "wait", *jobs, limit_s=660)


def remove() -> None:
    """With the data and the passwords, as NOTES tells."""
    helm("uninstall", NAME, "--namespace", APP, "--ignore-not-found", "--wait")
    left = (f"pvc/data-{NAME}-postgres-0", f"secret/{NAME}-datastore")
    kubectl("--namespace", APP, "delete", "--ignore-not-found", *left)
