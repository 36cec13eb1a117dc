"""What was recommended lately, and what of it still holds: stabilisation.

kubernetes 1.34.4 and 1.37.2, pkg/controller/podautoscaler/horizontal.go, stabilizeRecommendation and
stabilizeRecommendationWithBehaviors.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Recommendation:
    replicas: int
    at_s: float
    first: bool = False
    """What the target had at the first sync. It is remembered before the metrics are read, so that of that very sync a
    window of no length does not reach it."""

    def older(self, cutoff: float, now: float) -> bool:
        return self.at_s < cutoff or (self.first and self.at_s == cutoff == now)


class Recommendations:
    """Of one autoscaler, from its first sync on. One that no window reaches gives its place to the newest."""

    def __init__(self) -> None:
        self._kept: list[Recommendation] = []

    def begin(self, replicas: int, at_s: float) -> None:
        """What the target has at the first sync counts as recommended then."""
        if not self._kept:
            self._kept.append(Recommendation(replicas, at_s, first=True))

    def highest(self, recommended: int, at_s: float, window_s: float) -> int:
        """Without `behavior`: the highest of the window, its edge included. Remembers `recommended`."""
        cutoff = at_s - window_s
        recent = [each.replicas for each in self._kept if not each.older(cutoff, at_s)]
        self._remember(recommended, at_s, cutoff)
        return max([recommended, *recent])

    def between(self, current: int, recommended: int, at_s: float, up_s: float, down_s: float) -> int:
        """With `behavior`: up to the lowest of one window, down to the highest of the other, their edges left out.
        Remembers `recommended`."""
        lowest = min([recommended, *(each.replicas for each in self._kept if each.at_s > at_s - up_s)])
        highest = max([recommended, *(each.replicas for each in self._kept if each.at_s > at_s - down_s)])
        self._remember(recommended, at_s, at_s - max(up_s, down_s))
        return min(max(current, lowest), highest)

    def _remember(self, replicas: int, at_s: float, cutoff: float) -> None:
        newest = Recommendation(replicas, at_s)
        old = [index for index, each in enumerate(self._kept) if each.older(cutoff, at_s)]
        if old:
            self._kept[old[-1]] = newest
        else:
            self._kept.append(newest)
