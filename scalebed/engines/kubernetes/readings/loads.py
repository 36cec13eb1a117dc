"""When there was a load.

A kubelet samples a container every 10 to 15 s, so the samples before and after a load's first or last second span idle
time too. Spread evenly between them, CPU of the load would be counted as used while there was none: a fifth of it in a
trial of 20 s, most of it in one of 6 s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

_KEPT = 60


class Loads:
    """Times are unix seconds. Loads do not overlap."""

    def __init__(self) -> None:
        self._spans: deque[tuple[float, float]] = deque(maxlen=_KEPT)

    def add(self, start: float, end: float) -> None:
        """One that has begun, or is planned."""
        self._spans.append((start, end))

    def cut(self, at: float) -> None:
        """Nothing that was planned for later happens."""
        self._spans = deque(((start, min(end, at)) for start, end in self._spans if start < at), maxlen=_KEPT)

    def share(self, start: float, moment: float, end: float) -> float:
        """The share of the work from `start` to `end` done until `moment`: all of it under load, if there was any."""
        loaded = self.seconds(start, end)
        if loaded > 0:
            return self.seconds(start, moment) / loaded
        return (moment - start) / (end - start) if end > start else 1.0

    def seconds(self, start: float, end: float) -> float:
        """How long there was a load."""
        return sum(max(0.0, min(end, last) - max(start, first)) for first, last in self._spans)

    def edges(self, after: float, until: float) -> Sequence[float]:
        """Beginnings and ends, in order."""
        return sorted({edge for span in self._spans for edge in span if after < edge <= until})
