"""A load that is to come: so many arrivals in each second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalebed.experiment.level import Level

MOST_SECONDS = 7 * 86_400
MOST_RATE = 1_000_000.0
"""A second."""


@dataclass(frozen=True)
class Load:
    """`rates` is by second, arrivals a second, shape (seconds,)."""

    name: str
    rates: NDArray[np.float64]

    def __post_init__(self) -> None:
        """Raises ValueError with the rest of a sentence."""
        if not len(self.rates):
            raise ValueError("has no second in it")
        if len(self.rates) > MOST_SECONDS:
            raise ValueError(f"lasts {len(self.rates):,} s, and a forecast goes over {MOST_SECONDS:,} at most")
        if not np.isfinite(self.rates).all() or (self.rates < 0).any():
            raise ValueError("has a rate that is no number of 0 or more")
        if (self.rates > MOST_RATE).any():
            raise ValueError(f"has a rate above {MOST_RATE:,.0f} a second")
        if not self.rates.any():
            raise ValueError("never has a rate above 0")

    @property
    def seconds(self) -> int:
        return len(self.rates)

    def scaled(self, factor: float) -> Load:
        """Everything so many times as much."""
        return Load(f"{self.name} × {factor:g}", np.minimum(self.rates * factor, MOST_RATE))

    def hurried(self, factor: float) -> Load:
        """Everything so many times as fast: steeper, and over sooner."""
        count = max(1, round(self.seconds / factor))
        at = np.linspace(0, self.seconds, count + 1)
        arrived = np.concatenate([[0.0], np.cumsum(self.rates)])
        rates = np.diff(np.interp(at, np.arange(self.seconds + 1), arrived)) / np.diff(at)
        return Load(f"{self.name}, {factor:g} × as fast", rates)


def of_levels(name: str, levels: Sequence[Level]) -> Load:
    """A profile's, second by second: the mean of each. Raises ValueError with the rest of a sentence."""
    edges, values = [0.0], []
    for level in levels:
        for rate, duration in level.steps:
            edges.append(edges[-1] + duration)
            values.append(rate)
    return of_steps(name, edges, values)


def of_steps(name: str, edges: Sequence[float], values: Sequence[float]) -> Load:
    """`values[i]` holds from second `edges[i]` to `edges[i + 1]`; a second is the mean of what holds within it. Raises
    ValueError with the rest of a sentence."""
    length = edges[-1] - edges[0] if len(edges) > 1 else 0.0
    if length > MOST_SECONDS:
        raise ValueError(f"lasts {length:g} s, and a forecast goes over {MOST_SECONDS:,} at most")
    seconds = round(length)
    arrived = np.concatenate([[0.0], np.cumsum(np.diff(edges) * np.asarray(values, dtype=np.float64))])
    at = np.linspace(edges[0], edges[0] + seconds, seconds + 1)
    return Load(name, np.diff(np.interp(at, edges, arrived)))
