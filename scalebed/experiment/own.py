"""What goes together in an experiment with an application or a script of the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment


def require_own(experiment: Experiment) -> None:
    """Raises ValueError with the rest of a sentence: which key is wrong, and what would do."""
    applications = [v.application for v in experiment.variants if v.application is not None]
    started = any(application.runs_here for application in applications)
    if applications or experiment.load is not None:
        if experiment.engine != "local":
            raise ValueError("engine: an application or a script of your own runs on this machine alone; leave it out")
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


def _require_nothing_started(experiment: Experiment) -> None:
    if experiment.replicas != (1,):
        raise ValueError("replicas: of what runs at a url nothing is started; leave them out")
    if experiment.memory_per_replica is not None:
        raise ValueError("memory_per_replica: what runs at a url was not started here; leave it out")
