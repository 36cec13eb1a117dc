from __future__ import annotations

import math

import pytest

from scalebed.report.sentences import figures


@pytest.mark.parametrize(
    ("value", "text"),
    [(1960.4, "1,960"), (31.24, "31.2"), (0.6184, "0.618"), (9.996, "10.0"), (0, "0"), (None, "–"), (math.nan, "–")],
)
def test_figure_has_three_significant_digits(value: float | None, text: str) -> None:
    assert figures.figure(value) == text


def test_span_has_the_decimals_of_its_estimate() -> None:
    assert figures.span(9.41, 11.2, like=10.3) == "9.4–11.2"
    assert figures.span(None, None, like=10.3) == ""


def test_an_open_interval_says_so() -> None:
    assert figures.span(2.287, math.inf, like=3.78) == "2.29 or more"
    assert figures.span(0, 173.6, like=94.3) == "at most 173.6"
    assert figures.span(0, math.inf, like=94.3) == ""
    assert figures.span(0, 0, like=0) == "", "three blocks of nothing do not say that there never is anything"
    assert figures.span_to(53, 169, 0, "%") == "53–169%"
    assert figures.span_to(53, math.inf, 0, "%") == "53% or more"
    assert figures.span_to(0, 1.694, 2) == "at most 1.69"


@pytest.mark.parametrize(("value", "text"), [(62.7, "63 ×"), (3.42, "3.4 ×"), (1.043, "1.04 ×"), (131.4, "131 ×")])
def test_times(value: float, text: str) -> None:
    assert figures.times(value) == text


@pytest.mark.parametrize(("value", "text"), [(412.3, "412 ms"), (9_999, "9,999 ms"), (12_400, "12.4 s")])
def test_milliseconds(value: float, text: str) -> None:
    assert figures.milliseconds(value) == text


def test_percent_never_says_zero_of_something() -> None:
    assert figures.percent(0.0001) == "< 1%"
    assert figures.percent(0) == "0%"
    assert figures.percent(0.99962, 3) == "99.962%"


def test_count_and_listing() -> None:
    assert [figures.count(n, "replica") for n in (0, 1, 4)] == ["no replicas", "one replica", "4 replicas"]
    assert figures.listing(["a", "b", "c"]) == "a, b and c"


def test_what_failed_is_beyond_any_limit() -> None:
    assert figures.milliseconds(math.inf) == "beyond any limit"
    assert figures.figure(math.inf) == "∞"


@pytest.mark.parametrize(
    ("share", "text"), [(0.000012, "0.0012%"), (3e-7, "0.000030%"), (0.0123, "1.2%"), (1, "100%"), (0.0999, "10%")]
)
def test_a_bound_is_never_said_to_be_nothing(share: float, text: str) -> None:
    assert figures.bound(share) == text
