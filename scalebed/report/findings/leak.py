"""Does a replica's memory grow without end? A slope with an interval, and a verdict.

The slope is Theil and Sen's, the median of the slopes between all pairs of readings, which a jump or a spike moves
little; the interval is Sen's, from the distribution of Kendall's τ (Sen, "Estimates of the regression coefficient
based on Kendall's tau", JASA 63, 1968). Both take readings for independent. Memory comes in steps that last, so that
neighbouring readings are alike; the means of batches of them are much less so (batch means: Law, *Simulation Modeling
and Analysis*, 5th ed., 2015, section 9.5.3), and
`tests/unit/report/findings/test_leak.py` shows how often the interval is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from scalebed.records.run_directory import Trial

LONG_S = 240.0
"""A trial shorter than this says nothing about leaks."""
FILLING_SHARE = 1 / 3
"""A share of a trial, at its start: pools, caches and the allocator fill up, which is no leak."""
BATCHES = 12
TOLERANCE = 0.1
"""MiB a minute, 144 MiB a day: growth below it does not matter to a replica that is deployed anew now and then."""
CONFIDENCE = 0.95

_MIB = 2**20

Verdict = Literal["leak", "no leak", "undecided"]


@dataclass(frozen=True)
class Growth:
    """How one replica's resident memory grows, in MiB a minute; the limits are of 95% confidence."""

    slope: float
    lower: float
    upper: float

    @property
    def verdict(self) -> Verdict:
        """`leak`: surely more than TOLERANCE; `no leak`: surely not."""
        if self.lower > TOLERANCE:
            return "leak"
        return "no leak" if self.upper <= TOLERANCE else "undecided"


def growth(at_s: Sequence[float], memory_bytes: Sequence[float]) -> Growth | None:
    """From readings at ascending times; None where they are too few or span too little.

    The first third is left out.
    """
    at, memory = np.asarray(at_s, dtype=np.float64), np.asarray(memory_bytes, dtype=np.float64)
    if at.size < 3 * BATCHES or at[-1] - at[0] < LONG_S * (1 - FILLING_SHARE):
        return None
    kept = at >= at[0] + FILLING_SHARE * (at[-1] - at[0])
    batches = np.array_split(np.flatnonzero(kept), BATCHES)
    minutes = np.array([at[batch].mean() for batch in batches]) / 60
    mebibytes = np.array([memory[batch].mean() for batch in batches]) / _MIB
    found = stats.theilslopes(mebibytes, minutes, alpha=CONFIDENCE)
    return Growth(float(found.slope), float(found.low_slope), float(found.high_slope))


def growths(trial: Trial) -> tuple[Growth, ...]:
    """The growth of each replica's memory; none where the trial was short or memory was not read by replica."""
    if trial.duration_s < LONG_S:
        return ()
    known = [record for record in trial.usage if len(record.replica_memory_bytes) == trial.replicas]
    at = [record.at_s for record in known]
    found = [growth(at, [record.replica_memory_bytes[i] for record in known]) for i in range(trial.replicas)]
    return tuple(each for each in found if each is not None)


def worst(of: Sequence[Growth]) -> Verdict | None:
    """The verdict on all replicas together: one that leaks is a leak; None of none."""
    verdicts = {each.verdict for each in of}
    return next((v for v in ("leak", "undecided", "no leak") if v in verdicts), None)
