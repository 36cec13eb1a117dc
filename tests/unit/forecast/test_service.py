"""What replicas carry, as far as it was measured and beyond."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from foretold import service

from scalebed.forecast.drawing import worlds
from scalebed.forecast.service import Service
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
    shop = replace(shop, capacities={1: Interval(100, 80, 130, 3)})
    assert shop.curve(1, [1.959963984540054])[1] == pytest.approx(130)
    assert shop.curve(1, [-1.959963984540054])[1] == pytest.approx(80)
    assert shop.curve(1, [0])[1] == 100
    assert shop.has_intervals


@pytest.mark.parametrize(
    ("interval", "high"),
    [(Interval(100, 50, math.inf, 3), 200), (Interval(100, 0, math.inf, 3), 100), (Interval(100, None, None, 1), 100)],
)
def test_an_end_that_nobody_knows_is_as_far_as_the_other(interval: Interval, high: float) -> None:
    shop = service()
    shop = replace(shop, capacities={1: interval})
    assert shop.curve(1, [1.959963984540054])[1] == pytest.approx(high)


def _known(**capacities: tuple[float, float, float]) -> Service:
    intervals = {int(n[1:]): Interval(estimate, low, high, 5) for n, (estimate, low, high) in capacities.items()}
    return replace(service(), capacities=intervals)


def test_less_than_was_found_at_every_size_is_less_beyond_them_too() -> None:
    """What is known well pulls less at the law than what is not; still nothing turns around."""
    shop = _known(n1=(100, 85, 118), n2=(195, 190, 200), n4=(370, 360, 380))
    low, middle, high = (shop.curve(20, [z] * 3)[20] for z in (-1.96, 0.0, 1.96))
    assert middle > 900
    assert max(low, high) < 1.6 * middle
    assert min(low, high) > 0.6 * middle


def test_noise_makes_no_peak() -> None:
    assert service({1: 100, 2: 170, 4: 250}).curve(1000)[1000] > 400
    assert service({1: 100, 2: 208, 3: 294}).law.beta == 0


def test_a_band_beyond_what_was_measured_holds_the_truth() -> None:
    """Capacities of 100 n, each measured to 4% by chance: of 60 such runs most have 2,000 of 20 in their band."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(60):
        found = {n: float(100 * n * np.exp(rng.normal(0, 0.02))) for n in (1, 2, 3)}
        shop = replace(service(), capacities={n: Interval(c, c / 1.04, c * 1.04, 5) for n, c in found.items()})
        drawn = [world.capacity[20] for world in worlds(shop, 40, 20, 7)]
        held += min(drawn) <= 2000 <= max(drawn)
    assert held >= 51


def test_saturation_is_what_the_quota_allows_and_no_less_than_the_capacity() -> None:
    """A tenth of a core at a millisecond each are 100 a second for each replica, whatever is left of a quota."""
    shop = replace(service({1: 90, 2: 150}), full_at=0.5)
    assert shop.saturation(shop.curve(2)).tolist() == pytest.approx([0, 100, 200])
    assert replace(shop, cpu_s=0.002).saturation(shop.curve(2)).tolist() == pytest.approx([0, 90, 150])


@pytest.mark.parametrize(
    ("interval", "known"),
    [(Interval(100, 90, 110, 3), True), (Interval(100, 90, math.inf, 3), True), (Interval(100, 0, math.inf, 3), False)],
)
def test_an_interval_that_is_open_both_ways_is_none(interval: Interval, known: bool) -> None:
    assert replace(service(), capacities={1: interval}).has_intervals is known
