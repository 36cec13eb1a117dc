"""How long pods took to start, by their own times, which the API server has in whole seconds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from scalebed.engines.kubernetes.api.client import Json
from scalebed.engines.kubernetes.api.paths import field


def starts_s(pods: Iterable[Json]) -> tuple[float, ...]:
    """Seconds from when each was created until it was ready; of those that are, and were never started again."""
    return tuple(seconds for pod in pods if (seconds := _start_s(pod)) is not None)


def _start_s(pod: Json) -> float | None:
    ready = next(
        (
            str(condition.get("lastTransitionTime", ""))
            for condition in field(pod, "status", "conditions", default=[])
            if condition.get("type") == "Ready" and condition.get("status") == "True"
        ),
        "",
    )
    created = str(field(pod, "metadata", "creationTimestamp", default=""))
    again = any(status.get("restartCount") for status in field(pod, "status", "containerStatuses", default=[]))
    if not ready or not created or again:
        return None
    return max(0.0, (datetime.fromisoformat(ready) - datetime.fromisoformat(created)).total_seconds())
