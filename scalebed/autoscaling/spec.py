"""The `spec` of a HorizontalPodAutoscaler (autoscaling/v2), with what the API server fills in.

Defaults: kubernetes 1.34.4 and 1.37.2, pkg/apis/autoscaling/v2/defaults.go, which are alike.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from scalebed.autoscaling.part import ApiPart
from scalebed.autoscaling.quantity import Quantity

MetricType = Literal["Resource", "ContainerResource", "Pods", "Object", "External"]


class Target(ApiPart):
    """What a metric is held to; exactly one of the three values."""

    type: Literal["Utilization", "Value", "AverageValue"]
    average_utilization: int | None = Field(None, gt=0)
    """Per cent of the request."""
    average_value: Quantity | None = None
    value: Quantity | None = None

    @model_validator(mode="after")
    def _one(self) -> Target:
        named = {
            "Utilization": self.average_utilization,
            "AverageValue": self.average_value,
            "Value": self.value,
        }
        given = [name for name, value in named.items() if value is not None]
        if given != [self.type]:
            raise ValueError(f"a target of type {self.type} has its own value and no other")
        return self


class MetricName(ApiPart):
    """A metric of another API, and which of its series."""

    name: str
    selector: dict[str, Any] | None = None


class ResourceSource(ApiPart):
    """Use of `cpu`, `memory` or another resource by whole pods."""

    name: str
    target: Target


class ContainerSource(ApiPart):
    """Use of a resource by one container of each pod."""

    name: str
    container: str
    target: Target


class PodsSource(ApiPart):
    """A metric that each pod has."""

    metric: MetricName
    target: Target


class ObjectSource(ApiPart):
    """A metric of one object."""

    described_object: dict[str, str]
    metric: MetricName
    target: Target


class ExternalSource(ApiPart):
    """A metric of something outside the cluster; several series are added up."""

    metric: MetricName
    target: Target


class Metric(ApiPart):
    """One metric, and what it is held to."""

    type: MetricType
    resource: ResourceSource | None = None
    container_resource: ContainerSource | None = None
    pods: PodsSource | None = None
    object: ObjectSource | None = None
    external: ExternalSource | None = None

    @model_validator(mode="after")
    def _source(self) -> Metric:
        given = [name for name in _SOURCES if getattr(self, _SOURCES[name]) is not None]
        if given != [self.type]:
            raise ValueError(f"a metric of type {self.type} has that source and no other")
        if self.target.type not in _TARGETS[self.type]:
            raise ValueError(f"a metric of type {self.type} has a target of type {' or '.join(_TARGETS[self.type])}")
        return self

    @property
    def source(self) -> ResourceSource | ContainerSource | PodsSource | ObjectSource | ExternalSource:
        found = self.resource or self.container_resource or self.pods or self.object or self.external
        assert found is not None  # noqa: S101 - validated above
        return found

    @property
    def target(self) -> Target:
        return self.source.target

    @property
    def name(self) -> str:
        """The resource's name, or the metric's."""
        source = self.source
        return source.name if isinstance(source, ResourceSource | ContainerSource) else source.metric.name


_SOURCES: dict[MetricType, str] = {
    "Resource": "resource",
    "ContainerResource": "container_resource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}
_TARGETS: dict[MetricType, tuple[str, ...]] = {
    "Resource": ("Utilization", "AverageValue"),
    "ContainerResource": ("Utilization", "AverageValue"),
    "Pods": ("AverageValue",),
    "Object": ("Value", "AverageValue"),
    "External": ("Value", "AverageValue"),
}


class Policy(ApiPart):
    """How much may change within a period."""

    type: Literal["Pods", "Percent"]
    value: int = Field(gt=0)
    period_seconds: int = Field(gt=0, le=1800)


class Rules(ApiPart):
    """One direction of `behavior`."""

    stabilization_window_seconds: int | None = Field(None, ge=0, le=3600)
    """Without a word, 0 up, and down what the flag says."""
    select_policy: Literal["Max", "Min", "Disabled"] = "Max"
    policies: tuple[Policy, ...] = Field((), validate_default=True)
    tolerance: Quantity | None = None


_UP = (
    Policy(type="Pods", value=4, period_seconds=15),
    Policy(type="Percent", value=100, period_seconds=15),
)
_DOWN = (Policy(type="Percent", value=100, period_seconds=15),)


class Behavior(ApiPart):
    """Both directions; what one leaves out is filled in."""

    scale_up: Rules = Rules()
    scale_down: Rules = Rules()

    @model_validator(mode="after")
    def _filled(self) -> Behavior:
        up = {
            "policies": self.scale_up.policies or _UP,
            "stabilization_window_seconds": self.scale_up.stabilization_window_seconds or 0,
        }
        down = {"policies": self.scale_down.policies or _DOWN}
        object.__setattr__(self, "scale_up", self.scale_up.model_copy(update=up))
        object.__setattr__(self, "scale_down", self.scale_down.model_copy(update=down))
        return self


_CPU = Metric.model_validate(
    {
        "type": "Resource",
        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}},
    }
)


class Spec(ApiPart):
    """What an autoscaler is told."""

    scale_target_ref: dict[str, str] | None = None
    min_replicas: int = Field(1, ge=0)
    max_replicas: int = Field(ge=1)
    metrics: tuple[Metric, ...] = (_CPU,)
    behavior: Behavior | None = None
    """Without it, other rules hold than those that `behavior` has without a word."""

    @model_validator(mode="after")
    def _possible(self) -> Spec:
        if self.max_replicas < self.min_replicas:
            raise ValueError(f"maxReplicas {self.max_replicas} is below minReplicas {self.min_replicas}")
        if not self.metrics:
            object.__setattr__(self, "metrics", (_CPU,))
        if self.min_replicas == 0 and not self.has_totals:
            raise ValueError("minReplicas 0 needs a metric of type Object or External")
        return self

    @property
    def has_totals(self) -> bool:
        """Whether a metric is one that exists without pods."""
        return any(metric.type in ("Object", "External") for metric in self.metrics)
