"""`fault`: what it costs when a part fails, under a load that the service bears while nothing does."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from scalebed.experiment.faults import STEADY_S, Episodes, Fault
from scalebed.experiment.kinds.kind import Kind
from scalebed.experiment.kinds.shares import require_capacities

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment
    from scalebed.experiment.variant import Variant


class FaultKind(Kind):
    name = "fault"
    keys = frozenset({"faults", "episodes", "failover", "rate", "share", "capacity_per_replica"})
    disrupts = True

    def require(self, experiment: Experiment) -> None:
        if experiment.engine != "local":
            raise ValueError("engine: kind fault needs local")
        if not experiment.faults:
            raise ValueError("faults: kind fault needs at least one, such as replica-killed")
        if len({fault.name for fault in experiment.faults}) != len(experiment.faults):
            raise ValueError("faults: two have the same name; give one another")
        if (experiment.rate is None) == (experiment.share is None):
            raise ValueError("rate and share: kind fault needs one of the two")
        require_capacities(experiment)
        episodes = experiment.episodes or Episodes()
        if experiment.duration != episodes.duration or experiment.users is not None:
            raise ValueError("episodes: say how long a trial lasts; leave out users and duration")
        for fault in experiment.faults:
            _require_fitting(experiment, fault, episodes)
        if alike := [name for name, count in Counter(experiment.cell_ids).items() if count > 1]:
            raise ValueError(
                f"faults: two cells would be called {alike[0]}; give the fault or the variant another name"
            )


def _require_fitting(experiment: Experiment, fault: Fault, episodes: Episodes) -> None:
    """That what is asked of a fault can happen, and leaves time to see its end."""
    takes = fault.takes_s + STEADY_S
    if takes > episodes.every:
        raise ValueError(
            f"episodes.every: {fault.name} takes {takes:g} s with the {STEADY_S:g} s that show the SLO met again; "
            "give as much or more"
        )
    if not fault.comes_back and episodes.times > 1:
        raise ValueError(f"episodes.times: {fault.name} never comes back, so that it can happen once; give 1")
    if fault.nature.several and min(experiment.replicas) < 2:
        raise ValueError(f"replicas: {fault.name} takes one away, so it needs two or more")
    for variant in experiment.variants:
        if fault.nature.part not in _parts(experiment, variant):
            raise ValueError(f"faults: {fault.name} needs a {fault.nature.part}, and {variant.name} has none here")


def _parts(experiment: Experiment, variant: Variant) -> frozenset[str]:
    """Those that are started for a variant, and the load; of what runs already none is."""
    if not variant.runs_here:
        return frozenset({"load"})
    parts = {"load", "service", "balancer"}
    if variant.application is None:
        parts |= {"database", "cache", *(("pooler",) if variant.pooler.mode != "off" else ())}
        return frozenset(parts)
    if experiment.database is not None:
        parts |= {"database", *(("pooler",) if experiment.database.pooler != "off" else ())}
    return frozenset(parts | ({"cache"} if experiment.cache == "valkey" else set()))
