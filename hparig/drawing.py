"""Draws what an autoscaler is told: its metrics, bounds and behavior, and in what circumstances its pods live."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from hparig.groups import Group
from scalebed.autoscaling.settings import RELEASES, ReleaseName

Json = dict[str, Any]
_CPU_REQUESTS = ("100m", "250m", "333m", "1")
_MEMORY_REQUESTS = ("64Mi", "100M", "250Mi")
_LONG_S = 10
"""A time between syncs beyond which windows and periods are longer too."""


@dataclass(frozen=True)
class Scenario:
    """`seed` and `index` draw all that follows, here and in its world."""

    seed: str
    index: int
    release: ReleaseName
    group: Group
    spec: Json
    containers: dict[str, dict[str, str]]
    """Requests of each container."""
    replicas: int
    """To begin with."""
    unrest: float
    """How often something goes wrong with a pod, as a multiple of what is usual."""
    window_s: int
    odd_container: bool
    """Every other pod lacks the container that a metric is of."""

    @property
    def name(self) -> str:
        """Of its namespace."""
        return f"{self.group.name}-{self.index:04d}"

    def dice(self, of: str) -> random.Random:
        return random.Random(f"{self.seed}/{self.release}/{self.name}/{of}")


def scenario(seed: str, index: int, release: ReleaseName, group: Group) -> Scenario:
    """The one that this seed and this index name."""
    dice = random.Random(f"{seed}/{release}/{group.name}-{index:04d}/spec")
    spec = _spec(dice, _may_sleep(release, group), _stretch(group))
    resources = {"cpu": dice.choice(_CPU_REQUESTS), "memory": dice.choice(_MEMORY_REQUESTS)}
    containers = {"app": resources}
    if dice.random() < 0.3 or "sidecar" in str(spec):
        containers["sidecar"] = {"cpu": "50m", "memory": "32Mi"}
    if dice.random() < 0.03:
        containers["app"] = {"memory": resources["memory"]}
    low, high = spec.get("minReplicas", 1), spec["maxReplicas"]
    return Scenario(
        seed=seed,
        index=index,
        release=release,
        group=group,
        spec=spec,
        containers=containers,
        replicas=dice.choice([low, high, *([dice.randint(max(low, 1), high)] * 4), high + 2, max(low - 1, 0)]),
        unrest=dice.choice([0, 0.5, 1, 1, 2, 5]),
        window_s=dice.choice([10, 15, 15, 30]),
        odd_container="sidecar" in str(spec) and dice.random() < 0.3,
    )


def redrawn(dice: random.Random, spec: Json, drawn: Scenario) -> Json:
    """The same metrics with other bounds or another behavior."""
    other = _spec(dice, _may_sleep(drawn.release, drawn.group), _stretch(drawn.group))
    kept = {key: spec[key] for key in ("scaleTargetRef", "metrics", "minReplicas", "maxReplicas") if key in spec}
    if dice.random() < 0.5:
        return kept | ({"behavior": other["behavior"]} if "behavior" in other else {})
    low = dice.randint(1, 4)
    return spec | {"minReplicas": low, "maxReplicas": low + dice.randint(0, 8)}


def _stretch(group: Group) -> int:
    return 6 if group.sync_s > _LONG_S else 1


def _may_sleep(release: ReleaseName, group: Group) -> bool:
    return group.settings_of(release).scales_to_zero(RELEASES[release])


def _spec(dice: random.Random, may_sleep: bool, stretch: int) -> Json:
    count = dice.choices([1, 2, 3], [65, 25, 10])[0]
    metrics = [_metric(dice, f"load{number}") for number in range(count)]
    low = dice.choice([1, 1, 1, 2, 3])
    if may_sleep and any(metric["type"] in ("Object", "External") for metric in metrics) and dice.random() < 0.7:
        low = 0
    spec: Json = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "target"},
        "minReplicas": low,
        "maxReplicas": max(low, 1) + dice.choice([1, 4, 6, 9, 9, 14, 18]),
        "metrics": metrics,
    }
    if dice.random() < 0.7:
        spec["behavior"] = _behavior(dice, stretch)
    return spec


def _metric(dice: random.Random, name: str) -> Json:
    kind = dice.choices(
        ["cpu", "memory", "container", "pods", "object", "external"],
        [38, 10, 12, 12, 12, 16],
    )[0]
    if kind in ("cpu", "memory", "container"):
        resource = dice.choice(["cpu", "cpu", "memory"]) if kind == "container" else kind
        if dice.random() < 0.7:
            target: Json = {"type": "Utilization", "averageUtilization": dice.choice([30, 50, 60, 75, 80, 130])}
        else:
            amount = dice.choice(["50m", "80m", "0.3"]) if resource == "cpu" else dice.choice(["50Mi", "100M"])
            target = {"type": "AverageValue", "averageValue": amount}
        source: Json = {"name": resource, "target": target}
        if kind == "container":
            return {
                "type": "ContainerResource",
                "containerResource": source | {"container": dice.choice(["app", "app", "sidecar"])},
            }
        return {"type": "Resource", "resource": source}
    amount = dice.choice(["10", "100", "1500m", "7", "1k"])
    average = kind == "pods" or dice.random() < 0.5
    named: Json = {
        "metric": {"name": name},
        "target": {"type": "AverageValue", "averageValue": amount} if average else {"type": "Value", "value": amount},
    }
    if kind == "object":
        named["describedObject"] = {"apiVersion": "v1", "kind": "Service", "name": "front"}
    return {"type": kind.capitalize(), kind: named}


def _behavior(dice: random.Random, stretch: int) -> Json:
    behavior: Json = {}
    for direction, windows in (("scaleUp", [0, 0, 0, 3, 7]), ("scaleDown", [0, 0, 0, 4, 10])):
        if dice.random() < 0.8:
            behavior[direction] = _rules(dice, windows, stretch)
    return behavior


def _rules(dice: random.Random, windows: list[int], stretch: int) -> Json:
    rules: Json = {}
    if dice.random() < 0.8:
        rules["stabilizationWindowSeconds"] = dice.choice(windows) * stretch
    if dice.random() < 0.6:
        rules["policies"] = [_policy(dice, stretch) for _ in range(dice.choice([1, 2, 2, 3]))]
    if dice.random() < 0.4:
        rules["selectPolicy"] = dice.choices(["Max", "Min", "Disabled"], [3, 5, 2])[0]
    if dice.random() < 0.25:
        rules["tolerance"] = dice.choice(["0", "0.02", "0.05", "0.2", "0.5"])
    return rules or {"selectPolicy": "Max"}


def _policy(dice: random.Random, stretch: int) -> Json:
    kind = dice.choice(["Pods", "Percent"])
    value = dice.choice([1, 2, 3, 5]) if kind == "Pods" else dice.choice([10, 25, 50, 100, 200])
    return {"type": kind, "value": value, "periodSeconds": dice.choice([1, 2, 4, 6, 10, 15, 20]) * stretch}
