"""How far a scaling is: pods wanted, with a node, started, ready, and known to the balancer, at one moment."""

from __future__ import annotations

from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import field, found, is_true, listed, path
from scalebed.engines.kubernetes.releases.release import Release
from scalebed.measurement.readings import Supply


def supply(api: Api, release: Release, service: str, now: float) -> Supply:
    """Four requests to the API server; `now` is of `Clock.now`."""
    name = release.service(service)
    namespace = release.namespace
    deployment = found(api, path("deployments", namespace, name)) or {}
    autoscaler = found(api, path("horizontalpodautoscalers", namespace, name)) or {}
    pods = [
        pod
        for pod in listed(api, "pods", namespace, release.pods(service))
        if not field(pod, "metadata", "deletionTimestamp")
    ]
    return Supply(
        at=now,
        desired=field(deployment, "spec", "replicas", default=0),
        scheduled=sum(is_true(pod, "PodScheduled") for pod in pods),
        started=sum(_started(pod) for pod in pods),
        ready=sum(is_true(pod, "Ready") for pod in pods),
        receiving=sum(len(each.get("addresses", [])) for each in ready_endpoints(api, namespace, f"{name}-pods")),
        metric=metric(autoscaler),
    )


def ready_endpoints(api: Api, namespace: str, service: str) -> list[Json]:
    """Of a Service: those that it sends requests to."""
    slices = listed(api, "endpointslices", namespace, {"kubernetes.io/service-name": service})
    return [
        endpoint
        for each in slices
        for endpoint in each.get("endpoints") or []
        if field(endpoint, "conditions", "ready", default=True)
    ]


def metric(autoscaler: Json) -> float | None:
    """What the HPA saw last, as a share of what it aims at: 1 is on target; the greatest where it has several."""
    targets = {_name(spec): _value(spec, "target") for spec in field(autoscaler, "spec", "metrics", default=[])}
    shares = [
        seen / target
        for status in field(autoscaler, "status", "currentMetrics", default=[])
        if (seen := _value(status, "current")) is not None and (target := targets.get(_name(status)))
    ]
    return max(shares, default=None)


def _name(of: Json) -> tuple[str, str]:
    kind = str(of.get("type", ""))
    body = of.get(kind[:1].lower() + kind[1:], {})
    return kind, str(field(body, "metric", "name") or body.get("name", ""))


def _value(of: Json, key: str) -> float | None:
    kind = str(of.get("type", ""))
    value = field(of, kind[:1].lower() + kind[1:], key, "averageUtilization")
    return None if value is None else float(value)


def _started(pod: Json) -> bool:
    statuses = field(pod, "status", "containerStatuses", default=[])
    return bool(statuses) and all(field(status, "state", "running") is not None for status in statuses)
