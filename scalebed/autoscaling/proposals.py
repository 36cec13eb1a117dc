"""What all metrics of an autoscaler propose together.

kubernetes 1.34.4 and 1.37.2, pkg/controller/podautoscaler/horizontal.go, computeReplicasForMetrics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scalebed.autoscaling import per_pod, totals
from scalebed.autoscaling.per_pod import NoProposal, Surroundings
from scalebed.autoscaling.quantity import milli
from scalebed.autoscaling.spec import ContainerSource, Metric, ResourceSource
from scalebed.autoscaling.sync import Total


@dataclass(frozen=True)
class Proposal:
    """Of one metric: `replicas`, or None and why not."""

    metric: Metric
    replicas: int | None
    failure: str = ""

    @property
    def reason(self) -> str:
        """As the condition ScalingActive gives it where the metric fails."""
        return f"FailedGet{self.metric.type}Metric"


@dataclass(frozen=True)
class Readings:
    """What no pod has of itself: totals by name, and names that no API answers for."""

    totals: Mapping[str, Total | None]
    failing: Sequence[str] = ()


def proposals(metrics: Sequence[Metric], readings: Readings, around: Surroundings) -> list[Proposal]:
    """Each metric's, in their order."""
    return [_proposed(metric, readings, around) for metric in metrics]


def highest(found: Sequence[Proposal], replicas: int) -> int | None:
    """The highest proposal; None where all metrics fail, or some do and the others ask for less than `replicas`."""
    best = 0
    for each in found:
        # A proposal of zero counts as none, so that the next one replaces it even where it is below zero.
        if each.replicas is not None and (best == 0 or each.replicas > best):
            best = each.replicas
    failed = sum(each.replicas is None for each in found)
    return None if failed == len(found) or (failed and best < replicas) else best


def _proposed(metric: Metric, readings: Readings, around: Surroundings) -> Proposal:
    try:
        return Proposal(metric, _replicas(metric, readings, around))
    except NoProposal as failure:
        return Proposal(metric, None, str(failure))


def _replicas(metric: Metric, readings: Readings, around: Surroundings) -> int:
    source, target = metric.source, metric.target
    if metric.name in readings.failing:
        raise NoProposal("no answer from its API")
    if isinstance(source, ResourceSource | ContainerSource):
        container = source.container if isinstance(source, ContainerSource) else None
        if target.average_utilization is not None:
            return per_pod.utilization(around, source.name, container, target.average_utilization)
        return per_pod.average(around, source.name, container, _milli(target.average_value))
    if metric.type == "Pods":
        values = {pod.name: milli(pod.metrics[metric.name]) for pod in around.pods if metric.name in pod.metrics}
        return per_pod.pods_metric(around, values, _milli(target.average_value))
    series = _series(readings.totals.get(metric.name))
    external = metric.type == "External"
    average = target.average_value is not None
    total = totals.added(series, average=average, around=around) if external else series[0]
    if average:
        return totals.of_average(around, total, _milli(target.average_value), external=external)
    return totals.of_value(around, total, _milli(target.value))


def _series(total: Total | None) -> list[int]:
    series = [total] if isinstance(total, str) else list(total or ())
    if not series:
        raise NoProposal("no metrics returned from its API")
    return [milli(value) for value in series]


def _milli(target: str | None) -> int:
    assert target is not None  # noqa: S101 - a target's type says which value it has
    return milli(target)
