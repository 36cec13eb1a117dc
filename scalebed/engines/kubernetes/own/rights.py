"""The rights that a run on adopted workloads needs, no more, as manifests of RBAC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scalebed.engines.kubernetes.api.client import Json
from scalebed.engines.kubernetes.api.paths import OURS, PART_OF
from scalebed.engines.kubernetes.releases.namespaces import POD_SECURITY
from scalebed.experiment.scalable import Scalable

_ACCOUNT = "scalebed"
_RBAC = "rbac.authorization.k8s.io"
_ALL = ["get", "list", "watch", "create", "update", "patch", "delete"]
_READS = [
    ("", ["pods", "events"], ["list"]),
    ("metrics.k8s.io", ["pods"], ["list"]),
]
_LOAD: list[tuple[str, list[str], list[str]]] = [
    *_READS,
    ("", ["pods"], ["get"]),
    ("", ["pods/log"], ["get"]),
    ("", ["configmaps"], ["get", "list", "create", "delete"]),
    ("", ["secrets"], ["list", "create", "delete"]),
    ("k6.io", ["testruns"], ["get", "list", "create", "delete"]),
]


_INSTALLED: list[tuple[str, list[str], list[str]]] = [
    ("", ["configmaps", "secrets", "services"], _ALL),
    ("apps", ["deployments"], _ALL),
    ("networking.k8s.io", ["networkpolicies"], _ALL),
    ("policy", ["poddisruptionbudgets"], _ALL),
]
"""What Helm makes of the chart `webapp`, and keeps its releases in."""


def manifests(adopted: Iterable[Scalable], load: str, *, images: str | None = None, kubelets: bool) -> list[Json]:
    """A service account in the namespace of TestRuns, and what it may do there and to these. `images`: the namespace in
    which images are installed. `kubelets`: also to read the kubelets, which tell more than the metrics API, and let
    whoever may ask them much else (`nodes/proxy`)."""
    made: list[Json] = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _named(load), "automountServiceAccountToken": False}
    ]
    by_namespace: dict[str, list[tuple[str, list[str], list[str]]]] = {load: list(_LOAD)}
    for of in dict.fromkeys(adopted):
        by_namespace.setdefault(of.namespace, []).extend(_of_target(of))
    if images is not None:
        any_of_them = Scalable("deployments", "apps", images, "")
        by_namespace.setdefault(images, []).extend([*_of_target(any_of_them), *_INSTALLED])
    for namespace, rules in by_namespace.items():
        made += [_role("Role", rules, namespace), _binding("Role", load, namespace)]
    whole: list[tuple[str, list[str], list[str]]] = [("", ["nodes"], ["list"])]
    if kubelets:
        whole.append(("", ["nodes/proxy"], ["get"]))
    role = _role("ClusterRole", whole)
    spaces = [load] if images in (None, load) else [load, str(images)]
    role["rules"].append({"apiGroups": [""], "resources": ["namespaces"], "resourceNames": spaces, "verbs": ["get"]})
    return [*map(_namespace, spaces), *made, role, _binding("ClusterRole", load)]


def _namespace(name: str) -> Json:
    """Whoever has these rights alone cannot make one. It is none that `down` removes."""
    labels = {PART_OF: OURS[PART_OF], **POD_SECURITY}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def _of_target(of: Scalable) -> Sequence[tuple[str, list[str], list[str]]]:
    return [
        *_READS,
        (of.group, [of.resource], ["get", "patch"]),
        (of.group, [f"{of.resource}/scale"], ["get", "patch"]),
        ("", ["services"], ["list"]),
        ("discovery.k8s.io", ["endpointslices"], ["list"]),
        ("autoscaling", ["horizontalpodautoscalers"], ["get", "list", "patch"]),
        ("coordination.k8s.io", ["leases"], ["get", "create", "patch", "delete"]),
    ]


def _named(namespace: str | None = None) -> dict[str, Any]:
    return {"name": _ACCOUNT, "labels": dict(OURS)} | ({"namespace": namespace} if namespace else {})


def _role(kind: str, rules: Iterable[tuple[str, list[str], list[str]]], namespace: str | None = None) -> Json:
    joined: dict[tuple[str, str], list[str]] = {}
    for group, resources, verbs in rules:
        for resource in resources:
            known = joined.setdefault((group, resource), [])
            known += [verb for verb in verbs if verb not in known]
    told = [
        {"apiGroups": [group], "resources": [resource], "verbs": verbs} for (group, resource), verbs in joined.items()
    ]
    return {"apiVersion": f"{_RBAC}/v1", "kind": kind, "metadata": _named(namespace), "rules": told}


def _binding(kind: str, load: str, namespace: str | None = None) -> Json:
    subject: Mapping[str, str] = {"kind": "ServiceAccount", "name": _ACCOUNT, "namespace": load}
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": f"{kind}Binding",
        "metadata": _named(namespace),
        "roleRef": {"apiGroup": _RBAC, "kind": kind, "name": _ACCOUNT},
        "subjects": [dict(subject)],
    }
