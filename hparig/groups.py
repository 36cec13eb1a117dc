"""Groups of scenarios: each runs beside others of its group, under a controller that was started with its flags."""

from __future__ import annotations

from dataclasses import dataclass, field

from scalebed.autoscaling.settings import ReleaseName, Settings


@dataclass(frozen=True)
class Group:
    """`sync_s` is the time between two syncs; `syncs` how many of them a scenario lasts. The last is no decision, as it
    may not be over."""

    name: str
    sync_s: float
    syncs: int
    settings: Settings
    share: float
    """Of all scenarios of a run."""
    gates: dict[ReleaseName, dict[str, bool]] = field(default_factory=dict)

    def flags(self) -> list[str]:
        """For kube-controller-manager."""
        prefix, settings = "--horizontal-pod-autoscaler", self.settings
        return [
            f"{prefix}-sync-period={self.sync_s}s",
            f"{prefix}-tolerance={settings.tolerance}",
            f"{prefix}-downscale-stabilization={settings.downscale_stabilization_s}s",
            f"{prefix}-cpu-initialization-period={settings.cpu_initialization_period_s}s",
            f"{prefix}-initial-readiness-delay={settings.initial_readiness_delay_s}s",
        ]

    def settings_of(self, release: ReleaseName) -> Settings:
        """With the feature gates that are switched in this release."""
        gates = self.gates.get(release, {})
        named = {"scale_to_zero": "HPAScaleToZero", "configurable_tolerance": "HPAConfigurableTolerance"}
        return self.settings.model_copy(update={key: gates.get(gate) for key, gate in named.items()})


# So that few multiples of it lie near a whole second, of which windows and periods are made.
_FAST_S = 2.3

GROUPS = (
    Group(
        "short",
        _FAST_S,
        26,
        Settings(downscale_stabilization_s=8, cpu_initialization_period_s=20, initial_readiness_delay_s=5),
        0.45,
    ),
    Group("tolerant", _FAST_S, 26, Settings(tolerance=0.03, downscale_stabilization_s=3), 0.2),
    Group(
        "gates",
        _FAST_S,
        26,
        Settings(downscale_stabilization_s=5, cpu_initialization_period_s=15),
        0.2,
        {
            "1.34": {"HPAScaleToZero": True, "HPAConfigurableTolerance": True},
            "1.37": {"HPAScaleToZero": False},
        },
    ),
    Group("defaults", 15, 26, Settings(), 0.15),
)
