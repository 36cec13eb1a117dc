"""From HdrHistogram's buckets to those of monitoring: nothing is lost, and quantiles stay within 1%."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalebed.measurement.histograms import Latencies, of_values
from scalebed.metrics.buckets import CLASSIC_S, Exponential, classic_bounds, cumulative, exponential, spans

TIMES_MS = st.lists(st.floats(0.002, 110_000), min_size=1, max_size=200)


def quantile_s(buckets: Exponential, share: float, scale: int) -> float:
    """As PromQL's `histogram_quantile` interpolates in exponential buckets: on a logarithmic scale."""
    rank, seen = share * (buckets.counts.sum() + buckets.zeros), float(buckets.zeros)
    for at, count in enumerate(buckets.counts):
        if count and seen + count >= rank:
            number = buckets.first + at
            return float(2 ** ((number - 1 + (rank - seen) / count) / 2**scale))
        seen += count
    raise AssertionError("beyond the last bucket")


@given(TIMES_MS)
def test_every_latency_is_in_the_bucket_whose_bounds_hold_it(times_ms: list[float]) -> None:
    latencies = of_values(times_ms)
    buckets = exponential(latencies, 5)
    assert buckets.counts.sum() + buckets.zeros == len(times_ms)
    assert buckets.counts[0] > 0
    assert buckets.counts[-1] > 0
    highest_s = latencies.max_ms / 1000
    number = buckets.first + len(buckets.counts) - 1
    assert 2 ** ((number - 1) / 32) < highest_s <= 2 ** (number / 32) * (1 + 1e-12)


@given(TIMES_MS, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_a_quantile_is_within_a_percent_of_that_of_all_samples(times_ms: list[float], share: float) -> None:
    exact_ms = sorted(times_ms)[math.ceil(share * len(times_ms)) - 1]
    found_ms = quantile_s(exponential(of_values(times_ms)), share, 7) * 1000
    assert found_ms == pytest.approx(exact_ms, rel=0.01, abs=0.0011)  # what is told is whole microseconds


def test_what_took_no_time_is_counted_apart() -> None:
    counts = np.zeros_like(Latencies().counts)
    counts[0] = 3
    buckets = exponential(Latencies(counts))
    assert (buckets.zeros, buckets.counts.size) == (3, 0)
    assert spans(buckets.counts, buckets.first) == ([], [])


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(-2000, 2000))
def test_spans_tell_the_same_counts(counts: list[int], first: int) -> None:
    runs, deltas = spans(np.asarray(counts), first)
    told: dict[int, int] = {}
    at, value, remaining = 0, 0, iter(deltas)
    for offset, length in runs:
        at += offset
        for _ in range(length):
            value += next(remaining)
            told[at] = value
            at += 1
    assert told == {first + index: count for index, count in enumerate(counts) if count}
    assert next(remaining, None) is None


def test_a_classic_bound_stands_where_the_slo_has_its_limit() -> None:
    assert classic_bounds([0.3, 0.25]) == (*CLASSIC_S[:7], 0.3, *CLASSIC_S[7:])
    latencies = of_values([100, 299.9, 301, 900])
    assert cumulative(latencies, [0.25, 0.3, 1.0]) == [1, 2, 4]
