"""A HorizontalPodAutoscaler as an experiment asks for it, and a rate that changes over time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from scalebed.experiment.strict import Strict

MOST_REPLICAS = 1000
"""That an experiment, a chart or a forecast may have; how many there is room for, the engine says beforehand."""
TOLERANCE = 0.1
"""By how large a share a metric must miss its target before the HPA does anything, where nobody says
(`--horizontal-pod-autoscaler-tolerance` of the kube-controller-manager)."""


TOLERANCE_SINCE = (1, 35)
"""The first Kubernetes that keeps a tolerance of an HPA's own; older ones drop the field without a word."""


def keeps_tolerance(version: str) -> bool:
    """Whether a cluster of this version, such as `v1.34.4`, keeps `behavior.*.tolerance`; False where none can tell."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return found is not None and (int(found[1]), int(found[2])) >= TOLERANCE_SINCE


@dataclass(frozen=True)
class Tolerance:
    """Shares of the target by which the metric may lie above it, and below, without anything happening."""

    up: float = TOLERANCE
    down: float = TOLERANCE


def _share(value: object) -> object:
    """Kubernetes takes a quantity: 0.05, "0.05" or 50m."""
    if isinstance(value, str) and value.endswith("m") and value[:-1].isdecimal():
        return int(value[:-1]) / 1000
    return value


class Policy(Strict):
    """So much at most within so many seconds."""

    type: Literal["Pods", "Percent"]
    value: int = Field(gt=0)
    periodSeconds: int = Field(gt=0, le=1800)  # noqa: N815, the API's word


class Rules(Strict):
    """How fast the number may change in one direction, in words of the API autoscaling/v2."""

    stabilizationWindowSeconds: int | None = Field(None, ge=0, le=3600)  # noqa: N815
    selectPolicy: Literal["Max", "Min", "Disabled"] | None = None  # noqa: N815
    policies: tuple[Policy, ...] = ()
    tolerance: Annotated[float, BeforeValidator(_share), Field(ge=0)] | None = None


class Behavior(Strict):
    """The rules of both directions. A word of the API that is none, the server would drop without another."""

    scaleUp: Rules = Rules()  # noqa: N815
    scaleDown: Rules = Rules()  # noqa: N815


class Autoscaler(Strict):
    """In the place of a number of replicas. What is left out stays as the chart has it."""

    min_replicas: int = Field(1, ge=1, le=MOST_REPLICAS)
    max_replicas: int = Field(4, ge=1, le=MOST_REPLICAS)
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

    @property
    def tolerances(self) -> dict[str, float]:
        """Those that the experiment sets, as shares, by direction: `scaleUp`, `scaleDown`."""
        found = {}
        for direction, rules in self.behavior.items():
            share = _share(rules.get("tolerance")) if isinstance(rules, Mapping) else None
            if isinstance(share, str):  # a quantity in quotes
                share = float(share)
            if isinstance(share, int | float):
                found[direction] = float(share)
        return found

    def tolerance(self, version: str) -> Tolerance:
        """In force on a cluster of this version."""
        own = self.tolerances if keeps_tolerance(version) else {}
        return Tolerance(own.get("scaleUp", TOLERANCE), own.get("scaleDown", TOLERANCE))

    def values(self) -> dict[str, Any]:
        """The chart's `autoscaling`."""
        behavior = {"behavior": dict(self.behavior)} if self.behavior else {}
        return {
            "minReplicas": self.min_replicas,
            "maxReplicas": self.max_replicas,
            "cpuPercent": round(self.cpu_percent),
            **behavior,
        }
