"""`hpa`: how an autoscaler follows a load that changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalebed.experiment.kinds.closed import require_stages_alone
from scalebed.experiment.kinds.kind import Kind

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment


class Hpa(Kind):
    name = "hpa"
    keys = frozenset({"stages", "profile", "autoscaler", "capacity_per_replica"})
    counts_answers = True
    autoscales = True

    def require(self, experiment: Experiment) -> None:
        require_stages_alone(experiment)
        if experiment.autoscaler is None:
            raise ValueError("autoscaler: kind hpa needs it, if only as {}")
        if experiment.engine != "kubernetes":
            raise ValueError("engine: kind hpa needs kubernetes")
        if bool(experiment.stages) == bool(experiment.profile):
            raise ValueError("stages and profile: kind hpa needs one of the two")
        if any(level.to is not None for level in experiment.profile):
            raise ValueError("profile: a rate that goes to another belongs to kind profile, not to hpa")
        if experiment.replicas != (1,):
            raise ValueError("replicas: kind hpa leaves their number to the autoscaler")
        lasts = sum(level.duration for level in experiment.profile)
        if experiment.profile and (experiment.users is not None or experiment.duration != lasts):
            raise ValueError("profile: says how long it lasts; leave out users and duration")
        if unknown := experiment.capacity_per_replica.keys() - {v.name for v in experiment.variants}:
            raise ValueError(f"capacity_per_replica: {min(unknown)} is no variant")
