"""`capacity`: the highest rate that meets the SLO, found by a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scalebed.experiment.kinds.kind import Kind

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment


class Capacity(Kind):
    name = "capacity"
    keys = frozenset({"at_least"})
    seeks = True

    def require(self, experiment: Experiment) -> None:
        """It needs nothing: every key has a default."""
