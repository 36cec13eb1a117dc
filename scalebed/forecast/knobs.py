"""What a search for settings may turn: a few steps for each, from which every setting is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from scalebed.autoscaling.spec import Spec
from scalebed.forecast.setting import Setting

Signal = Literal["cpu", "rate"]
Haste = Literal["calm", "usual", "eager"]
TARGETS = (30, 40, 50, 60, 70, 80, 90)
"""Per cent of the CPU request, or of what one replica carries within the SLO."""
UP_WINDOWS_S = (0, 30, 60)
DOWN_WINDOWS_S = (30, 60, 120, 300, 600)
TOLERANCES = (0.02, 0.05, 0.1)
HASTES: tuple[Haste, ...] = ("calm", "usual", "eager")
_LADDER = (
    1,
    2,
    3,
    4,
    5,
    6,
    8,
    10,
    12,
    16,
    20,
    24,
    32,
    40,
    50,
    64,
    80,
    100,
    128,
    160,
    200,
    256,
    320,
    400,
    512,
    640,
    800,
)
_POLICIES: dict[Haste, list[dict[str, Any]]] = {
    "calm": [{"type": "Pods", "value": 1, "periodSeconds": 60}, {"type": "Percent", "value": 50, "periodSeconds": 60}],
    "usual": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15},
    ],
    "eager": [
        {"type": "Pods", "value": 20, "periodSeconds": 15},
        {"type": "Percent", "value": 900, "periodSeconds": 15},
    ],
}
"""How much may be added within how long. `usual` is what `behavior` has without a word."""


@dataclass(frozen=True)
class Knobs:
    """One setting, as steps."""

    signal: Signal = "cpu"
    target: int = 60
    least: int = 1
    """Replicas."""
    haste: Haste = "usual"
    up_window_s: int = 0
    down_window_s: int = 300
    tolerance: float = 0.1
    """Upwards."""

    def __str__(self) -> str:
        what = f"{self.target}% CPU" if self.signal == "cpu" else f"{self.target}% of a replica's capacity, by rate"
        said = [what, f"min {self.least}", f"down after {self.down_window_s} s"]
        if self.haste != "usual":
            said.append(f"{self.haste} up")
        if self.up_window_s:
            said.append(f"up after {self.up_window_s} s")
        if self.tolerance != 0.1:
            said.append(f"tolerance {self.tolerance:g}")
        return ", ".join(said)


@dataclass(frozen=True)
class Bench:
    """What all settings of a search share."""

    base: Setting
    """Whose bounds above, request, release and flags they keep."""
    most_least: int
    """The highest `minReplicas` to try."""
    signals: tuple[Signal, ...] = ("cpu",)
    per_replica: float = 0.0
    """Arrivals a second that one replica carries within the SLO: a target by rate is a share of it."""

    def setting(self, knobs: Knobs) -> Setting:
        """Those knobs as a setting."""
        up: dict[str, Any] = {
            "stabilizationWindowSeconds": knobs.up_window_s,
            "policies": _POLICIES[knobs.haste],
        }
        if self._tolerant:
            up["tolerance"] = f"{knobs.tolerance:g}"
        spec = Spec.model_validate(
            {
                "scaleTargetRef": self.base.spec.scale_target_ref,
                "minReplicas": knobs.least,
                "maxReplicas": max(self.base.spec.max_replicas, knobs.least),
                "metrics": [self._metric(knobs)],
                "behavior": {
                    "scaleUp": up,
                    "scaleDown": {"stabilizationWindowSeconds": knobs.down_window_s},
                },
            }
        )
        return replace(self.base, spec=spec, rate_metric=self.base.rate_metric if knobs.signal == "rate" else "")

    @property
    def _tolerant(self) -> bool:
        return self.base.release == "1.37"

    def _metric(self, knobs: Knobs) -> dict[str, Any]:
        if knobs.signal == "rate":
            value = max(0.001, round(self.per_replica * knobs.target / 100, 3))
            target = {"type": "AverageValue", "averageValue": f"{value:.3f}"}
            return {"type": "External", "external": {"metric": {"name": self.base.rate_metric}, "target": target}}
        container = next((m.container_resource for m in self.base.spec.metrics if m.container_resource), None)
        target_cpu = {"type": "Utilization", "averageUtilization": knobs.target}
        if container is not None:
            named = {"name": "cpu", "container": container.container, "target": target_cpu}
            return {"type": "ContainerResource", "containerResource": named}
        return {"type": "Resource", "resource": {"name": "cpu", "target": target_cpu}}

    @property
    def leasts(self) -> tuple[int, ...]:
        return tuple(step for step in _LADDER if step <= self.most_least)

    def starts(self) -> tuple[Knobs, ...]:
        """Where a search begins: all over, and what people have who set nothing else."""
        leasts = sorted({self.leasts[0], self.leasts[len(self.leasts) // 2], self.leasts[-1]})
        return tuple(
            Knobs(signal, target, least, down_window_s=down)
            for signal in self.signals
            for target in (40, 60, 80)
            for least in leasts
            for down in (60, 300)
        )

    def neighbours(self, knobs: Knobs) -> Iterator[Knobs]:
        """All that differ in one knob by one step."""
        steps: dict[str, tuple[Any, ...]] = {
            "signal": self.signals,
            "target": TARGETS,
            "least": self.leasts,
            "haste": HASTES,
            "up_window_s": UP_WINDOWS_S,
            "down_window_s": DOWN_WINDOWS_S,
            "tolerance": TOLERANCES if self._tolerant else (0.1,),
        }
        for knob in fields(knobs):
            known = steps[knob.name]
            place = known.index(getattr(knobs, knob.name))
            for other in (place - 1, place + 1):
                if 0 <= other < len(known):
                    yield replace(knobs, **{knob.name: known[other]})
