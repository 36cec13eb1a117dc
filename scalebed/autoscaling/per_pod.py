"""What a metric of each pod proposes: of resources, of containers' resources, and of type Pods.

kubernetes 1.34.4 and 1.37.2, pkg/controller/podautoscaler/replica_calculator.go and metrics/utilization.go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from scalebed.autoscaling.grouping import group
from scalebed.autoscaling.integers import ceil32, cut, wrapped32
from scalebed.autoscaling.pods import Pod
from scalebed.autoscaling.settings import Release, Settings
from scalebed.autoscaling.tolerance import Tolerance


class NoProposal(Exception):  # noqa: N818 - no error of ours: the controller has none either
    """Why a metric proposes nothing."""


@dataclass(frozen=True)
class Surroundings:
    """What every metric of one sync is calculated in."""

    at_s: float
    replicas: int
    """That the target is told to have."""
    status_replicas: int
    """That the target says it has."""
    pods: Sequence[Pod]
    """All that carry the target's labels, or are named by the metrics API."""
    tolerance: Tolerance
    settings: Settings
    release: Release

    @property
    def listed(self) -> list[Pod]:
        return [pod for pod in self.pods if pod.listed]


Values = Mapping[str, int]
Usage = Callable[[Values], float]
"""How much is used, as a multiple of the target."""


def utilization(around: Surroundings, resource: str, container: str | None, target: int) -> int:
    """Replicas that keep the use at `target` per cent of what pods ask for. Raises NoProposal."""
    values = _values((pod, pod.used(resource, container)) for pod in around.pods)
    requests = _requests(around, resource, container)

    def usage(values: Values) -> float:
        known = [name for name in values if name in requests]
        asked = sum(requests[name] for name in known)
        if asked == 0:
            raise NoProposal("no metrics returned matched known pods")
        # Whole per cents: what is behind the point is cut before anything is compared.
        return wrapped32(cut(sum(values[name] for name in known) * 100, asked)) / target

    fallback = max(100, target)
    full = {name: cut(request * fallback, 100) for name, request in requests.items()}
    return _proposal(around, values, usage, lambda name: full[name], cpu=resource == "cpu")


def average(around: Surroundings, resource: str, container: str | None, target: int) -> int:
    """Replicas that keep the mean use of a resource at `target` thousandths. Raises NoProposal."""
    values = _values((pod, pod.used(resource, container)) for pod in around.pods)
    return _plain(around, values, target, cpu=resource == "cpu")


def pods_metric(around: Surroundings, readings: Mapping[str, int], target: int) -> int:
    """Replicas that keep the mean of a metric of type Pods at `target` thousandths. Raises NoProposal."""
    return _plain(around, readings, target, cpu=False)


def _plain(around: Surroundings, values: Values, target: int, *, cpu: bool) -> int:
    def usage(values: Values) -> float:
        return cut(sum(values.values()), len(values)) / target

    return _proposal(around, values, usage, lambda _: target, cpu=cpu)


def _proposal(
    around: Surroundings, values: Values, usage: Usage, assumed_down: Callable[[str], int], *, cpu: bool
) -> int:
    """`assumed_down` is what a pod without a metric counts as where less are asked for."""
    listed = around.listed
    if not values or not listed:
        raise NoProposal("no metrics returned" if not values else "no pods returned by selector")
    groups = group(listed, values, around.settings, around.at_s, cpu=cpu)
    counted = {name: value for name, value in values.items() if name not in groups.ignored | groups.unready}
    if not counted:
        raise NoProposal("did not receive metrics for targeted pods (pods might be unready)")
    before = usage(counted)
    unready_count = bool(groups.unready) and before > 1
    if not unready_count and not groups.missing:
        return around.replicas if around.tolerance.holds(before) else ceil32(before * len(groups.ready))
    if before < 1:
        counted |= {name: assumed_down(name) for name in groups.missing}
    elif before > 1:
        counted |= dict.fromkeys(groups.missing, 0)
    if unready_count:
        counted |= dict.fromkeys(groups.unready, 0)
    after = usage(counted)
    proposed = ceil32(after * len(counted))
    turned = (before < 1 < after) or (after < 1 < before)
    against = (after < 1 and proposed > around.replicas) or (after > 1 and proposed < around.replicas)
    return around.replicas if around.tolerance.holds(after) or turned or against else proposed


def _values(used: Iterable[tuple[Pod, int | None]]) -> dict[str, int]:
    return {pod.name: value for pod, value in used if value is not None}


def _requests(around: Surroundings, resource: str, container: str | None) -> dict[str, int]:
    """Also of pods that are terminating or have failed: one of them without a request is enough to end it."""
    requests = {}
    for pod in around.listed:
        if container is not None and container not in pod.parts and around.release.finds_container:
            raise NoProposal(f"container {container} not found in pod {pod.name}")
        request = pod.requested(resource, container)
        if request is None:
            raise NoProposal(f"missing request for {resource} in pod {pod.name}")
        requests[pod.name] = request
    return requests
