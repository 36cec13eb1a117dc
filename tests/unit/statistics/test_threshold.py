from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalebed.statistics.threshold import Point, threshold


def drawn(loads: list[float], at: float, slope: float, of: int, seed: int) -> list[Point]:
    """Trials of independent requests whose capacity, at which 5% are bad, is `at`."""
    rng = np.random.default_rng(seed)
    shares = [1 / (1 + 19 * (at / load) ** slope) for load in loads]
    return [Point(load, float(rng.binomial(of, share)), of) for load, share in zip(loads, shares, strict=True)]


@pytest.mark.parametrize("slope", [5.0, 17.0, 60.0])
def test_it_is_where_so_many_are_bad(slope: float) -> None:
    """Of many such, the median error is none and the spread that of the counts."""
    loads = [9.0, 9.6, 10.2, 11.0]
    found = [threshold(drawn(loads, 10.0, slope, 400, seed), 0.05, 8.0, 14.0) for seed in range(200)]
    assert np.median(found) == pytest.approx(10.0, rel=0.01)
    # Of trials at the capacity it would be 1 / slope / sqrt(requests that were bad).
    assert np.std(np.log(found)) < 2 / slope / math.sqrt(4 * 400 * 0.05)


def test_between_a_load_without_and_one_with_nothing_else_it_is_in_between() -> None:
    """A cliff: whatever lies in the gap is as likely."""
    assert 10.2 < threshold([Point(10, 0, 1000), Point(12, 1000, 1000)], 0.05, 6, 20) < 11.8


def test_of_nothing_it_is_the_middle() -> None:
    assert threshold([], 0.05, 5, 20) == pytest.approx(10, rel=0.005)


def test_what_was_ended_early_says_that_it_lies_below_and_not_how_far() -> None:
    """A third was slow within seconds of a load twice the capacity, where in the end all are: no flat curve follows."""
    near = [Point(10, 5, 200), Point(11, 24, 200)]
    ended = threshold([*near, Point(20, 7, 21, at_least=True)], 0.05, 6, 32)
    assert ended == pytest.approx(threshold(near, 0.05, 6, 32), rel=0.02)
    assert threshold([Point(10, 9, 30, at_least=True)], 0.05, 5, 20) < 9


@given(
    st.lists(
        st.builds(
            lambda load, of, share, early: Point(load, of * share, of, early),
            st.floats(6, 30),
            st.floats(0, 1e5),
            st.floats(0, 1),
            st.booleans(),
        ),
        max_size=8,
    ),
    st.floats(0.0001, 0.5),
)
def test_it_always_lies_within_its_limits(points: list[Point], allowed: float) -> None:
    assert 5 <= threshold(points, allowed, 5, 40) <= 40 * 1.005


@given(st.floats(0, 50), st.floats(1, 20))
def test_the_more_are_bad_the_lower_it_is(bad: float, more: float) -> None:
    def found(bad: float) -> float:
        return threshold([Point(10, bad, 100), Point(11, 30, 100)], 0.05, 5, 20)

    assert found(bad + more) <= found(bad)
