from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from scalebed.report.charts import axes

VALUES = st.lists(st.floats(0.01, 1e6), min_size=1, max_size=20)


@given(VALUES)
def test_logarithmic_holds_all_values_and_has_few_ticks(values: list[float]) -> None:
    axis = axes.logarithmic(values)
    assert axis.low < min(values)
    assert max(values) < axis.high
    assert 2 <= len(axis.ticks) <= 7
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)


@given(VALUES)
def test_linear_starts_at_zero_and_has_few_ticks(values: list[float]) -> None:
    axis = axes.linear(values)
    assert axis.low == 0
    assert axis.high >= max(values)
    assert 2 <= len(axis.ticks) <= 7


def test_a_decade_is_as_wide_as_the_next() -> None:
    axis = axes.logarithmic([1, 10, 100], margin_share=0)
    assert [round(axis.at(v), 6) for v in (1, 10, 100, 1000)] == [0, 0.5, 1, 1]


def test_labels_are_plain_numbers() -> None:
    axis = axes.logarithmic([0.05, 3000], most=8)
    assert [axis.label(t) for t in axis.ticks] == ["0.1", "1", "10", "100", "1,000"]


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_spread_keeps_labels_apart_and_in_order(wanted: list[float]) -> None:
    places = axes.spread(wanted, 17, 0, 300)
    ordered = sorted(places)
    assert all(b - a >= 17 - 1e-9 for a, b in itertools.pairwise(ordered))
    assert ordered == [places[i] for i in sorted(range(len(wanted)), key=lambda i: wanted[i])]
    assert ordered[-1] <= 300
