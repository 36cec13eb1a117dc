"""What replicas cost: a price for each turns capacities and demand into sums, with their intervals.

A capacity is known to an interval, so the replicas that a rate takes are known to a range: at best as many as its upper
end serves, at worst as many as its lower end. Sums are whole replicas times the price; a million requests cost the
price over the capacity, as if the load filled it, and so the least that they can cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from scalebed.statistics.intervals import Interval

HOURS_A_MONTH = 730.0
"""A twelfth of a year of 365 days."""
_HOURS = {"h": 1.0, "hour": 1.0, "day": 24.0, "month": HOURS_A_MONTH, "year": 12 * HOURS_A_MONTH}
_PRICE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*/\s*([a-z]+)\s*")


class Served(Protocol):
    """What is needed of a cell (`scalebed.report.findings.views.CellView`)."""

    @property
    def variant(self) -> str: ...
    @property
    def replicas(self) -> int: ...
    @property
    def scale(self) -> str: ...
    @property
    def rate(self) -> Interval | None: ...


@dataclass(frozen=True)
class Span:
    """A sum, and between what it lies with 95% certainty; None of an end that is not known."""

    estimate: float
    least: float | None
    most: float | None


@dataclass(frozen=True)
class CellPrice:
    """What the replicas of a cell cost."""

    cell: Served
    month: float
    million: Span | None
    """Of a million requests (journeys, where rates count these) at its capacity; None where that is not known."""


@dataclass(frozen=True)
class DemandPrice:
    """What it takes to serve a rate with one variant."""

    variant: str
    rate: float
    replicas: Span | None
    """None where no count that was measured serves it. An end is None where none is known to."""
    month: Span | None


def price_an_hour(text: str) -> float:
    """Of one replica, from `0.04/h`, `29/month` and the like. Raises ValueError with the rest of a sentence."""
    found = _PRICE.fullmatch(text)
    if found is None or found[2] not in _HOURS or float(found[1]) <= 0:
        raise ValueError(f"must be a sum and a time, such as 0.04/h or 29/month, not {text!r}")
    return float(found[1]) / _HOURS[found[2]]


def cell_prices(cells: Iterable[Served], an_hour: float) -> tuple[CellPrice, ...]:
    """Of each cell whose number of replicas is its own."""
    return tuple(
        CellPrice(cell, an_hour * HOURS_A_MONTH * cell.replicas, _million(cell, an_hour * cell.replicas))
        for cell in cells
        if cell.scale == str(cell.replicas)
    )


def demand_prices(cells: Sequence[Served], rates: Sequence[float], an_hour: float) -> tuple[DemandPrice, ...]:
    """For each rate and variant, in that order. A variant whose capacity is not known at any count is left out."""
    variants = dict.fromkeys(cell.variant for cell in cells if cell.rate is not None)
    return tuple(_demand(variant, rate, cells, an_hour) for rate in rates for variant in variants)


def _million(cell: Served, an_hour: float) -> Span | None:
    if cell.rate is None or not cell.rate.estimate:
        return None

    def cost(rate: float | None) -> float | None:
        return an_hour / 3600 / rate * 1e6 if rate else None

    return Span(an_hour / 3600 / cell.rate.estimate * 1e6, cost(cell.rate.upper), cost(cell.rate.lower))


def _demand(variant: str, rate: float, cells: Sequence[Served], an_hour: float) -> DemandPrice:
    own = [(cell.replicas, cell.rate) for cell in cells if cell.variant == variant and cell.rate is not None]

    def fewest(ends: Iterable[tuple[int, float | None]]) -> int | None:
        return min((replicas for replicas, serves in ends if serves is not None and serves >= rate), default=None)

    replicas = fewest((count, found.estimate) for count, found in own)
    if replicas is None:
        return DemandPrice(variant, rate, None, None)
    least, most = fewest((n, found.upper) for n, found in own), fewest((n, found.lower) for n, found in own)

    def cost(count: int | None) -> float | None:
        return None if count is None else count * an_hour * HOURS_A_MONTH

    month = Span(replicas * an_hour * HOURS_A_MONTH, cost(least), cost(most))
    return DemandPrice(variant, rate, Span(replicas, least, most), month)
