"""Searches for a capacity at rates that were planned around one measured elsewhere, from the lowest up.

All rates are known beforehand, so an engine that takes long to start a load can go through them in one. Every trial is
of full length, since any of them may be the answer. The first rate that does not pass ends the climb; where the lowest
does not, lower ones are tried in the same proportion, and where all pass, higher ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scalebed.experiment.spec import Search
from scalebed.measurement.verdict import Enough
from scalebed.records.run_directory import Trial
from scalebed.search.bisection import INVALID_AT_MOST, Answer, Ask
from scalebed.search.observation import observed, stands

_SAME = 1e-9


@dataclass(frozen=True)
class Ladder:
    """`around` is the rate to search near."""

    search: Search
    around: float

    @property
    def rates(self) -> tuple[float, ...]:
        return tuple(share * self.around for share in self.search.shares)

    def next(self, trials: Sequence[Trial], attempt: int = 0) -> Ask | Answer:
        """Given the finished trials of the repetition, in their order."""
        tried = [t for t in trials if t.attempt == attempt]
        known = [t for t in trials if t.attempt == attempt or t.verdict != "INVALID"]
        counted = [trial for trial in known if trial.verdict != "INVALID"]
        rates = {t.rate_asked for t in counted if t.verdict == "PASS"}
        served = {rate for rate in rates if self._stands(trials, rate)}
        passed = max(served, default=None)
        failed = min((t.rate_asked for t in counted if t.verdict != "PASS"), default=None)
        stayed = self._stayed([t for t in tried if t.verdict == "INVALID" and t.rate_asked not in served])
        lowest = min((r for r in (failed, *(t.rate_asked for t in stayed)) if r is not None), default=None)
        contested = max((r for r in rates - served if lowest is None or r < lowest), default=None)
        rate = self._rate(passed, lowest) if contested is None else contested
        spent = len(tried) >= self.search.max_trials
        if passed is not None and stayed and (rate is None or spent) and (failed is None or failed != lowest):
            return self._least(passed, failed, stayed)
        if rate is None:
            return Answer("found", passed, passed, failed, "")
        if passed is not None and (rate > self.search.max_rate or spent):
            return Answer("found", passed, passed, None, "Every rate that was tried passed.")
        if spent:
            told = f"At {stayed[-1].rate_asked:.4g}/s: {' '.join(stayed[-1].reasons)}" if stayed else ""
            told = f"There were not enough trials. {told}".rstrip()
            return Answer("not found", None, None, failed, told, again=bool(stayed))
        return Ask("confirm", rate, Enough(math.ceil(self.search.confirm), self.search.min_requests))

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

    def _stayed(self, spoiled: Sequence[Trial]) -> list[Trial]:
        """The last trial of each rate that stayed INVALID, lowest rate last."""
        times: dict[float, list[Trial]] = {}
        for trial in spoiled:
            rate = next((r for r in times if _same(r, trial.rate_asked)), trial.rate_asked)
            times.setdefault(rate, []).append(trial)
        some = any(len(tried) >= INVALID_AT_MOST for tried in times.values())
        return [times[r][-1] for r in sorted(times, reverse=True) if some or len(times[r]) >= INVALID_AT_MOST]

    def _stands(self, trials: Sequence[Trial], rate: float) -> bool:
        """Whether it counts as served, of all that was tried there."""
        seen = [observed(trial, self.search) for trial in trials if _same(trial.rate_asked, rate)]
        against = sum(each.spoiled and each.against for each in seen)
        return stands([each.disturbed for each in seen if each.verdict == "PASS"], against)

    def _least(self, passed: float, failed: float | None, stayed: Sequence[Trial]) -> Answer:
        """The answer at a rate that stayed INVALID: host or generator could not carry it, or something disturbed."""
        told = f"At {stayed[-1].rate_asked:.4g}/s: {' '.join(stayed[-1].reasons)}"
        if observed(stayed[-1], self.search).overrun:
            return Answer("beyond the generator", None, passed, None, told)
        return Answer("at least", None, passed, failed, told, again=True)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * max(one, other)
