"""Looks for a capacity at rates that were planned around one measured elsewhere, from the lowest up.

All rates are known beforehand, so an engine that takes long to start a load can go through them in one. Every trial is
of full length, since any of them may be the answer. The first rate that does not pass ends the climb; where the lowest
does not, lower ones are tried in the same proportion, and where all pass, higher ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scalebed.results import Trial
from scalebed.search import FULL_S, INVALID_AT_MOST, Answer, Ask, observed
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
            return Answer("found", passed, passed, failed, "")
        tried = [t for t in trials if _same(t.rate_asked, rate)]
        if len(tried) >= INVALID_AT_MOST:
            return self._spoiled(passed, failed, tried)
        if passed is not None and (rate > self.search.max_rate or len(trials) >= self.search.max_trials):
            return Answer("found", passed, passed, None, "Every rate that was tried passed.")
        if len(trials) >= self.search.max_trials:
            return Answer("not found", None, None, failed, "There were not enough trials.")
        return Ask("confirm", rate, Enough(FULL_S, self.search.min_requests))

    def foreseen(self, asked: float) -> tuple[float, ...]:
        """What will be asked for after this rate as long as trials pass."""
        return tuple(rate for rate in self.rates if rate > asked * (1 + _SAME))

    def _rate(self, passed: float | None, failed: float | None) -> float | None:
        """The next one; None where one that passed stands below one that did not."""
        shares = self.search.shares
        if passed is None:
            return self.rates[0] if failed is None else failed * shares[0] / shares[1]
        if failed is not None:
            return None
        planned = (rate for rate in self.rates if rate > passed * (1 + _SAME))
        return next(planned, passed * shares[-1] / shares[-2])

    def _spoiled(self, passed: float | None, failed: float | None, tried: Sequence[Trial]) -> Answer:
        """Of a rate that stayed INVALID: the host or the generator could not carry it, or something disturbed."""
        told = f"At {tried[-1].rate_asked:.4g}/s: {' '.join(tried[-1].reasons)}"
        if passed is not None and all(observed(trial, self.search).overrun for trial in tried):
            return Answer("beyond the generator", None, passed, None, told)
        return Answer("not found", None, passed, failed, told)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(one, other)
