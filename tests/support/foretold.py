"""A service, an autoscaler and a load to forecast, as small as they get."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from scalebed.autoscaling.spec import Spec
from scalebed.forecast.load import Load
from scalebed.forecast.service import Service
from scalebed.forecast.setting import Setting
from scalebed.forecast.world import World
from scalebed.statistics.intervals import Interval

PER_REPLICA = 100.0
"""Arrivals a second that each carries."""


def service(capacities: Mapping[int, float] | None = None, **more: Any) -> Service:
    """Without a word one whose replicas each carry 100 a second, at all of a tenth of a core."""
    found = capacities or {1: PER_REPLICA, 2: 2 * PER_REPLICA}
    keys: dict[str, Any] = {
        "name": "shop", "capacities": {n: Interval(rate, None, None, 1) for n, rate in found.items()}, "cpu_s": 0.001,
        "idle_cores": 0.0, "limit_cores": 0.1, "full_at": 1.0, "limit_ms": 1000, "error_rate": 0.01, "start_s": (5.0,),
        **more,
    }  # fmt: skip
    return Service(**keys)


def spec(least: int = 1, most: int = 10, target: int = 60, **more: object) -> Spec:
    """By the CPU of pods."""
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": target}}
    metrics = [{"type": "Resource", "resource": cpu}]
    return Spec.model_validate({"minReplicas": least, "maxReplicas": most, "metrics": metrics, **more})


def setting(least: int = 1, most: int = 10, target: int = 60, *, request: float = 0.1, **more: object) -> Setting:
    return Setting(spec(least, most, target, **more), request)


def step(low: float = 20, high: float = 250, before: int = 60, during: int = 180, after: int = 60) -> Load:
    return Load("step", np.repeat([low, high, low], [before, during, after]).astype(np.float64))


def world(most: int = 10, per_replica: float = PER_REPLICA, **more: Any) -> World:
    """In which the controller and metrics-server look at second 7 and 3 of every 15."""
    curve = np.arange(most + 1) * per_replica
    keys: dict[str, Any] = {
        "capacity": curve, "saturation": curve.copy(), "sync_s": 7.0, "scrape_s": 3.0, "start_s": np.array([5.0]),
        "seed": 1, **more,
    }  # fmt: skip
    return World(**keys)
