"""Axes: where a value stands between 0 and 1, and which few ticks say so."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    low: float
    high: float
    log: bool
    ticks: tuple[float, ...]

    def at(self, value: float) -> float:
        """0 at the low end, 1 at the high end; values outside are held at the ends."""
        if self.log:
            share = math.log(max(value, 1e-12) / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return min(1.0, max(0.0, share))

    def label(self, tick: float) -> str:
        return f"{tick:,.0f}" if tick >= 1 and tick == round(tick) else f"{tick:g}"


def linear(values: Sequence[float], most: int = 6) -> Axis:
    """From zero to a round number above the values."""
    top = max([*values, 1e-9])
    for step in _steps(top / most):
        high = math.ceil(top * 1.02 / step) * step
        if high / step <= most:
            ticks = tuple(round(i * step, 10) for i in range(round(high / step) + 1))
            return Axis(0.0, high, log=False, ticks=ticks)
    raise AssertionError("steps have no end")


def logarithmic(values: Sequence[float], most: int = 6, margin_share: float = 0.06) -> Axis:
    """Around positive values, with `margin_share` of their span at both ends; ticks at 1, 2, 5 or at decades alone."""
    kept = [value for value in values if value > 0] or [1.0]
    span = math.log(max(kept) / min(kept))
    margin = margin_share * span if span > math.log(2) else (math.log(2.2) - span) / 2
    low = min(kept) / math.exp(margin)
    high = max(kept) * math.exp(margin)
    # The densest that fits, but no odd multiples where round ones are enough.
    kinds = [((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 2), ((1,), 3)]
    ticks = next(t for m, every in kinds if len(t := _multiples(low, high, m, every)) <= most)
    if len(ticks) < 4:
        finer = [_multiples(low, high, m, 1) for m in ((1, 2, 3, 5), (1, 1.5, 2, 3, 5, 7))]
        ticks = max([ticks, *(t for t in finer if len(t) <= most)], key=len)
    if len(ticks) < 2:  # less than a factor of two: round numbers, as on a linear axis
        step = next(s for s in _steps((high - low) / most) if (high - low) / s <= most)
        ticks = [round(i * step, 10) for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
    return Axis(low, high, log=True, ticks=tuple(ticks))


def spacing(length: float, steps: Sequence[int], most: int = 8) -> int:
    """The finest of the steps, ascending, of which no more than `most` fit into a length; else the last one."""
    return next((step for step in steps if length / step <= most), steps[-1])


def _multiples(low: float, high: float, multiples: Sequence[float], every: int) -> list[float]:
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    ticks = [round(m * 10.0**e, 10) for e in decades if e % every == 0 for m in multiples]
    return [tick for tick in ticks if low <= tick <= high]


def _steps(least: float) -> list[float]:
    exponent = math.floor(math.log10(least))
    return [m * 10.0**e for e in (exponent, exponent + 1) for m in (1, 2, 2.5, 5)] + [10.0 ** (exponent + 2)]


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places for labels near `wanted`, at least `gap` apart and within `low` and `high` where that can be."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [min(max(wanted[i], low), high) for i in order]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    if places and places[-1] > high:
        places[-1] = high
        for i in range(len(places) - 2, -1, -1):
            places[i] = min(places[i], places[i + 1] - gap)
    result = [0.0] * len(wanted)
    for place, i in zip(places, order, strict=True):
        result[i] = place
    return result


def short(name: str, most: int = 18) -> str:
    """A name that fits beside a chart; the full one stands in the table."""
    return name if len(name) <= most else f"{name[: most - 1]}…"
