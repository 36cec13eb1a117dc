"""Paths of the kinds of object that this engine speaks of, and how things in them are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scalebed.engines.kubernetes.api.client import Api, ApiError, Json

_GROUPS = {
    "pods": "/api/v1",
    "services": "/api/v1",
    "events": "/api/v1",
    "configmaps": "/api/v1",
    "secrets": "/api/v1",
    "persistentvolumeclaims": "/api/v1",
    "deployments": "/apis/apps/v1",
    "statefulsets": "/apis/apps/v1",
    "jobs": "/apis/batch/v1",
    "horizontalpodautoscalers": "/apis/autoscaling/v2",
    "endpointslices": "/apis/discovery.k8s.io/v1",
    "leases": "/apis/coordination.k8s.io/v1",
    "testruns": "/apis/k6.io/v1alpha1",
}
NODES = "/api/v1/nodes"
NAMESPACES = "/api/v1/namespaces"

PART_OF = "app.kubernetes.io/part-of"
MANAGED_BY = "app.kubernetes.io/managed-by"
OURS = {PART_OF: "scalebed", MANAGED_BY: "scalebed"}
"""Labels of what this engine makes itself; the chart's objects are managed by Helm."""


def path(kind: str, namespace: str, name: str = "") -> str:
    return f"{_GROUPS[kind]}/namespaces/{namespace}/{kind}{f'/{name}' if name else ''}"


def selector(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in labels.items())


def listed(api: Api, kind: str, namespace: str, labels: Mapping[str, str] | None = None) -> list[Json]:
    query = {"labelSelector": selector(labels)} if labels else {}
    found: list[Json] = api.get(path(kind, namespace), **query).get("items", [])
    return found


def found(api: Api, object_path: str) -> Json | None:
    """The object, or None where there is none."""
    try:
        return api.get(object_path)
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def is_true(of: Mapping[str, Any], condition: str) -> bool:
    """Whether the status says so of this condition, such as `Ready`."""
    conditions = field(of, "status", "conditions", default=[])
    return any(each["type"] == condition and each["status"] == "True" for each in conditions)


def field(of: Mapping[str, Any], *keys: str, default: Any = None) -> Any:
    """What stands under keys within each other; what is absent or null is the default."""
    value: Any = of
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return default if value is None else value
