"""Cores used in each second of a trial, from readings that fall on no whole second.

Readings of CPU are about a second apart on one machine, and 2 to 15 s where a kubelet makes them. What was used between
two of them is taken as spread evenly over that time, and a second is given what falls into it: so the seconds of a
trial add up to what it used, and no burst shows that is shorter than readings are apart. A second of which readings
cover less than half has none; one that they cover in part has the mean of that part. Readings are laid beside the load
generator's seconds by the shortest delay with which it reported one, and so may be late by that much.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from scalebed.records.run_directory import UsageRecord

COVERED_S = 0.5
"""As for a whole trial (`scalebed.measurement.usage.between`)."""

Floats = NDArray[np.float64]


class Cores:
    """Of the seconds of `range(start, stop)`; each array has one entry a second, NaN where readings tell nothing."""

    def __init__(self, usage: Sequence[UsageRecord], start: int, stop: int) -> None:
        self._usage = usage
        self._edges = np.arange(start, stop + 1, dtype=np.float64)
        ends = [(record.at_s - record.interval_s, record.at_s) for record in usage]
        # Where one interval ends and the next begins, rounding must not turn them round.
        self._at = np.maximum.accumulate(np.asarray(ends, dtype=np.float64).ravel()) if ends else np.empty(0)
        covered = self._falling(np.diff(self._at)[::2])
        self._covered = np.where(covered >= COVERED_S, covered, np.nan)

    def parts(self) -> Mapping[str, Floats]:
        """By part that any reading has."""
        names = dict.fromkeys(part for record in self._usage for part in record.cpu_s)
        return {part: self._used(lambda record, p=part: record.cpu_s.get(p, 0.0)) for part in names}  # type: ignore[misc]

    def host(self) -> Floats:
        """By whatever ran on it."""
        return self._used(lambda record: record.host_busy_s)

    def interval_s(self) -> Floats:
        """How far the readings are apart that a second's figures come from; the longest, if several."""
        first, longest = int(self._edges[0]), np.full(self._edges.size - 1, np.nan)
        for record in self._usage:
            begins, ends = math.floor(record.at_s - record.interval_s) - first, math.ceil(record.at_s) - first
            seen = longest[max(begins, 0) : max(ends, 0)]
            np.fmax(seen, record.interval_s, out=seen)
        return np.where(np.isnan(self._covered), np.nan, longest)

    def _used(self, amount: Callable[[UsageRecord], float]) -> Floats:
        return self._falling(np.asarray([amount(record) for record in self._usage])) / self._covered

    def _falling(self, amounts: Floats) -> Floats:
        """What of each interval's amount falls into each second."""
        if not amounts.size:
            return np.zeros(self._edges.size - 1)
        after = np.cumsum(amounts)
        so_far = np.column_stack((after - amounts, after)).ravel()
        return np.diff(np.interp(self._edges, self._at, so_far))
