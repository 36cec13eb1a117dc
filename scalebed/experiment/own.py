"""What goes together in an experiment with an application or a script of the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scalebed.experiment.application import Application
    from scalebed.experiment.spec import Experiment


def require_own(experiment: Experiment) -> None:
    """Raises ValueError with the rest of a sentence: which key is wrong, and what would do."""
    applications = [v.application for v in experiment.variants if v.application is not None]
    started = any(application.runs_here for application in applications)
    if applications or experiment.load is not None:
        _require_engine(experiment, applications)
        if experiment.compares:
            raise ValueError(
                f"kind: {experiment.kind} sets switches of the shipped services; compare variants of your own with "
                "capacity, fixed-rate or closed"
            )
    if applications and experiment.load is None:
        raise ValueError("load: an application of your own needs a k6 script, as load: {script: FILE}, or requests")
    if experiment.slo.thresholds and experiment.load is None:
        raise ValueError("slo: thresholds are those of a script of your own, as load: {script: FILE}")
    for key in ("database", "cache"):
        if getattr(experiment, key) not in (None, "none") and not started:
            raise ValueError(f"{key}: belongs to an application that is started by a command")
    if not all(variant.runs_here for variant in experiment.variants):
        _require_nothing_started(experiment)
    if not experiment.warm and applications:
        raise ValueError("warm: what an application of your own keeps is not emptied; leave it out")


def _require_engine(experiment: Experiment, applications: Sequence[Application]) -> None:
    there = [application for application in applications if application.in_cluster]
    if experiment.engine == "local":
        if there:
            what = there[0].adopted or f"the image {there[0].image}"
            raise ValueError(f"engine: {what} is for a cluster; say engine: kubernetes")
    elif not there:
        raise ValueError(
            "engine: a command, a url or a script of your own runs on this machine alone; leave it out, or name an "
            "image or a deployment for the cluster"
        )
    elif len(there) < len(experiment.variants):
        raise ValueError("variants: all are images and deployments of a cluster, or none is; take the others out")
    elif experiment.autoscaler is not None:
        raise ValueError(f"kind: {experiment.kind} sets an autoscaler of the shipped services; name another kind")
    elif len({str(each.adopted) for each in there if each.adopted}) < sum(bool(each.adopted) for each in there):
        raise ValueError("variants: two name the same deployment, which can be one thing at a time; take one out")


def _require_nothing_started(experiment: Experiment) -> None:
    if experiment.replicas != (1,) and not all(variant.scales for variant in experiment.variants):
        raise ValueError("replicas: of what runs at a url nothing is started; leave them out")
    if experiment.memory_per_replica is not None:
        raise ValueError("memory_per_replica: what runs already was not started here; leave it out")
