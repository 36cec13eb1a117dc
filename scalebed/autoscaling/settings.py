"""How a controller manager was started: its release, and those of its flags that decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from scalebed.autoscaling.part import Part

ReleaseName = Literal["1.34", "1.37"]


@dataclass(frozen=True)
class Release:
    """What differs between releases; features that are beta or alpha may be switched (`Settings`)."""

    scale_to_zero: bool
    """The feature gate HPAScaleToZero is on without a word."""
    tolerance_field: bool
    """`behavior.scaleUp.tolerance` and `behavior.scaleDown.tolerance` count without a word."""
    remembers_zero: bool
    """From zero it goes up only where the condition ScaledToZero says that it went there itself."""
    bounds_totals: bool
    """A proposal from a total that is beyond 32 bits is the largest number; before, it was the least."""
    finds_container: bool
    """A pod without the named container is an error; before, it had a request of zero."""


RELEASES: dict[ReleaseName, Release] = {
    "1.34": Release(
        scale_to_zero=False,
        tolerance_field=False,
        remembers_zero=False,
        bounds_totals=False,
        finds_container=False,
    ),
    "1.37": Release(
        scale_to_zero=True, tolerance_field=True, remembers_zero=True, bounds_totals=True, finds_container=True
    ),
}


class Settings(Part):
    """Flags of kube-controller-manager, `--horizontal-pod-autoscaler-…`, with their defaults, and feature gates."""

    tolerance: float = Field(0.1, ge=0)
    downscale_stabilization_s: float = Field(300, ge=0)
    cpu_initialization_period_s: float = Field(300, ge=0)
    initial_readiness_delay_s: float = Field(30, ge=0)
    scale_to_zero: bool | None = None
    """HPAScaleToZero; without a word as the release has it."""
    configurable_tolerance: bool | None = None
    """HPAConfigurableTolerance; without a word as the release has it."""

    def scales_to_zero(self, release: Release) -> bool:
        return release.scale_to_zero if self.scale_to_zero is None else self.scale_to_zero

    def heeds_tolerance(self, release: Release) -> bool:
        return release.tolerance_field if self.configurable_tolerance is None else self.configurable_tolerance
