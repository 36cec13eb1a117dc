"""Which pods a metric of each pod is calculated over.

kubernetes 1.34.4 and 1.37.2, pkg/controller/podautoscaler/replica_calculator.go, groupPods; they are alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scalebed.autoscaling.pods import Pod
from scalebed.autoscaling.settings import Settings


@dataclass(frozen=True)
class Groups:
    """Names of pods. `ready` have a metric that counts; those that are terminating or have failed are `ignored`."""

    ready: frozenset[str]
    unready: frozenset[str]
    missing: frozenset[str]
    ignored: frozenset[str]


def group(pods: Iterable[Pod], values: Mapping[str, int], settings: Settings, at_s: float, *, cpu: bool) -> Groups:
    """`values` has the pods with a metric. Only where it is `cpu` does readiness count."""
    groups: dict[str, set[str]] = {"ready": set(), "unready": set(), "missing": set(), "ignored": set()}
    for pod in pods:
        groups[_group_of(pod, values, settings, at_s, cpu)].add(pod.name)
    return Groups(**{name: frozenset(names) for name, names in groups.items()})


def _group_of(pod: Pod, values: Mapping[str, int], settings: Settings, at_s: float, cpu: bool) -> str:
    if pod.deleted or pod.phase == "Failed":
        return "ignored"
    if pod.phase == "Pending":
        return "unready"
    if pod.name not in values:
        return "missing"
    return "unready" if cpu and _too_young(pod, settings, at_s) else "ready"


def _too_young(pod: Pod, settings: Settings, at_s: float) -> bool:
    """Whether its CPU would still be that of its start."""
    if pod.ready is None or pod.started_s is None:
        return True
    if pod.started_s + settings.cpu_initialization_period_s > at_s:
        sampled_s = at_s if pod.sampled_s is None else pod.sampled_s
        return pod.ready is False or sampled_s < pod.ready_since_s + pod.window_s
    return pod.ready is False and pod.started_s + settings.initial_readiness_delay_s > pod.ready_since_s
