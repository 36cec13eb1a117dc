"""Does the service meet the SLO at this rate? Sequential: asked each second, it answers once it is certain.

Three checks, each met, broken or open. The trial passes when all are met and it has lasted long enough,
fails when one is broken, and is undecided otherwise. To end a trial early takes 99% certainty (each second
is another test of the data). At its full length 60% is enough, and what is less certain stays undecided:
the interval over blocks, not the single trial, carries the uncertainty, and asking for 80% made the capacity
of the slowest simulated service, where 300 requests are all that a trial can have, come out 20% too low.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats as distributions

from scalebed.experiment.slo import Limit, Slo
from scalebed.measurement.timeline import Counted, Ints, Window
from scalebed.statistics.intervals import share_bounds
from scalebed.statistics.sample_size import FULL, SURE, fewest, needed

EARLY = 0.99
FAR = 4.0
"""Times what is allowed that is far beyond it: a few percent of the rate, where queues are what breaks the SLO."""
FEWEST_FOR_ERRORS = 300
"""No error among so many bounds the error rate below 1% at 95%."""
FEWEST_SECONDS_TO_FAIL = 4
BACKLOG_LIMITS = 2.0
"""A queue this many times what the SLO's latency allows to be in flight is overload."""
HORIZON_S = 60.0
"""A queue that at its growth would break the latency limit within this time does not meet the SLO:
a trial shorter than a minute must not pass because it was short."""


@dataclass(frozen=True)
class Enough:
    """When a trial may pass before its full length."""

    counted_s: int
    requests: int
    decides: bool = False
    """So much is the full length, and not only the least."""
    near_s: int = 0
    """Before so many seconds count it fails only for what is far beyond the SLO: a trial that ends as soon as much is
    slow has always more that is slow than one of its rate has in the long run."""

    def reached(self, window: Window) -> bool:
        return window.seconds >= self.counted_s and window.requests >= self.requests


@dataclass(frozen=True)
class Judgement:
    verdict: Literal["PASS", "FAIL", "UNDECIDED"]
    reasons: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Check:
    state: Literal["met", "broken", "open"]
    sentence: str


def judge(window: Window, slo: Slo, rate: float | None, max_vus: int, enough: Enough, *, final: bool) -> Judgement:
    """Judge the seconds that count. `rate` is the asked one, None in a closed model; `final`: no more will come."""
    if not window.asked.any():
        if final and window.due > 0:
            return Judgement("FAIL", (f"No response to {window.due} requests within {window.seconds} s.",))
        return Judgement("UNDECIDED", ("Nothing was answered yet.",))
    final = final or (enough.decides and enough.reached(window))
    near = not final and window.seconds < enough.near_s
    checks = [_latency(window, slo, final=final, near=near), _errors(window, slo, enough, final=final, near=near)]
    checks += [
        _further(limit, counted, final=final, alone=enough.decides, near=near)
        for limit, counted in zip(slo.further, window.further, strict=True)
    ]
    if rate is not None:
        checks.append(_backlog(window, slo, rate, max_vus, final=final, near=near))
    if final and not enough.decides:
        checks.append(_size(window, slo, enough))
    broken = tuple(c.sentence for c in checks if c.state == "broken")
    unsure = tuple(c.sentence for c in checks if c.state == "open")
    warnings = _warnings(window, enough) if final else ()
    if broken:
        return Judgement("FAIL", broken, warnings)
    if unsure:
        return Judgement("UNDECIDED", unsure, warnings)
    if final or enough.reached(window):
        return Judgement("PASS", tuple(c.sentence for c in checks), _warnings(window, enough))
    return Judgement("UNDECIDED", ("It has not lasted long enough.",))


