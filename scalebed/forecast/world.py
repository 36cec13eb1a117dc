"""One way in which all may be that nobody knows beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """By replicas, from 0 on: `capacity` within the SLO and `saturation`, in arrivals a second."""

    capacity: Floats
    saturation: Floats
    sync_s: float
    """When the controller looks for the first time, from 0 to its period; the same of `scrape_s` and metrics-server."""
    scrape_s: float
    start_s: Floats
    """What pods take to receive requests: of the first one that is added, the second, …; they begin anew at the end."""
    seed: int
    """Of when kubelets read their containers."""

    @property
    def most(self) -> int:
        """Replicas that its curves reach to."""
        return len(self.capacity) - 1

    def carries(self, rates: Floats) -> NDArray[np.bool_]:
        """Whether any number of replicas that it knows carries each rate within the SLO."""
        carried: NDArray[np.bool_] = rates * (1 - 1e-9) <= self.capacity.max()
        return carried

    def demand(self, rates: Floats, least: int = 1) -> NDArray[np.int64]:
        """The fewest replicas that carry each rate within the SLO, at least `least`: shape as `rates`. Where none does,
        those that carry most."""
        reached = np.maximum.accumulate(self.capacity)
        fewest = np.searchsorted(reached, rates * (1 - 1e-9), side="left")
        best = int(np.searchsorted(reached, reached[-1], side="left"))
        found: NDArray[np.int64] = np.maximum(np.minimum(fewest, best), least)
        return found
