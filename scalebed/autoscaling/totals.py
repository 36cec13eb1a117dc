"""What a total proposes that exists without pods: object and external metrics.

kubernetes 1.34.4 and 1.37.2, pkg/controller/podautoscaler/replica_calculator.go.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from scalebed.autoscaling.integers import MAX_INT32, MAX_INT64, ceil32, ratio, wrapped64
from scalebed.autoscaling.per_pod import NoProposal, Surroundings


def of_value(around: Surroundings, total: int, target: int) -> int:
    """Replicas in proportion to `total`, in thousandths as `target`, from the ready pods. Raises NoProposal."""
    usage = float(total) / float(target)
    if around.replicas == 0:
        return ceil32(usage)
    if around.tolerance.holds(usage):
        return around.replicas
    if not around.listed:
        raise NoProposal("no pods returned by selector while calculating replica count")
    ready = sum(pod.phase == "Running" and pod.ready is True for pod in around.listed)
    wanted = usage * ready
    return MAX_INT32 if around.release.bounds_totals and wanted > MAX_INT32 else ceil32(wanted)


def of_average(around: Surroundings, total: int, target: int, *, external: bool) -> int:
    """Replicas among which `total` is `target` thousandths each, from the number that the target says it has."""
    count = around.status_replicas
    if around.tolerance.holds(ratio(float(total), float(target) * float(count))):
        return count
    wanted = math.ceil(float(total) / float(target))
    return MAX_INT32 if external and wanted > MAX_INT32 else ceil32(wanted)


def added(series: Sequence[int], *, average: bool, around: Surroundings) -> int:
    """All series of an external metric, thousandths: what goes beyond 64 bits is the largest number, or wraps."""
    total = 0
    for value in series:
        if not average and around.release.bounds_totals and value > 0 and total > MAX_INT64 - value:
            return MAX_INT64
        total = wrapped64(total + value)
        if average and total < 0:
            return MAX_INT64
    return total
