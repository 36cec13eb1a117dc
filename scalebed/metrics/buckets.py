"""Latencies in the buckets that monitoring knows, made from HdrHistogram's, which are finer than any of them.

Exponential buckets at scale s: bucket i holds what is above 2^((i-1)/2^s) seconds and at most 2^(i/2^s). Prometheus's
native histograms number them so; OpenTelemetry's exponential histograms number each one less.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scalebed.measurement.histograms import HIGHEST_EQUIVALENT_US, Latencies

SCALE = 7
"""Neighbouring bounds are 0.54% apart, so that a quantile is wrong by less than that, and by HdrHistogram's 0.1%."""
CLASSIC_S = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""What OpenTelemetry's conventions advise for durations of HTTP requests."""
ZERO_S = 5e-7
"""What is no longer than this is in the bucket of zero: nothing is measured more finely than a microsecond."""


@dataclass(frozen=True)
class Exponential:
    """Counts by bucket, without empty ones at either end; none where there are no latencies but 0."""

    first: int
    """The number of the first bucket, as Prometheus counts."""
    counts: NDArray[np.int64]
    """Shape (buckets,)."""
    zeros: int
    """Latencies below a microsecond."""


def exponential(latencies: Latencies, scale: int = SCALE) -> Exponential:
    """`latencies` in exponential buckets; each counts as the highest value of its bucket, as percentiles do."""
    numbers = _numbers(scale)
    zeros, counted = int(latencies.counts[0]), latencies.counts[1:]
    filled = np.flatnonzero(counted)
    if not filled.size:
        return Exponential(0, np.zeros(0, dtype=np.int64), zeros)
    low, high = int(filled[0]), int(filled[-1]) + 1
    first = int(numbers[low])
    counts = np.zeros(int(numbers[high - 1]) - first + 1, dtype=np.int64)
    np.add.at(counts, numbers[low:high] - first, counted[low:high])
    return Exponential(first, counts, zeros)


def spans(counts: NDArray[np.int64], first: int) -> tuple[list[tuple[int, int]], list[int]]:
    """Runs of filled buckets as (offset, length), the first offset from bucket 0 and the others from the end of the run
    before; and each filled bucket's count less the one before it."""
    filled = np.flatnonzero(counts)
    if not filled.size:
        return [], []
    runs = np.split(filled, np.flatnonzero(np.diff(filled) > 1) + 1)
    offsets = [first + int(runs[0][0]), *(int(b[0] - a[-1]) - 1 for a, b in itertools.pairwise(runs))]
    deltas = np.diff(counts[filled], prepend=0)
    return [(offset, run.size) for offset, run in zip(offsets, runs, strict=True)], [int(d) for d in deltas]


def cumulative(latencies: Latencies, bounds_s: Sequence[float]) -> list[int]:
    """How many took at most so long, for each bound."""
    total = latencies.total
    return [total - latencies.slower_than(bound * 1000) for bound in bounds_s]


def classic_bounds(limits_s: Sequence[float]) -> tuple[float, ...]:
    """`CLASSIC_S`, and the limits of the SLO, so that a share within one can be read off."""
    return tuple(sorted({*CLASSIC_S, *limits_s}))


def classic(latencies: Latencies, limits_s: Sequence[float]) -> list[tuple[float, int]]:
    """Each classic bound, in seconds, with how many took at most so long."""
    bounds = classic_bounds(limits_s)
    return list(zip(bounds, cumulative(latencies, bounds), strict=True))


@cache
def _numbers(scale: int) -> NDArray[np.int64]:
    """The exponential bucket of each of HdrHistogram's but the first, which is 0."""
    seconds = HIGHEST_EQUIVALENT_US[1:] / 1e6
    return np.asarray(np.ceil(np.log2(seconds) * 2.0**scale), dtype=np.int64)
