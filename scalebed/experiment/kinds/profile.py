"""`profile`: whether a load that goes up and down over time is served within the SLO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalebed.experiment.kinds.kind import Kind

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment


class Profile(Kind):
    name = "profile"
    keys = frozenset({"profile"})
    counts_answers = True
    counts_all = True

    def require(self, experiment: Experiment) -> None:
        if not experiment.profile:
            raise ValueError("profile: kind profile needs it, such as [{rate: 5, to: 50, duration: 60s}]")
        lasts = sum(level.duration for level in experiment.profile)
        if experiment.users is not None or experiment.duration != lasts:
            raise ValueError("profile: says how long it lasts; leave out users and duration")
