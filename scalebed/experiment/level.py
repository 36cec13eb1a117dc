"""A load over time: levels of a rate, and rates that rise or fall, one after another."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pydantic import Field

from scalebed.experiment.duration import Duration
from scalebed.experiment.strict import Strict

_TOLD = 6
"""Levels that a sentence names one by one."""


class Level(Strict):
    """So many requests a second for so long."""

    rate: float = Field(gt=0)
    to: float | None = Field(None, gt=0)
    """`profile`: what the rate comes to by its end, in a straight line; without it, it stays as it is."""
    duration: Duration

    @property
    def most(self) -> float:
        return max(self.rate, self.to or 0.0)

    @property
    def mean(self) -> float:
        return self.rate if self.to is None else (self.rate + self.to) / 2

    @property
    def steps(self) -> tuple[tuple[float, float], ...]:
        """Rates and seconds, one after another; where the rate goes from one to another, of no more than a second."""
        if self.to is None:
            return ((self.rate, self.duration),)
        count = max(1, math.ceil(self.duration))
        rise = (self.to - self.rate) / count
        return tuple((self.rate + rise * (step + 0.5), self.duration / count) for step in range(count))

    def __str__(self) -> str:
        return f"{self.rate:g}" if self.to is None else f"{self.rate:g} to {self.to:g}"


def steps_of(profile: Sequence[Level]) -> tuple[tuple[float, float], ...]:
    """Of all levels."""
    return tuple(step for level in profile for step in level.steps)


def rate_at(profile: Sequence[Level], second: float) -> float:
    """What is asked for at a moment; 0 when it is over."""
    for level in profile:
        if second < level.duration:
            return level.rate + ((level.to or level.rate) - level.rate) * second / level.duration
        second -= level.duration
    return 0.0


def told(profile: Sequence[Level]) -> str:
    """In words: `5 and 50 requests a second`."""
    if len(profile) > _TOLD:
        rates = [rate for level in profile for rate in (level.rate, level.to or level.rate)]
        return f"{len(profile)} levels between {min(rates):g} and {max(rates):g} requests a second"
    *others, last = map(str, profile)
    return f"{', '.join(others)}{' and ' if others else ''}{last} requests a second"
