from __future__ import annotations

import numpy as np

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
