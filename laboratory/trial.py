"""A trial of a simulated service, second by second as a real one is judged.

It comes to what `scalebed.execution.trial.Conductor` would make of the same requests, without histograms and records
(`tests/unit/laboratory/test_trial.py` compares the two), so that thousands of searches can be made.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from laboratory.queues import Bools, Floats
from laboratory.services import HOST_CORES, LIMIT_S, Host, Requests, Served, Service
from scalebed.experiment.slo import Slo
from scalebed.experiment.spec import Experiment
from scalebed.measurement import causes, validity, warmup
from scalebed.measurement.causes import Verdict
from scalebed.measurement.load import most_vus
from scalebed.measurement.shares import Share, shares
from scalebed.measurement.timeline import Ints, Window
from scalebed.measurement.usage import Usage
from scalebed.measurement.verdict import FEWEST_SECONDS_TO_FAIL, Enough, judge
from scalebed.search.bisection import Ask
from scalebed.search.length import is_full
from scalebed.search.observation import Observed

STARTS_S = 0.5
"""How long the generator takes to begin."""
AT_FIRST_S = 25
"""As much of a load is worked out before it is known to last longer."""
_LOOKS = 10
"""A second, at what is in flight."""


@dataclass(frozen=True)
class Seconds:
    """What a load came to, an entry a second."""

    responses: Ints
    slow: Ints
    failed: Ints
    latency_s: Floats
    arrivals: Ints
    in_flight: Floats
    stolen_s: Floats

    @classmethod
    def of(cls, requests: Requests, served: Served, seconds: int) -> Seconds:
        """The first so many."""
        arrivals, ended = requests.arrivals, served.ended
        latency = ended - arrivals
        failed = np.zeros(requests.n, dtype=np.bool_) if served.failed is None else served.failed
        over = ended < seconds

        def per_second(at: Floats, of: Floats | None = None) -> Floats:
            found: Floats = np.bincount(at.astype(np.int64), weights=of, minlength=seconds).astype(np.float64)
            return found

        def counted(chosen: Bools) -> Ints:
            return per_second(ended[over & chosen]).astype(np.int64)

        at = (np.arange(seconds * _LOOKS) + 0.5) / _LOOKS
        present = np.searchsorted(arrivals, at) - np.searchsorted(np.sort(ended), at)
        begins, lasts = (np.empty(0), np.empty(0)) if served.stolen is None else served.stolen
        here = begins < seconds
        return cls(
            responses=counted(over),
            slow=counted((latency > LIMIT_S) & ~failed),
            failed=counted(failed),
            latency_s=per_second(ended[over], latency[over]),
            arrivals=per_second(arrivals[arrivals < seconds]).astype(np.int64),
            in_flight=present.reshape(seconds, _LOOKS).mean(axis=1),
            stolen_s=per_second(begins[here], lasts[here]),
        )

    def window(self, start: int, end: int) -> Window:
        """As `scalebed.measurement.timeline.Timeline` has it."""
        nothing = np.zeros(end - start, dtype=np.int64)
        errors = self.failed[start:end]
        return Window(
            elapsed_s=end,
            responses=self.responses[start:end],
            slow=self.slow[start:end],
            errors=errors,
            latency_sum_ms=self.latency_s[start:end] * 1000,
            arrivals=self.arrivals[start:end],
            dropped=nothing,
            in_flight=self.in_flight[start:end],
            lag_ms=nothing.astype(np.float64),
            kinds={"a 5xx": int(errors.sum())} if errors.any() else {},
        )

    def usage(self, start: int, end: int) -> Usage | None:
        """What was stolen; None of less than a second."""
        stolen_s = float(self.stolen_s[start:end].sum())
        return Usage(float(end - start), {}, {}, 0.0, stolen_s) if end > start else None

    def cut(self, end: int) -> int:
        """Seconds at the start that do not count."""
        with np.errstate(invalid="ignore", divide="ignore"):
            means = self.latency_s[:end] / self.responses[:end]
        return min(warmup.steady_from(means), end)


@dataclass(frozen=True)
class Outcome:
    """What a trial came to, for the search and for the clock."""

    observed: Observed
    lasted_s: float
    requests: int
    """That count."""

    def of_attempt(self, attempt: int) -> Outcome:
        """The same, in a later attempt."""
        return replace(self, observed=replace(self.observed, attempt=attempt))


@dataclass(frozen=True)
class Place:
    """Where a trial is made: in a block, so long after its service was deployed."""

    service: Service
    host: Host
    began_s: float
    seed: tuple[int, ...]


def alone(place: Place, ask: Ask) -> Outcome:
    """One user, who asks for one thing after another, and whom every service here answers within the SLO.

    Only the first rate follows from it, so its mean is drawn as that of as many exponential times, without a queue.
    """
    rng = np.random.default_rng([*place.seed, 3])
    n = max(ask.enough.requests, math.ceil(ask.enough.counted_s / place.service.alone_s))
    mean_s = place.service.alone_s * float(rng.gamma(n, 1 / n))
    observed = _observed(ask, "PASS", full=True, mean_ms=mean_s * 1000, slow_ms=mean_s * 3000)
    return Outcome(observed, n * mean_s + STARTS_S, n)


def trial(place: Place, ask: Ask, wanted: Experiment, duration_s: float) -> Outcome:
    """One at the rate of `ask`, until its verdict is certain, or to its end."""
    slo, max_vus = wanted.slo, most_vus(ask.rate, wanted.slo)
    whole = math.floor(duration_s)
    known = min(whole, AT_FIRST_S)
    seconds = seconds_of(place, ask.rate, known)
    for end in range(FEWEST_SECONDS_TO_FAIL, whole + 1):
        if end > known:
            known, seconds = whole, seconds_of(place, ask.rate, whole)
        if end < whole and not _may_end(seconds, end, ask.rate, slo, ask.enough):
            continue
        cut = seconds.cut(end)
        window = seconds.window(cut, end)
        judgement = judge(window, slo, ask.rate, max_vus, ask.enough, final=end == whole)
        if judgement.verdict != "UNDECIDED":
            break
    conditions = validity.Conditions(
        rate=ask.rate, max_vus=max_vus, cores=HOST_CORES, service_quota=None, usage=seconds.usage(cut, end)
    )
    against = validity.found(window, conditions, slo_broken=judgement.verdict == "FAIL")
    verdict: Verdict = "INVALID" if validity.spoils(against, judgement.verdict) else judgement.verdict
    observed = _observed(
        ask,
        verdict,
        full=is_full(end - cut, end, wanted.search),
        mean_ms=window.mean_ms,
        disturbed=bool(causes.disturbances(against)),
        against=verdict != "PASS" and judgement.verdict != "PASS",
        bad=shares(window, slo),
    )
    return Outcome(observed, end + STARTS_S, window.requests)


def requests_of(place: Place, rate: float, seconds: float) -> Requests:
    """Those of a load; a longer one begins with the same."""
    arriving, work, world = (np.random.default_rng([*place.seed, stream]) for stream in range(3))
    n = math.ceil(rate * seconds + 6 * math.sqrt(rate * seconds)) + 10
    arrivals = np.cumsum(arriving.exponential(1 / rate, n))
    return Requests(place.began_s, arrivals[arrivals < seconds], work, world)


def seconds_of(place: Place, rate: float, seconds: int) -> Seconds:
    """What a load at this rate comes to."""
    requests = requests_of(place, rate, seconds)
    return Seconds.of(requests, place.service.serve(requests, place.host), seconds)


def _may_end(seconds: Seconds, end: int, rate: float, slo: Slo, enough: Enough) -> bool:
    """Whether the judge could be certain by now; it is asked only then, as asking costs most of a trial's time.

    It passes nothing that is too short, and fails only what was slow or failed, or has a queue: one far beyond the
    limit, or one that has grown by more than three standard errors, which takes 8.4 times the root of the rate.
    """
    counted = seconds.responses[1:end]
    if end - 1 >= enough.counted_s and counted.sum() >= enough.requests:
        return True
    if seconds.slow[1:end].any() or seconds.failed[1:end].any():
        return True
    queue = float(seconds.in_flight[:end].max())
    return queue >= min(1.3 * rate * slo.latency_ms / 1000, 8.4 * math.sqrt(rate))


def _observed(
    ask: Ask,
    verdict: Verdict,
    *,
    full: bool,
    mean_ms: float,
    slow_ms: float = math.inf,
    disturbed: bool = False,
    against: bool = False,
    bad: tuple[Share, ...] = (),
) -> Observed:
    return Observed(
        purpose=ask.purpose,
        rate=ask.rate,
        verdict=verdict,
        full=full,
        mean_ms=mean_ms,
        slo_percentile_ms=slow_ms,
        service_cpu_s=0.0,
        reasons=(),
        disturbed=disturbed,
        against=against,
        shares=bad,
    )
