"""One look of the controller: when, and what it saw."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from scalebed.autoscaling.part import Part
from scalebed.autoscaling.pods import Pod
from scalebed.autoscaling.quantity import Quantity
from scalebed.autoscaling.spec import Spec

Total = Quantity | tuple[Quantity, ...]


class Seen(Part):
    """What the real controller then did, as far as it was recorded."""

    desired: int
    """`status.desiredReplicas` after the sync."""
    reasons: Mapping[str, str] = {}
    """Its conditions' reasons, by the conditions' types."""


class Sync(Part):
    """One sync. What does not stand there is as it was in the sync before, but for `replicas`, `failing` and `seen`."""

    at_s: float
    """Seconds, of the same clock as all times of its pods: when the metrics had been read."""
    replicas: int | None = Field(None, ge=0)
    """`spec.replicas` of the target; without a word, what the sync before left."""
    status_replicas: int | None = Field(None, ge=0)
    """`status.replicas` of the target; without a word, its pods that are neither terminating nor at an end."""
    pods: tuple[Pod, ...] | None = None
    totals: Mapping[str, Total | None] | None = None
    """Values of object and external metrics by name; null for one that cannot be had."""
    failing: tuple[str, ...] = ()
    """Names of resources and metrics that no API answers for in this sync."""
    spec: Spec | None = None
    """From this sync on."""
    rescaled_at_s: float | None = None
    """When a change of the target was done, if later than `at_s`: periods of policies count from then."""
    seen: Seen | None = None
