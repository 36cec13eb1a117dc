"""Whether a service came back from an overload: one that did not fails whatever it is asked afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scalebed.measurement.errors import DROPPED
from scalebed.records.run_directory import Trial

LEAST = 3
"""Trials in a row that tell it from an overload that is still being worked off."""
_SERVED = 0.01
"""The share of its answers that may be good in a trial in which it serves nobody."""


@dataclass(frozen=True)
class Broken:
    """One block, to whose end all that was asked after an overload failed."""

    block: int
    overload: float
    """Arrivals a second of the trial before."""
    lowest: float
    """The least that was asked after it."""
    trials: int
    """That failed."""
    carried: float
    """The highest rate that passed in any block."""


def broken(trials: Iterable[Trial]) -> Sequence[Broken]:
    """The blocks in which one cell did not come back, though no more was asked of it than has passed in some block."""
    by_block: defaultdict[int, list[Trial]] = defaultdict(list)
    passed = 0.0
    for trial in trials:
        if trial.beside is None and trial.rate_asked:
            by_block[trial.block].append(trial)
            passed = max(passed, trial.rate_asked if trial.verdict == "PASS" else 0.0)
    return [
        found
        for block, asked in sorted(by_block.items())
        if (found := _broken(block, sorted(asked, key=lambda t: t.index), passed)) is not None
    ]


def _broken(block: int, asked: Sequence[Trial], passed: float) -> Broken | None:
    after: list[Trial] = []
    for trial in reversed(asked):
        if not _serves_nobody(trial) or trial.rate_asked > passed:
            break
        after.append(trial)
    before = asked[: len(asked) - len(after)]
    if len(after) < LEAST or not before:
        return None
    return Broken(block, before[-1].rate_asked, min(trial.rate_asked for trial in after), len(after), passed)


def _serves_nobody(trial: Trial) -> bool:
    failed = sum(count for kind, count in trial.errors.items() if kind != DROPPED)
    return trial.verdict == "FAIL" and trial.requests > 0 and trial.requests - failed <= _SERVED * trial.requests
