"""A HorizontalPodAutoscaler as an experiment asks for it, and a rate that changes over time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import Field, model_validator

from scalebed.duration import Duration
from scalebed.variant import Strict


class Autoscaler(Strict):
    """In the place of a number of replicas. What is left out stays as the chart has it."""

    min_replicas: int = Field(1, ge=1, le=64)
    max_replicas: int = Field(4, ge=1, le=64)
    cpu_percent: float = Field(60, gt=0, le=1000)
    """CPU of a replica, in percent of its request, that the number of replicas is to hold."""
    behavior: Mapping[str, Any] = {}
    """How fast the number may change: `scaleUp` and `scaleDown`, in words of the API autoscaling/v2."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.min_replicas > self.max_replicas:
            raise ValueError("max_replicas: must not be less than min_replicas")
        if unknown := sorted(self.behavior.keys() - {"scaleUp", "scaleDown"}):
            raise ValueError(f"behavior: {unknown[0]} is not a key here; the keys are scaleDown, scaleUp")
        return self

    def values(self) -> dict[str, Any]:
        """The chart's `autoscaling`."""
        behavior = {"behavior": dict(self.behavior)} if self.behavior else {}
        return {
            "minReplicas": self.min_replicas,
            "maxReplicas": self.max_replicas,
            "cpuPercent": round(self.cpu_percent),
            **behavior,
        }


class Level(Strict):
    """So many requests a second for so long."""

    rate: float = Field(gt=0)
    duration: Duration
