"""What metrics propose, from sums: as `scalebed.autoscaling` calculates it from pods, in a time that does not grow with
their number. Pods here are alike: one container each, with the same request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scalebed.autoscaling.integers import ceil32, cut, wrapped32
from scalebed.autoscaling.per_pod import NoProposal
from scalebed.autoscaling.tolerance import Tolerance

Usage = Callable[[int, int], float]
"""Of so many thousandths of a core, used by so many pods: how many times the target that is."""


@dataclass(frozen=True)
class Census:
    """Pods by how their CPU counts (`scalebed.autoscaling.grouping`), at one look."""

    replicas: int
    """That the target is told to have."""
    ready: int
    """With a metric that counts."""
    used: int
    """By those, in thousandths of a core."""
    unready: int
    """Pending, or too young for their metric to count."""
    missing: int
    """Running, and without a metric."""
    measured: int
    """With a metric, whether it counts or not."""


def utilization(census: Census, request: int, target: int, tolerance: Tolerance) -> int:
    """Replicas that keep the use at `target` per cent of `request` thousandths of a core. Raises NoProposal."""

    def usage(used: int, pods: int) -> float:
        return wrapped32(cut(used * 100, request * pods)) / target

    return _proposal(census, usage, cut(request * max(100, target), 100), tolerance)


def average(census: Census, target: int, tolerance: Tolerance) -> int:
    """Replicas that keep the mean use at `target` thousandths of a core. Raises NoProposal."""

    def usage(used: int, pods: int) -> float:
        return cut(used, pods) / target

    return _proposal(census, usage, target, tolerance)


def _proposal(census: Census, usage: Usage, assumed_down: int, tolerance: Tolerance) -> int:
    if not census.measured:
        raise NoProposal("no metrics returned")
    if not census.ready:
        raise NoProposal("did not receive metrics for targeted pods (pods might be unready)")
    before = usage(census.used, census.ready)
    unready_count = census.unready > 0 and before > 1
    if not unready_count and not census.missing:
        return census.replicas if tolerance.holds(before) else ceil32(before * census.ready)
    used, pods = census.used, census.ready
    if before < 1:
        used += census.missing * assumed_down
    if before != 1:
        pods += census.missing
    if unready_count:
        pods += census.unready
    after = usage(used, pods)
    proposed = ceil32(after * pods)
    turned = (before < 1 < after) or (after < 1 < before)
    against = (after < 1 and proposed > census.replicas) or (after > 1 and proposed < census.replicas)
    return census.replicas if tolerance.holds(after) or turned or against else proposed