def with_checks(judgement: Judgement, slo: Slo, passed: int, failed: int, *, early: bool = False) -> Judgement:
    """And what a script checked so far, over the whole of a trial; `early`: it ends, or has ended, before its full
    length."""
    if slo.checks is None:
        return judgement
    of, allowed = passed + failed, 1 - slo.checks
    if not of:
        check = _Check("open", f"Nothing was checked, so {slo.checks:.4g} of the checks cannot be told.")
    else:
        lower, upper = share_bounds([failed], [of], EARLY if early else FULL)
        told = f"{failed} of {of} checks failed ({allowed:.3g} allowed"
        if lower > allowed:
            check = _Check("broken", f"{told}; surely more than {lower:.2%}).")
        elif upper <= allowed or not (failed or early):
            check = _Check("met", f"{told}; surely less than {max(upper, 0.0001):.2%}).")
        else:
            check = _Check("open", f"{told}; between {lower:.1%} and {upper:.1%} is possible).")
    if check.state == "broken":
        before = judgement.reasons if judgement.verdict == "FAIL" else ()
        return replace(judgement, verdict="FAIL", reasons=(*before, check.sentence))
    if judgement.verdict == "PASS":
        reasons = (*judgement.reasons, check.sentence) if check.state == "met" else (check.sentence,)
        return replace(judgement, verdict="PASS" if check.state == "met" else "UNDECIDED", reasons=reasons)
    return judgement


def _too_much(allowed: float, *, near: bool) -> float:
    """The share above which a line is broken: `near` the answer what is far beyond it, and at most halfway to all."""
    return min(FAR * allowed, (1 + allowed) / 2) if near else allowed


def _latency(window: Window, slo: Slo, *, final: bool, near: bool) -> _Check:
    allowed = 1 - slo.percentile / 100
    judged = window.judged(slo.latency_of)
    what = "requests that succeeded were slower" if slo.latency_of == "successes" else "requests were slower"
    total = int(judged.asked.sum())
    if not total:
        return _Check("open", f"No request succeeded, so none was within {slo.latency_ms:g} ms.")
    failed = " or failed" if slo.latency_of == "all" and window.failed.any() else ""
    share = float(judged.slow.sum()) / total
    told = f"{share:.1%} of {total} {what} than {slo.latency_ms:g} ms{failed} ({allowed:.3g} allowed"
    return _within(told, judged.slow, judged.asked, allowed, final=final, told_by_none=final, near=near)


def _further(limit: Limit, counted: Counted, *, final: bool, alone: bool, near: bool) -> _Check:
    """One of the SLO's further limits; for those of an endpoint only its own requests tell. `alone`: few requests are
    all there will be, of one user."""
    allowed = 1 - limit.percentile / 100
    slow, total = int(counted.slow.sum()), int(counted.asked.sum())
    whose = f" for {limit.endpoint}" if limit.endpoint else ""
    if not total:
        return _Check("open", f"No request{whose} came, so {limit.words} cannot be told.")
    failed = " or failed" if limit.latency_of == "all" else " of those that succeeded"
    told = f"{slow / total:.1%} of {total} requests{whose} were slower than {limit.latency_ms:g} ms{failed}"
    told += f" ({allowed:.3g} allowed"
    enough = alone or total >= needed(limit.percentile, 0.0, FULL)
    return _within(told, counted.slow, counted.asked, allowed, final=final, told_by_none=final and enough, near=near)


def _within(
    told: str, slow: Ints, judged: Ints, allowed: float, *, final: bool, told_by_none: bool, near: bool
) -> _Check:
    """Is the share of slow requests, second by second, at most what is allowed? `told_by_none`: that none was slow
    tells it, however few there were."""
    lower, upper = share_bounds(slow.tolist(), judged.tolist(), FULL if final else EARLY)
    if lower > _too_much(allowed, near=near) and (final or slow.size >= FEWEST_SECONDS_TO_FAIL):
        return _Check("broken", f"{told}; surely more than {lower:.1%}).")
    if upper <= allowed or (told_by_none and not slow.any()):
        return _Check("met", f"{told}; surely less than {max(upper, 0.0001):.2%}).")
    return _Check("open", f"{told}; between {lower:.1%} and {upper:.1%} is possible).")


