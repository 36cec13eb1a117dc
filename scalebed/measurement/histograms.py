"""Latencies as HdrHistogram counts, which merge exactly where percentiles do not.

The buckets are HdrHistogram's for 3 significant digits and microseconds from 1 µs: a value below 2.048 ms
has a bucket of its own, a larger one shares it with values at most 0.1% away. The wire format (V2,
compressed, base64) is decoded by hdrhistogram; numpy does the sums, because they are made each second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil

import numpy as np
from hdrh.histogram import HdrHistogram
from numpy.typing import NDArray

HIGHEST_US = 120_000_000
SIGNIFICANT_FIGURES = 3
_HALF = 1024  # sub-buckets of half a bucket at 3 significant digits
_MAGNITUDE = 10
_LENGTH = int(HdrHistogram(1, HIGHEST_US, SIGNIFICANT_FIGURES).counts_len)

Counts = NDArray[np.int64]


class HistogramError(ValueError):
    """One sentence: what in an encoded histogram cannot be read."""


def _values() -> tuple[Counts, Counts]:
    """Lowest value and width, in µs, of each bucket."""
    index = np.arange(_LENGTH, dtype=np.int64)
    bucket = (index >> _MAGNITUDE) - 1
    sub_bucket = (index & (_HALF - 1)) + np.where(bucket < 0, 0, _HALF)
    bucket = np.maximum(bucket, 0)
    return sub_bucket << bucket, np.int64(1) << bucket


_LOWEST_US, _WIDTH_US = _values()
HIGHEST_EQUIVALENT_US = _LOWEST_US + _WIDTH_US - 1
_MIDDLE_US = _LOWEST_US + (_WIDTH_US >> 1)


def _index(value_us: float) -> int:
    return int(np.searchsorted(_LOWEST_US, value_us, side="right")) - 1


BANDS_PER_DECADE = 8
FIRST_BAND, LAST_BAND = -BANDS_PER_DECADE, 40
"""Band k holds latencies from 10^(k/8) ms to the next; what is shorter than 0.1 ms is in the first, and what is longer
than 133 s in the last one."""
_BAND_STARTS = np.asarray(
    [0, *(_index(10 ** (k / BANDS_PER_DECADE) * 1000) for k in range(FIRST_BAND + 1, LAST_BAND + 1))], dtype=np.int64
)


@dataclass(frozen=True, eq=False)
class Latencies:
    """Counts of latencies by bucket; `+` merges without loss."""

    counts: Counts = field(default_factory=lambda: np.zeros(_LENGTH, dtype=np.int64))
    """Shape (buckets,)."""

    def __add__(self, other: Latencies) -> Latencies:
        return Latencies(self.counts + other.counts)

    @property
    def total(self) -> int:
        return int(self.counts.sum())

    @property
    def sum_ms(self) -> float:
        """The sum of all latencies, each taken as the middle of its bucket, as HdrHistogram's mean does."""
        return float(self.counts @ _MIDDLE_US) / 1000

    @property
    def mean_ms(self) -> float:
        """NaN where there are none."""
        total = self.total
        return self.sum_ms / total if total else float("nan")

    @property
    def min_ms(self) -> float:
        filled = np.flatnonzero(self.counts)
        return float(_LOWEST_US[filled[0]]) / 1000 if filled.size else float("nan")

    @property
    def max_ms(self) -> float:
        filled = np.flatnonzero(self.counts)
        return float(HIGHEST_EQUIVALENT_US[filled[-1]]) / 1000 if filled.size else float("nan")

    def percentile_ms(self, percentile: float, failed: int = 0) -> float:
        """The highest value equivalent to the least that this percent of all do not exceed; NaN of none.

        So no more than the rest are slower, as HdrHistogram's Java promises and the verdict on a limit has it; its
        Python, Go and C round the rank to the nearest, and tell 10 where 6 of 111 are slower than the p95 of 10.
        `failed` requests count as slower than any that these are: infinite where the percentile falls among them.
        """
        total = self.total + failed
        if not total:
            return float("nan")
        # Exact, as 99.9 percent of a thousand are 999 and not a hair more.
        rank = max(ceil(Fraction(str(min(percentile, 100.0))) * total / 100), 1)
        if rank > total - failed:
            return float("inf")
        return float(HIGHEST_EQUIVALENT_US[int(np.searchsorted(np.cumsum(self.counts), rank))]) / 1000

    def bands(self) -> dict[int, int]:
        """Counts by band of an eighth of a decade, empty ones left out."""
        counts = np.add.reduceat(self.counts, _BAND_STARTS)
        return {FIRST_BAND + int(i): int(counts[i]) for i in np.flatnonzero(counts)}

    def slower_than(self, limit_ms: float) -> int:
        """How many were slower; one that shares the limit's bucket (0.1%) was not."""
        return int(self.counts[_index(limit_ms * 1000) + 1 :].sum())


def decode(encoded: str) -> Latencies:
    """Read HdrHistogram V2 compressed base64. Raises `HistogramError`."""
    return merge((encoded,))


def merge(encoded: Iterable[str]) -> Latencies:
    """All of these as one. Raises `HistogramError`."""
    total = np.zeros(_LENGTH, dtype=np.int64)
    for text in encoded:
        found = _counts(text)
        shared = min(_LENGTH, found.size)
        total[:shared] += found[:shared]
        total[-1] += found[shared:].sum()  # beyond two minutes is as good as two minutes
    return Latencies(total)


def _counts(encoded: str) -> Counts:
    """By bucket, as many as the histogram has."""
    try:
        histogram = HdrHistogram.decode(encoded)
    except Exception as error:  # hdrh and zlib raise a dozen types, one even bare Exception's own
        raise HistogramError(f"a latency histogram cannot be decoded ({str(error) or type(error).__name__})") from error
    if histogram.significant_figures != SIGNIFICANT_FIGURES or histogram.lowest_trackable_value != 1:
        raise HistogramError(
            f"a latency histogram has {histogram.significant_figures} significant digits from "
            f"{histogram.lowest_trackable_value} µs; it must have {SIGNIFICANT_FIGURES} from 1 µs"
        )
    return np.frombuffer(histogram.counts, dtype=np.int64)


def encode(latencies: Latencies) -> str:
    """The reverse of `decode`."""
    histogram = HdrHistogram(1, HIGHEST_US, SIGNIFICANT_FIGURES)
    np.frombuffer(histogram.counts, dtype=np.int64)[:] = latencies.counts
    filled = np.flatnonzero(latencies.counts)
    if filled.size:
        histogram.set_internal_tacking_values(int(filled[0]), int(filled[-1]), latencies.total)
    return str(histogram.encode().decode("ascii"))


def of_values(values_ms: Iterable[float] | NDArray[np.float64]) -> Latencies:
    """Count these latencies; above two minutes they count as two minutes."""
    values_us = np.minimum(np.asarray(list(values_ms), dtype=np.float64) * 1000, HIGHEST_US)
    index = np.searchsorted(_LOWEST_US, values_us, side="right") - 1
    return Latencies(np.bincount(index, minlength=_LENGTH).astype(np.int64))
