"""Traces for tests of the autoscaler's model, in few words, and what the model decides in them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from scalebed.autoscaling.controller import Decision
from scalebed.autoscaling.replay import replayed
from scalebed.autoscaling.trace import parse

Json = dict[str, Any]


def cpu(target: int = 60) -> Json:
    """Mean CPU at so many per cent of the request."""
    return resource("cpu", averageUtilization=target)


def resource(name: str, container: str | None = None, **target: Any) -> Json:
    """`averageUtilization=60` or `averageValue="300m"` of a resource, or of one container's."""
    kind = "Utilization" if "averageUtilization" in target else "AverageValue"
    source: Json = {"name": name, "target": {"type": kind, **target}}
    if container is None:
        return {"type": "Resource", "resource": source}
    return {"type": "ContainerResource", "containerResource": source | {"container": container}}


def named(kind: str, name: str = "load", **target: Any) -> Json:
    """A metric of type Pods, Object or External: `averageValue="10"` or `value="10"`."""
    source: Json = {
        "metric": {"name": name},
        "target": {"type": "Value" if "value" in target else "AverageValue", **target},
    }
    if kind == "Object":
        source["describedObject"] = {"apiVersion": "v1", "kind": "Service", "name": "front"}
    return {"type": kind, kind.lower(): source}


def pods(*usages: str | None, **all_of_them: Any) -> list[Json]:
    """A pod for each CPU usage; None is one without a metric."""
    return [
        {"name": f"pod-{number}", **({} if usage is None else {"usage": {"cpu": usage}}), **all_of_them}
        for number, usage in enumerate(usages)
    ]


def decided(
    syncs: Sequence[Json],
    *metrics: Json,
    release: str = "1.37",
    controller: Mapping[str, Any] | None = None,
    behavior: Json | None = None,
    least: int = 1,
    most: int = 100,
    requests: Mapping[str, str] | None = None,
) -> list[Decision]:
    """What the model decides. Syncs without `at_s` are 15 s apart; pods ask for 100m of CPU."""
    spec: Json = {"minReplicas": least, "maxReplicas": most, "metrics": list(metrics or [cpu()])}
    if behavior is not None:
        spec["behavior"] = behavior
    document = {
        "format": "scalebed-hpa-trace/1",
        "release": release,
        "controller": dict(controller or {}),
        "spec": spec,
        "requests": dict({"cpu": "100m"} if requests is None else requests),
        "syncs": [{"at_s": 15.0 * number, **sync} for number, sync in enumerate(syncs)],
    }
    return [each.decision for each in replayed(parse(json.dumps(document), "a test's trace"))]


def desired(*syncs: Json, metrics: Sequence[Json] = (), **told: Any) -> list[int]:
    """`desiredReplicas` after each sync."""
    return [each.desired for each in decided(syncs, *metrics, **told)]


def proposed(replicas: int, seen: Json, *metrics: Json, **told: Any) -> int | None:
    """What the metrics propose in one sync at this many replicas, before windows and limits."""
    (decision,) = decided([{"replicas": replicas, "pods": [], **seen}], *metrics, **told)
    found = [each.replicas for each in decision.proposals]
    return found[0] if len(found) == 1 else max((each for each in found if each is not None), default=None)
