"""Integers as Go has them on amd64."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalebed.autoscaling.integers import MIN_INT32, ceil32, cut, ratio, wrapped32, wrapped64


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(0.0, 0), (1.1, 2), (-1.5, -1), (2147483647.0, 2147483647), (2147483647.5, MIN_INT32), (4294967301.0, MIN_INT32)],
)
def test_rounding_up_has_one_answer_for_all_that_does_not_fit(value: float, rounded: int) -> None:
    assert ceil32(value) == rounded
    assert ceil32(math.inf) == ceil32(math.nan) == MIN_INT32


@given(st.integers(-(2**62), 2**62), st.integers(1, 2**40))
def test_division_cuts_towards_zero(numerator: int, denominator: int) -> None:
    whole = cut(numerator, denominator)
    assert abs(whole * denominator) <= abs(numerator) < abs(whole * denominator) + denominator
    assert whole == 0 or (whole < 0) == (numerator < 0)


@given(st.integers(-(2**80), 2**80))
def test_what_wraps_keeps_its_lowest_bits(value: int) -> None:
    assert (wrapped32(value) - value) % 2**32 == 0
    assert -(2**31) <= wrapped32(value) < 2**31
    assert (wrapped64(value) - value) % 2**64 == 0
    assert -(2**63) <= wrapped64(value) < 2**63


def test_over_zero_a_ratio_is_infinite_or_none() -> None:
    assert ratio(3.0, 0.0) == math.inf
    assert ratio(-3.0, 0.0) == -math.inf
    assert math.isnan(ratio(0.0, 0.0))
    assert ratio(3.0, 2.0) == 1.5
