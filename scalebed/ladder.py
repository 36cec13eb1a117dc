"""Looks for a capacity at rates that were planned around one measured elsewhere, from the lowest up.

All rates are known beforehand, so an engine that takes long to start a load can go through them in one. Every trial is
of full length, since any of them may be the answer. The first rate that does not pass ends the climb; where the lowest
does not, lower ones are tried in the same proportion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scalebed.results import Trial
from scalebed.search import FULL_S, INVALID_AT_MOST, Answer, Ask
from scalebed.spec import Search
from scalebed.verdict import Enough

_SAME = 1e-9


@dataclass(frozen=True)
class Ladder:
    """`around` is the rate to look near."""

    search: Search
    around: float

    @property
    def rates(self) -> tuple[float, ...]:
        return tuple(share * self.around for share in self.search.shares)

    def next(self, trials: Sequence[Trial]) -> Ask | Answer:
        """Given the finished trials of the repetition, in their order."""
        counted = [trial for trial in trials if trial.verdict != "INVALID"]
        passed = max((t.rate_asked for t in counted if t.verdict == "PASS"), default=None)
        failed = min((t.rate_asked for t in counted if t.verdict != "PASS"), default=None)
        rate = self._rate(passed, failed)
        if rate is None:
            return self._found(passed, failed)
        tried = [t for t in trials if _same(t.rate_asked, rate)]
        if len(tried) >= INVALID_AT_MOST or len(trials) >= self.search.max_trials:
            told = f"At {rate:.4g}/s: {' '.join(tried[-1].reasons)}" if tried else "There were not enough trials."
            return Answer("not found", None, passed, failed, told)
        return Ask("confirm", rate, Enough(FULL_S, self.search.min_requests))

    def foreseen(self, asked: float) -> tuple[float, ...]:
        """What will be asked for after this rate as long as trials pass."""
        return tuple(rate for rate in self.rates if rate > asked * (1 + _SAME))

    def _rate(self, passed: float | None, failed: float | None) -> float | None:
        if failed is not None:
            if passed is not None:
                return None
            return failed * self.search.shares[0] / self.search.shares[1]
        return next((rate for rate in self.rates if passed is None or rate > passed * (1 + _SAME)), None)

    def _found(self, passed: float | None, failed: float | None) -> Answer:
        note = "" if failed is not None else "Every rate that was planned passed, so it bears at least this one."
        return Answer("found", passed, passed, failed, note)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(one, other)
