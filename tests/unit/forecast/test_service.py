"""What replicas carry, as far as it was measured and beyond."""

from __future__ import annotations

import math

import pytest
from foretold import service

from scalebed.statistics.intervals import Interval


def test_what_was_measured_is_as_measured() -> None:
    curve = service({1: 100, 2: 170, 4: 300}).curve(6)
    assert curve[[0, 1, 2, 4]].tolist() == pytest.approx([0, 100, 170, 300])
    assert 170 < curve[3] < 300 < curve[5]


def test_beyond_it_the_law_goes_on() -> None:
    """Amdahl's with α = 0.1: 100 n / (1 + 0.1 (n − 1))."""
    curve = service({n: 100 * n / (1 + 0.1 * (n - 1)) for n in (1, 2, 4)}).curve(100)
    assert curve[100] == pytest.approx(100 * 100 / 10.9, rel=1e-3)


def test_an_interval_is_where_95_percent_of_a_normal_distribution_lie() -> None:
    shop = service()
    shop = shop.__class__(**{**shop.__dict__, "capacities": {1: Interval(100, 80, 130, 3)}})
    assert shop.curve(1, 1.959963984540054)[1] == pytest.approx(130)
    assert shop.curve(1, -1.959963984540054)[1] == pytest.approx(80)
    assert shop.curve(1, 0)[1] == 100
    assert shop.has_intervals


@pytest.mark.parametrize(
    ("interval", "high"),
    [(Interval(100, 50, math.inf, 3), 200), (Interval(100, 0, math.inf, 3), 100), (Interval(100, None, None, 1), 100)],
)
def test_an_end_that_nobody_knows_is_as_far_as_the_other(interval: Interval, high: float) -> None:
    shop = service()
    shop = shop.__class__(**{**shop.__dict__, "capacities": {1: interval}})
    assert shop.curve(1, 1.959963984540054)[1] == pytest.approx(high)
