from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scalebed.measurement.warmup import steady_from


def test_a_slow_start_is_cut() -> None:
    rng = np.random.default_rng(1)
    means = 20 + rng.normal(0, 1, 40)
    means[:5] += [300, 200, 120, 60, 30]
    assert 4 <= steady_from(means) <= 7


def test_a_steady_trial_loses_only_its_first_second_or_few() -> None:
    rng = np.random.default_rng(2)
    cuts = [steady_from(20 + rng.normal(0, 1, 40)) for _ in range(200)]
    assert np.median(cuts) <= 2
    assert min(cuts) == 1


def test_at_most_a_quarter_and_ten_seconds() -> None:
    assert steady_from(np.linspace(1000, 10, 20)) <= 5
    assert steady_from(np.linspace(1000, 10, 200)) <= 10


def test_seconds_without_an_answer_do_not_count() -> None:
    means = np.full(20, 50.0)
    means[[3, 9]] = np.nan
    assert steady_from(means) == 1
    assert steady_from(np.full(20, np.nan)) == 1
    assert steady_from(np.empty(0)) == 1


def test_it_is_the_cut_with_the_smallest_squared_standard_error() -> None:
    """As the method is defined, one cut after another."""
    rng = np.random.default_rng(3)
    for number in range(300):
        means = np.exp(rng.normal(rng.uniform(-3, 9), rng.uniform(0.01, 1), int(rng.integers(13, 110))))
        means[: rng.integers(0, 12)] *= rng.uniform(1, 5)
        if number % 4 == 0:
            means[rng.random(means.size) < 0.1] = np.nan
        most = min(10, means.size // 4)

        cut = steady_from(means)

        assert 1 <= cut <= most
        assert _squared_error(means[cut:]) <= min(_squared_error(means[d:]) for d in range(1, most + 1)) * (1 + 1e-6)


def _squared_error(rest: NDArray[np.float64]) -> float:
    told = rest[np.isfinite(rest)]
    return float(told.var()) / told.size
