"""What an autoscaler is told, as far as a forecast can follow it."""

from __future__ import annotations

from dataclasses import dataclass

from scalebed.autoscaling.quantity import milli
from scalebed.autoscaling.settings import RELEASES, ReleaseName, Settings
from scalebed.autoscaling.spec import ContainerSource, Metric, ResourceSource, Spec
from scalebed.autoscaling.tolerance import Tolerance, tolerance
from scalebed.experiment.autoscaler import MOST_REPLICAS

_DEFAULTS = Settings()


@dataclass(frozen=True)
class Setting:
    """An autoscaler's spec, with what surrounds it."""

    spec: Spec
    request_cores: float
    """CPU that a pod asks for, of which utilization is a share."""
    release: ReleaseName = "1.34"
    settings: Settings = _DEFAULTS
    rate_metric: str = ""
    """Name of a metric of type External that is the arrivals a second; empty where none is."""
    rate_window_s: float = 60.0
    """Over how long that is averaged."""

    def __post_init__(self) -> None:
        """Raises ValueError with the rest of a sentence."""
        if self.spec.max_replicas > MOST_REPLICAS:
            raise ValueError(f"maxReplicas is {self.spec.max_replicas}; a forecast goes up to {MOST_REPLICAS}")
        if self.spec.min_replicas < 1:
            raise ValueError("minReplicas is 0, and what the first request after nothing waits for is not forecast")
        for metric in self.spec.metrics:
            if not (self.of_cpu(metric) or self.of_rate(metric)):
                raise ValueError(
                    f"metric {metric.name} of type {metric.type} cannot be forecast: CPU can, and what --rate-metric "
                    "names, of type External with an averageValue"
                )
            value = metric.target.average_value
            if value is not None and milli(value) <= 0:
                raise ValueError(f"metric {metric.name}: averageValue is {value}, and must be more than 0")

    @staticmethod
    def of_cpu(metric: Metric) -> bool:
        """Whether it is the CPU of pods."""
        return isinstance(metric.source, ResourceSource | ContainerSource) and metric.name == "cpu"

    def of_rate(self, metric: Metric) -> bool:
        """Whether it is the arrivals a second."""
        named = bool(self.rate_metric) and metric.name == self.rate_metric
        return metric.type == "External" and metric.target.average_value is not None and named

    @property
    def tolerance(self) -> Tolerance:
        return tolerance(self.spec, self.settings, RELEASES[self.release])
