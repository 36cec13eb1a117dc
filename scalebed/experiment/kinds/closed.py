"""`closed`: how many answers users get, of whom each sends the next request when the last is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalebed.experiment.kinds.kind import Kind

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment


class Closed(Kind):
    name = "closed"
    keys = frozenset({"stages"})
    counts_answers = True

    def require(self, experiment: Experiment) -> None:
        if not (experiment.users and experiment.duration):
            raise ValueError("users and duration: kind closed needs both, or stages")
        require_stages_alone(experiment)


def require_stages_alone(experiment: Experiment) -> None:
    """That stages, where there are any, are not contradicted. Raises ValueError."""
    if not experiment.stages:
        return
    seconds = sum(stage.duration for stage in experiment.stages)
    most = max(stage.users for stage in experiment.stages)
    if (experiment.duration, experiment.users) != (seconds, most):
        raise ValueError("stages: say how many users there are and for how long; leave out users and duration")
