"""`fixed-rate`: whether given rates meet the SLO."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalebed.experiment.kinds.kind import Kind

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment


class FixedRate(Kind):
    name = "fixed-rate"
    asks_rates = True

    def require(self, experiment: Experiment) -> None:
        if not (experiment.rates and experiment.duration):
            raise ValueError("rates and duration: kind fixed-rate needs both")
