"""What is known of a capacity: the rate that passed, and the one above it that did not.

A search halves its bracket down to its precision and starts at a random place in each block, so the spread over
blocks holds what the bracket's width adds. Planned rates are the same in every block: three that end at the same
step would have an interval of no width, although each capacity may lie anywhere below the next step. Their
intervals therefore take the brackets in: the lower end is that of the lower values, the upper end that of the upper
ones (the bounds of a mean of intervals; Manski, *Partial Identification of Probability Distributions*, 2003).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from scalebed.records.run_directory import Repetition
from scalebed.statistics import intervals
from scalebed.statistics.intervals import Interval


@dataclass(frozen=True)
class Bracket:
    """A positive value in one block, and the limits it lies between: one number thrice where it is exact.

    `low` is 0 and `high` infinite where nothing is known on that side.
    """

    value: float
    low: float
    high: float

    @classmethod
    def exact(cls, value: float) -> Bracket:
        return cls(value, value, value)

    def over(self, other: Bracket, times: float = 1.0) -> Bracket:
        """`times` this over the other, within all that the two may be."""
        return Bracket(
            times * self.value / other.value,
            0.0 if math.isinf(other.high) else times * self.low / other.high,
            math.inf if other.low == 0 else times * self.high / other.low,
        )


def of(repetition: Repetition, *, planned: bool) -> Bracket | None:
    """None where it found no capacity. `planned`: its rates were, so the bracket is no small one at a random place."""
    if repetition.outcome != "found" or not repetition.capacity:
        return None
    if repetition.upper is None:
        return Bracket(repetition.capacity, repetition.capacity, math.inf)
    return Bracket(repetition.capacity, repetition.capacity, repetition.upper if planned else repetition.capacity)


def interval(brackets: Iterable[Bracket], confidence: float = intervals.CONFIDENCE) -> Interval | None:
    """Geometric mean of the values, and an interval that holds its confidence wherever in the brackets they lie.

    From three blocks on; its lower end is 0, or its upper one infinite, where a block has no limit on that side.
    """
    found = list(brackets)
    middle = intervals.geometric((b.value for b in found), confidence)
    if middle is None or middle.lower is None:
        return middle
    lows = None if any(b.low == 0 for b in found) else intervals.geometric((b.low for b in found), confidence)
    highs = None if any(math.isinf(b.high) for b in found) else intervals.geometric((b.high for b in found), confidence)
    return _between(middle, lows, highs)


def _between(middle: Interval, lows: Interval | None, highs: Interval | None) -> Interval:
    """The middle with the lower end of the lows and the upper one of the highs; open where there are none."""
    return Interval(
        middle.estimate,
        0.0 if lows is None else lows.lower,
        math.inf if highs is None else highs.upper,
        middle.n,
    )


def ratio(numerator: Mapping[int, Bracket], denominator: Mapping[int, Bracket], times: float = 1.0) -> Interval | None:
    """`times` the one over the other, paired by block; both map block → bracket. None where they share no block."""
    shared = sorted(numerator.keys() & denominator.keys())
    return interval(numerator[b].over(denominator[b], times) for b in shared)


def unpaired(numerator: Mapping[int, Bracket], denominator: Mapping[int, Bracket]) -> Interval | None:
    """The same of two that share no block, as two runs: an interval that holds its confidence wherever in the brackets
    they lie. None where one has no values."""
    middle = intervals.unpaired(_each(numerator, "value"), _each(denominator, "value"))
    if middle is None or middle.lower is None:
        return middle
    open_below = any(b.low == 0 for b in numerator.values()) or any(math.isinf(b.high) for b in denominator.values())
    open_above = any(math.isinf(b.high) for b in numerator.values()) or any(b.low == 0 for b in denominator.values())
    lows = None if open_below else intervals.unpaired(_each(numerator, "low"), _each(denominator, "high"))
    highs = None if open_above else intervals.unpaired(_each(numerator, "high"), _each(denominator, "low"))
    return _between(middle, lows, highs)


def _each(of: Mapping[int, Bracket], end: Literal["value", "low", "high"]) -> list[float]:
    return [getattr(bracket, end) for bracket in of.values()]


def efficiency(
    many: Mapping[int, Bracket], replicas: int, few: Mapping[int, Bracket], base_replicas: int = 1
) -> Interval | None:
    """Scaling efficiency: capacity(N)/N over capacity(1)/1, paired by block; 1 is linear."""
    return ratio(many, few, base_replicas / replicas)
