from __future__ import annotations

import math

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st

from scalebed.measurement.histograms import HistogramError, decode, encode, merge, of_values

MICROSECONDS = st.lists(st.integers(1, 119_000_000), min_size=1, max_size=60)


def reference(values_us: list[int]) -> HdrHistogram:
    histogram = HdrHistogram(1, 120_000_000, 3)
    for value in values_us:
        histogram.record_value(value)
    return histogram


@settings(max_examples=25)
@given(MICROSECONDS)
def test_reads_what_hdrhistogram_wrote_and_agrees_with_it(values_us: list[int]) -> None:
    theirs = reference(values_us)
    ours = decode(theirs.encode().decode())
    assert ours.total == len(values_us)
    assert ours.mean_ms * 1000 == pytest.approx(theirs.get_mean_value())
    assert ours.max_ms * 1000 == pytest.approx(theirs.get_max_value())
    assert ours.percentile_ms(100) * 1000 == pytest.approx(theirs.get_value_at_percentile(100))


@settings(max_examples=100)
@given(MICROSECONDS, st.sampled_from([0.1, 25, 50, 90, 95, 99, 99.9, 100]))
def test_no_more_than_the_rest_are_slower_than_a_percentile(values_us: list[int], percentile: float) -> None:
    ours = of_values(value / 1000 for value in values_us)
    told = ours.percentile_ms(percentile)
    assert ours.slower_than(told) * 100 <= (100 - percentile) * len(values_us) + 1e-9
    # And the least such: of all below it, more are slower.
    least = sorted(values_us)[math.ceil(round(percentile * len(values_us) / 100, 9)) - 1]
    assert told * 1000 == pytest.approx(least, rel=0.001, abs=1)


@pytest.mark.parametrize(
    ("fast", "slow", "percentile", "told"),
    # hdrhistogram 0.10.8 and hdrhistogram-go 1.4.0 tell 10 for the first: 95% of 111 are 105.45, which they round.
    [(105, 6, 95, 1000), (105, 5, 95, 10), (99, 1, 99, 10), (999, 1, 99.9, 10), (1, 1, 50, 10), (1, 2, 50, 1000)],
)
def test_a_percentile_that_is_no_whole_number_of_requests_is_the_next(
    fast: int, slow: int, percentile: float, told: float
) -> None:
    latencies = of_values([10.0] * fast + [1000.0] * slow)
    assert latencies.percentile_ms(percentile) == pytest.approx(told, rel=0.001)


@settings(max_examples=25)
@given(MICROSECONDS, MICROSECONDS)
def test_merging_is_as_if_recorded_together(first: list[int], second: list[int]) -> None:
    together = decode(reference(first + second).encode().decode())
    merged = merge([reference(first).encode().decode(), reference(second).encode().decode()])
    assert np.array_equal(merged.counts, together.counts)
    assert np.array_equal((of_values([0.5]) + of_values([3.0])).counts, of_values([0.5, 3.0]).counts)


@settings(max_examples=25)
@given(MICROSECONDS)
def test_encoding_comes_back(values_us: list[int]) -> None:
    ours = of_values(value / 1000 for value in values_us)
    assert np.array_equal(decode(encode(ours)).counts, ours.counts)


def test_slower_than_counts_what_is_beyond_the_limits_bucket() -> None:
    latencies = of_values([1.0, 999.0, 1000.0, 1000.4, 1002.0, 5000.0])
    assert latencies.slower_than(1000) == 2
    assert latencies.slower_than(0.5) == 6
    assert latencies.slower_than(200_000) == 0


def test_what_is_slower_than_two_minutes_counts_as_two_minutes() -> None:
    assert of_values([500_000.0]).max_ms == pytest.approx(120_000, rel=0.001)


@pytest.mark.parametrize("broken", ["", "nonsense", "HISTFAAAAB54nJNpmSzMwMDAxQABzFCaEUoz2X+AsQAqrwH3"])
def test_what_cannot_be_read_is_one_sentence(broken: str) -> None:
    with pytest.raises(HistogramError, match="latency histogram"):
        decode(broken)


def test_other_precision_is_refused() -> None:
    coarse = HdrHistogram(1, 120_000_000, 2)
    coarse.record_value(5)
    with pytest.raises(HistogramError, match="2 significant digits"):
        decode(coarse.encode().decode())


def test_failures_rank_above_every_latency() -> None:
    latencies = of_values([10.0] * 94)
    assert latencies.percentile_ms(95, failed=4) == pytest.approx(10, rel=0.001)
    # 5 of 99 are more than 5%.
    assert latencies.percentile_ms(95, failed=5) == math.inf
    assert of_values([]).percentile_ms(50, failed=1) == math.inf
    assert math.isnan(of_values([]).percentile_ms(50))


def test_bands_are_eighths_of_a_decade() -> None:
    inside = {band: 10 ** ((band + 0.5) / 8) for band in range(-8, 40)}
    found = of_values(inside.values()).bands()
    assert found == dict.fromkeys(inside, 1)
    assert of_values([0.002, 0.05, 119_000]).bands() == {-8: 2, 40: 1}
    assert of_values([]).bands() == {}


@given(st.lists(st.integers(1, 120_000_000), min_size=1, max_size=50))
def test_every_latency_is_in_a_band(values_us: list[int]) -> None:
    latencies = of_values(np.asarray(values_us) / 1000)
    assert sum(latencies.bands().values()) == latencies.total == len(values_us)
