"""Loads that are to come."""

from __future__ import annotations

import numpy as np
import pytest

from scalebed.experiment.level import Level
from scalebed.forecast.load import MOST_RATE, MOST_SECONDS, Load, of_levels, of_steps


def test_levels_are_seconds() -> None:
    load = of_levels("steps", [Level(rate=5, duration=2), Level(rate=10, to=30, duration=4)])
    assert load.rates.tolist() == [5, 5, 12.5, 17.5, 22.5, 27.5]


def test_what_changes_within_a_second_is_its_mean() -> None:
    assert of_steps("odd", [0, 0.5, 2.0], [10, 20]).rates.tolist() == [15, 20]


def test_a_load_may_begin_at_any_time() -> None:
    assert of_steps("log", [1000.0, 1002.0], [7]).rates.tolist() == [7, 7]


def test_more_and_faster() -> None:
    load = Load("four", np.array([1.0, 2, 3, 4]))
    assert load.scaled(2).rates.tolist() == [2, 4, 6, 8]
    assert load.hurried(2).rates.tolist() == [1.5, 3.5]
    assert load.hurried(3).rates.tolist() == [2.5]


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ([], "no second"),
        ([0, 0], "never has a rate above 0"),
        ([-1], "no number of 0 or more"),
        ([float("nan")], "no number of 0 or more"),
        ([MOST_RATE * 1.01], "above 1,000,000"),
    ],
)
def test_what_is_no_load_is_refused(rates: list[float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Load("wrong", np.array(rates, dtype=np.float64))


def test_a_load_that_never_ends_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(ValueError, match="goes over"):
        of_steps("years", [0, MOST_SECONDS * 1000.0], [1])
