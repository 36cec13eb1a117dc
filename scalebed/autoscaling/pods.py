"""Pods as the controller sees them, each with what the metrics APIs say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, model_validator

from scalebed.autoscaling.part import Part
from scalebed.autoscaling.quantity import Quantity, milli

LONG_AGO_S = -1e9
"""Before every trace: of a pod whose times do not stand there."""


class Container(Part):
    """One container of a pod: what it asked for, and what it uses as far as there is a metric."""

    requests: Mapping[str, Quantity] = {}
    usage: Mapping[str, Quantity] = {}


class Pod(Part):
    """One pod. `requests` and `usage` are for a pod of one container; `containers` is for one of several."""

    name: str
    phase: Literal["Pending", "Running", "Succeeded", "Failed"] = "Running"
    ready: bool | Literal["Unknown"] | None = True
    """The status of its condition Ready; null without that condition."""
    started_s: float | None = LONG_AGO_S
    """Its status's startTime; null where it has none."""
    ready_since_s: float = LONG_AGO_S
    """When its condition Ready last changed, either way."""
    deleted: bool = False
    """It has a deletionTimestamp: it is being terminated."""
    listed: bool = True
    """False: the metrics API knows it still, and the API server does not."""
    requests: Mapping[str, Quantity] = {}
    usage: Mapping[str, Quantity] = {}
    containers: Mapping[str, Container] = Field(default={})
    sampled_s: float | None = None
    """The timestamp of its metric; without it, that of the sync."""
    window_s: float = Field(15, ge=0)
    """Over how long its CPU was measured."""
    metrics: Mapping[str, Quantity] = {}
    """Values of metrics of type Pods, by name."""

    @model_validator(mode="after")
    def _either(self) -> Pod:
        if self.containers and (self.requests or self.usage):
            raise ValueError("a pod has either containers, or requests and usage of its own")
        return self

    @property
    def parts(self) -> Mapping[str, Container]:
        return self.containers or {"app": Container(requests=self.requests, usage=self.usage)}

    def used(self, resource: str, container: str | None) -> int | None:
        """Thousandths in use by the pod or one container; None without a metric.

        A pod of which one container has no metric has none: kubernetes 1.37.2, podautoscaler/metrics/client.go.
        """
        measured = {name: each.usage for name, each in self.parts.items() if each.usage}
        if container is not None:
            usage = measured.get(container, {})
            return milli(usage[resource]) if resource in usage else None
        if not measured or any(resource not in usage for usage in measured.values()):
            return None
        return sum(milli(usage[resource]) for usage in measured.values())

    def requested(self, resource: str, container: str | None) -> int | None:
        """Thousandths that the pod's containers, or one of them, asked for; 0 without that container, None without a
        request."""
        chosen = [each for name, each in self.parts.items() if container in (None, name)]
        if any(resource not in each.requests for each in chosen):
            return None
        return sum(milli(each.requests[resource]) for each in chosen)
