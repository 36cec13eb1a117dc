"""How far the use may be off its target before anything changes."""

from __future__ import annotations

from dataclasses import dataclass

from scalebed.autoscaling.quantity import approximate
from scalebed.autoscaling.settings import Release, Settings
from scalebed.autoscaling.spec import Spec


@dataclass(frozen=True)
class Tolerance:
    """Parts of the target, either way; both edges are inside."""

    down: float
    up: float

    def holds(self, ratio: float) -> bool:
        return 1.0 - self.down <= ratio <= 1.0 + self.up


def tolerance(spec: Spec, settings: Settings, release: Release) -> Tolerance:
    """The flag's, or where the release heeds them the fields' of `behavior`."""
    if spec.behavior is None or not settings.heeds_tolerance(release):
        return Tolerance(settings.tolerance, settings.tolerance)
    down, up = (
        settings.tolerance if rules.tolerance is None else approximate(rules.tolerance)
        for rules in (spec.behavior.scale_down, spec.behavior.scale_up)
    )
    return Tolerance(down, up)