def _errors(window: Window, slo: Slo, enough: Enough, *, final: bool, near: bool) -> _Check:
    errors, requests = int(window.failed.sum()), int(window.asked.sum())
    kinds = ", ".join(f"{number} {kind}" for kind, number in window.kinds.items())
    told = f"{errors} of {requests} requests failed{f': {kinds}' if kinds else ''} ({slo.error_rate:.3g} allowed"
    counts = window.failed.tolist(), window.asked.tolist()
    lower = share_bounds(*counts, FULL if final else EARLY)[0]
    upper = share_bounds(*counts, FULL if final else SURE)[1]
    if errors and lower > _too_much(slo.error_rate, near=near) and (final or window.seconds >= FEWEST_SECONDS_TO_FAIL):
        return _Check("broken", f"{told}; surely more than {lower:.2%}).")
    if (errors == 0 and (final or requests >= min(FEWEST_FOR_ERRORS, enough.requests))) or upper <= slo.error_rate:
        return _Check("met", f"{told}; surely less than {upper:.2%}).")
    return _Check("open", f"{told}; up to {upper:.2%} is possible).")


def _size(window: Window, slo: Slo, enough: Enough) -> _Check:
    """Without enough requests, that none of them was slow or failed tells nothing."""
    least, requests = fewest(slo.percentile, slo.error_rate, enough.requests), window.requests
    told = f"{requests:,} requests count; to judge p{slo.percentile:g} and {slo.error_rate:.3g} errors takes {least:,}"
    return _Check("met" if requests >= least else "open", f"{told}.")


def _backlog(window: Window, slo: Slo, rate: float, max_vus: int, *, final: bool, near: bool) -> _Check:
    """Is a queue building up? At 5% over capacity it takes 20 times the limit to reach the limit."""
    limit_s = slo.latency_ms / 1000 if window.journeys is None else window.journeys.allowed_s(slo.latency_ms)
    allowed = rate * limit_s
    now = float(window.in_flight[-1])
    # Arrivals are Poisson: a queue may wander by the square root of what has arrived without being overloaded.
    wandering = 3 * math.sqrt(rate * window.elapsed_s)
    overload = max(min(BACKLOG_LIMITS * allowed + wandering, 0.9 * max_vus), 1.3 * allowed)
    falling = window.seconds >= 2 and now < 0.95 * float(window.in_flight[-2])
    if now >= overload and not falling and window.elapsed_s >= FEWEST_SECONDS_TO_FAIL:
        return _Check(
            "broken",
            f"{now:.0f} {_what(window)} were in flight after {window.elapsed_s} s; "
            f"within {limit_s * 1000:.4g} ms at {rate:.4g}/s there can be {allowed:.0f}.",
        )
    growth, z = _growth(window, rate)
    in_a_minute_s = (now + growth * HORIZON_S) / rate
    if z <= 0.5 or in_a_minute_s <= limit_s:
        return _Check("met", f"No queue was building up ({now:.0f} in flight at the end).")
    told = (
        f"The queue grew by {growth:.2g} {_what(window)} a second (z = {z:.1f}); after {HORIZON_S:.0f} s more each "
        f"would take {in_a_minute_s:.1f} s."
    )
    return _Check("broken" if z > (2 if final else 3) and not near else "open", told)


def _what(window: Window) -> str:
    return "requests" if window.journeys is None else "journeys"


def _growth(window: Window, rate: float) -> tuple[float, float]:
    """Requests a second by which the queue grows, and how many standard errors that is.

    Between the means of the first and of the last quarter. A queue near capacity is a random walk of Poisson
    arrivals and as variable departures, 2 × rate of variance a second; ordinary regression would take its
    wandering for a trend.
    """
    ends = max(1, window.seconds // 4)
    apart = window.seconds - ends
    if apart < 4:
        return 0.0, 0.0
    growth = float(np.mean(window.in_flight[-ends:]) - np.mean(window.in_flight[:ends])) / apart
    return growth, growth / math.sqrt(2 * rate / apart)


def _warnings(window: Window, enough: Enough) -> tuple[str, ...]:
    if window.requests >= enough.requests:
        return ()
    bound = float(distributions.beta.ppf(0.95, 1, window.requests))
    told = f"Only {window.requests} requests count, fewer than the {enough.requests} asked for: "
    return (f"{told}even without an error that many bound the error rate only below {bound:.1%}.",)
