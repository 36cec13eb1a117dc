"""How many requests a verdict needs, against the binomial distribution itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from scalebed.statistics.sample_size import FULL, SURE, fewest, needed


@pytest.mark.parametrize(
    ("percentile", "error_rate", "certainty", "requests"),
    [
        (95, 0, SURE, 59),
        (99, 0, SURE, 299),
        (99.9, 0, SURE, 2995),
        (99.9, 0, FULL, 916),
        (95, 0.01, SURE, 299),
        (95, 0.001, SURE, 2995),
        (95, 0.01, FULL, 92),
        (50, 0, SURE, 5),
    ],
)
def test_the_requests_follow_from_percentile_and_error_rate(
    percentile: float, error_rate: float, certainty: float, requests: int
) -> None:
    assert needed(percentile, error_rate, certainty) == requests


@given(st.floats(50, 99.99), st.sampled_from([FULL, SURE, 0.99]))
def test_they_are_the_fewest_that_bound_the_share(percentile: float, certainty: float) -> None:
    beyond = 1 - percentile / 100
    requests = needed(percentile, 0.0, certainty)
    assert stats.binom.pmf(0, requests, beyond) <= (1 - certainty) * (1 + 1e-6)
    assert stats.binom.pmf(0, requests - 1, beyond) > (1 - certainty) * (1 - 1e-6)


def test_fewer_may_be_asked_for_by_name_where_the_error_rate_is_not_strict() -> None:
    assert fewest(95, 0.01, asked=300) == 92
    assert fewest(95, 0.01, asked=30) == 18
    assert fewest(95, 0.001, asked=30) == 916
    assert fewest(95, 0.0, asked=30) == 18
    assert fewest(99.9, 0.01, asked=300) == 916
