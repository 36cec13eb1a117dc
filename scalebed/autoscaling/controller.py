"""The controller: what it decides in a sync, and what it remembers between them.

kubernetes 1.34.4 and 1.37.2, pkg/controller/podautoscaler/horizontal.go, reconcileAutoscaler.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scalebed.autoscaling.limits import Changes, plain
from scalebed.autoscaling.per_pod import Surroundings
from scalebed.autoscaling.pods import Pod
from scalebed.autoscaling.proposals import Proposal, Readings, highest, proposals
from scalebed.autoscaling.settings import RELEASES, ReleaseName, Settings
from scalebed.autoscaling.spec import Spec
from scalebed.autoscaling.tolerance import tolerance
from scalebed.autoscaling.windows import Recommendations

ABLE, ACTIVE, LIMITED, ZERO = "AbleToScale", "ScalingActive", "ScalingLimited", "ScaledToZero"


@dataclass(frozen=True)
class Look:
    """What the controller sees in one sync, in full."""

    at_s: float
    replicas: int
    status_replicas: int
    pods: Sequence[Pod]
    readings: Readings
    spec: Spec
    rescaled_at_s: float | None = None


@dataclass(frozen=True)
class Decision:
    """What it did. `desired` is the status's desiredReplicas, which stays what it was where nothing could be decided.

    `target` is what the target is told to have from now on; `reasons` are those of the conditions, by their types.
    """

    at_s: float
    before: int
    target: int
    desired: int
    proposals: Sequence[Proposal]
    reasons: Mapping[str, str]

    @property
    def rescaled(self) -> bool:
        return self.target != self.before


class Controller:
    """Of one autoscaler, from the controller's first look at it on."""

    def __init__(self, release: ReleaseName, settings: Settings | None = None) -> None:
        self._release = RELEASES[release]
        self._settings = settings or Settings()
        self._recommendations = Recommendations()
        self._changes = Changes()
        self._desired = 0
        self._reasons: dict[str, str] = {}

    def decide(self, look: Look) -> Decision:
        """One sync; the next one has to be a later one."""
        spec, current = look.spec, look.replicas
        self._reasons[ABLE] = "SucceededGetScale"
        self._recommendations.begin(current, look.at_s)
        found: Sequence[Proposal] = ()
        wanted: int | None
        if current == 0 and not self._wakes(spec):
            self._reasons[ACTIVE] = "ScalingDisabled"
            if not self._settings.scales_to_zero(self._release):
                self._reasons.pop(ZERO, None)
            wanted = current
        elif current > spec.max_replicas:
            wanted = spec.max_replicas
        elif 0 < current < spec.min_replicas:
            wanted = spec.min_replicas
        else:
            found = self._proposals(look)
            wanted = self._by_metrics(look, found)
        if wanted is None:
            return Decision(look.at_s, current, current, self._desired, found, dict(self._reasons))
        if wanted != current:
            self._rescale(look, wanted)
        self._desired = wanted
        return Decision(look.at_s, current, wanted, wanted, found, dict(self._reasons))

    def _wakes(self, spec: Spec) -> bool:
        """Whether it looks at metrics though there are no replicas."""
        if not self._release.remembers_zero:
            return spec.min_replicas == 0
        slept = self._settings.scales_to_zero(self._release) and self._reasons.get(ZERO) == "ScaledToZero"
        return slept and (spec.min_replicas != 0 or spec.has_totals)

    def _proposals(self, look: Look) -> list[Proposal]:
        around = Surroundings(
            at_s=look.at_s,
            replicas=look.replicas,
            status_replicas=look.status_replicas,
            pods=look.pods,
            tolerance=tolerance(look.spec, self._settings, self._release),
            settings=self._settings,
            release=self._release,
        )
        return proposals(look.spec.metrics, look.readings, around)

    def _by_metrics(self, look: Look, found: Sequence[Proposal]) -> int | None:
        """None where nothing can be decided."""
        best = highest(found, look.replicas)
        if best is None:
            self._reasons[ACTIVE] = next(each.reason for each in found if each.replicas is None)
            return None
        self._reasons[ACTIVE] = "ValidMetricFound"
        wanted = self._normalised(look, max(best, 0))
        if look.replicas == 0 and self._release.remembers_zero and wanted < look.spec.min_replicas:
            return look.spec.min_replicas
        return wanted

    def _normalised(self, look: Look, wanted: int) -> int:
        spec, behavior, flag_s = look.spec, look.spec.behavior, self._settings.downscale_stabilization_s
        if behavior is None:
            stable = self._recommendations.highest(wanted, look.at_s, flag_s)
            limited = plain(look.replicas, stable, spec.min_replicas, spec.max_replicas)
            reason = "ScaleDownStabilized"
        else:
            down_s = behavior.scale_down.stabilization_window_seconds
            windows = behavior.scale_up.stabilization_window_seconds or 0, int(flag_s) if down_s is None else down_s
            stable = self._recommendations.between(look.replicas, wanted, look.at_s, *windows)
            bounds = spec.min_replicas, spec.max_replicas
            limited = self._changes.limited(look.replicas, stable, bounds, behavior, look.at_s)
            reason = "ScaleUpStabilized" if wanted >= look.replicas else "ScaleDownStabilized"
        self._reasons[ABLE] = "ReadyForNewScale" if stable == wanted else reason
        self._reasons[LIMITED] = limited.reason
        return limited.replicas

    def _rescale(self, look: Look, wanted: int) -> None:
        self._reasons[ABLE] = "SucceededRescale"
        at_s = look.at_s if look.rescaled_at_s is None else look.rescaled_at_s
        self._changes.remember(look.replicas, wanted, at_s, look.spec.behavior)
        if not self._release.remembers_zero:
            return
        if not self._settings.scales_to_zero(self._release):
            self._reasons.pop(ZERO, None)
            return
        slept = wanted == 0 and look.spec.min_replicas == 0 and look.spec.has_totals
        self._reasons[ZERO] = "ScaledToZero" if slept else "NotScaledToZero"
