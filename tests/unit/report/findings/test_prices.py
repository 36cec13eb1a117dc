"""What replicas cost: sums from a price and capacities, and between what they lie."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from scalebed.report.findings.prices import HOURS_A_MONTH, Span, cell_prices, demand_prices, price_an_hour
from scalebed.statistics.intervals import Interval


@dataclass(frozen=True)
class Cell:
    """Implements `Served`."""

    replicas: int
    rate: Interval | None
    scale: str
    variant: str = "shop"


def cell(replicas: int, rate: float | None, lower: float | None = None, upper: float | None = None) -> Cell:
    found = None if rate is None else Interval(rate, lower, upper, 5)
    return Cell(replicas, found, f"{replicas}")


@pytest.mark.parametrize(
    ("text", "an_hour"),
    [("0.04/h", 0.04), ("0.04 / hour", 0.04), ("2.4/day", 0.1), ("73/month", 0.1), ("876/year", 0.1), (" 1/h ", 1.0)],
)
def test_a_price_is_a_sum_and_a_time(text: str, an_hour: float) -> None:
    assert price_an_hour(text) == pytest.approx(an_hour)


@pytest.mark.parametrize("text", ["", "0.04", "0/h", "-1/h", "4/week", "€4/h", "1e3/h", "nan/h"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must be a sum and a time, such as 0\.04/h or 29/month, not "):
        price_an_hour(text)


def test_a_million_requests_cost_what_the_time_costs_in_which_they_are_served() -> None:
    """100 a second are 360,000 an hour: a million takes 2.78 hours of two replicas."""
    (price,) = cell_prices([cell(2, 100, 80, 125)], 0.09)
    assert price.month == pytest.approx(0.18 * HOURS_A_MONTH)
    assert price.million is not None
    assert price.million.estimate == pytest.approx(0.5)
    assert (price.million.least, price.million.most) == pytest.approx((0.4, 0.625))


def test_where_no_capacity_is_known_a_million_has_no_price() -> None:
    (price,) = cell_prices([cell(2, None)], 0.09)
    assert price.million is None
    assert price.month == pytest.approx(0.18 * HOURS_A_MONTH)


def test_without_an_interval_a_sum_has_no_ends() -> None:
    (price,) = cell_prices([cell(1, 100)], 0.36)
    assert price.million is not None
    assert price.million.estimate == pytest.approx(1.0)
    assert (price.million.least, price.million.most) == (None, None)


def test_under_an_autoscaler_replicas_have_no_price() -> None:
    assert cell_prices([replace(cell(1, 100), scale="1–3")], 0.36) == ()


CELLS = (cell(1, 50, 45, 56), cell(2, 95, 85, 105), cell(4, 180, 150, 210))


@pytest.mark.parametrize(
    ("rate", "replicas"),
    [(40, Span(1, 1, 1)), (50, Span(1, 1, 2)), (54, Span(2, 1, 2)), (100, Span(4, 2, 4)), (170, Span(4, 4, None))],
)
def test_a_rate_takes_as_many_replicas_as_serve_it_at_best_and_at_worst(rate: float, replicas: Span) -> None:
    (price,) = demand_prices(CELLS, [rate], 0.1)
    assert price.replicas == replicas
    assert price.month is not None
    assert price.month.estimate == pytest.approx(replicas.estimate * 0.1 * HOURS_A_MONTH)
    assert (price.month.most is None) == (replicas.most is None)


def test_more_than_was_measured_is_not_reckoned_on() -> None:
    (price,) = demand_prices(CELLS, [200], 0.1)
    assert (price.replicas, price.month) == (None, None)


def test_each_rate_has_each_variant_that_has_a_capacity() -> None:
    other = [replace(each, variant="other") for each in CELLS[:1]]
    none = [replace(each, variant="none", rate=None) for each in CELLS[:1]]
    found = demand_prices([*CELLS, *other, *none], [10, 20], 0.1)
    assert [(price.rate, price.variant) for price in found] == [
        (10, "shop"), (10, "other"), (20, "shop"), (20, "other"),
    ]  # fmt: skip
