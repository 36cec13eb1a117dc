"""Searches as other tools make them, written from what their documentation says, on the same simulated services.

Each is given what its user would have to bring. None of them comes with an interval of the capacity, so that what they
are worth is how far from the truth they end, against the seconds under load that they took.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import interpolate, optimize

from laboratory.searching import DEPLOYS_S, SETTLES_S
from laboratory.services import ERROR_RATE, LIMIT_S, PERCENTILE, Host, Service
from laboratory.trial import STARTS_S, Place, requests_of
from laboratory.truth import ALLOWED


@dataclass(frozen=True)
class Heard:
    """What a load of fixed length came to, after its warm-up."""

    rate: float
    bad: float
    """The share of requests that were too slow or failed."""
    late_s: float
    """The latency at the SLO's percentile; infinite where it falls among what failed."""
    failed: float = 0.0
    """The share that failed."""

    @property
    def margin(self) -> float:
        """By how much the SLO is broken, as a share of what it allows; not positive where it is kept."""
        return max(self.late_s / LIMIT_S, self.failed / ERROR_RATE) - 1

    @property
    def met(self) -> bool:
        return self.bad <= ALLOWED and self.failed <= ERROR_RATE


@dataclass
class Bench:
    """A service that was deployed once, and what was asked of it."""

    service: Service
    host: Host
    seed: tuple[int, ...]
    load_s: float = 0.0
    heard: list[Heard] = field(default_factory=list)

    def run(self, rate: float, warmup_s: float, counted_s: float) -> Heard:
        """One load more. What arrived after its warm-up counts."""
        began_s = DEPLOYS_S + self.load_s + SETTLES_S * len(self.heard)
        whole_s = warmup_s + counted_s
        requests = requests_of(Place(self.service, self.host, began_s, (*self.seed, len(self.heard))), rate, whole_s)
        served = self.service.serve(requests, self.host)
        counts = requests.arrivals >= warmup_s
        latency = (served.ended - requests.arrivals)[counts]
        failed = 0.0
        if served.failed is not None and latency.size:
            latency = np.where(served.failed[counts], math.inf, latency)
            failed = float(served.failed[counts].mean())
        bad = float((latency > LIMIT_S).mean()) if latency.size else 0.0
        late_s = float(np.quantile(latency, PERCENTILE / 100, method="higher")) if latency.size else 0.0
        self.load_s += whole_s + STARTS_S
        self.heard.append(Heard(rate, bad, late_s, failed))
        return self.heard[-1]


Method = Callable[[Bench, float], float | None]
"""The capacity, given a rate somewhere near it that its user has in mind; None where it finds none."""

_STEP = 1.05
_THEODOLITE_S = (60.0, 120.0)
"""Of warm-up and after it, as the example of HTTP has it (Theodolite 0.10, docs/example-http-server.md)."""


def _loads(near: float) -> list[float]:
    """A list in steps of 5%, from half of it to twice, as Theodolite wants its user to write."""
    return [near / 2 * _STEP**i for i in range(math.ceil(math.log(4) / math.log(_STEP)) + 1)]


def linear(bench: Bench, near: float) -> float | None:
    """Theodolite, linear search: up the list, to the first load that does not meet the SLO."""
    best = None
    for rate in _loads(near):
        if not bench.run(rate, *_THEODOLITE_S).met:
            break
        best = rate
    return best


def binary(bench: Bench, near: float) -> float | None:
    """Theodolite, binary search over the same list."""
    rates = _loads(near)
    low, high = -1, len(rates)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if bench.run(rates[middle], *_THEODOLITE_S).met else (low, middle)
    return rates[low] if low >= 0 else None


_PROBES = 25
_WARMUP_S, _REQUESTS = 30.0, 1000


def isotonic(bench: Bench, near: float) -> float | None:
    """AIPerf 0.13, `smooth_isotonic`: a monotone curve through the margins, asked again where it crosses zero.

    Five rates over a factor of 16, then the root until the bracket is 5% wide, at most 25 probes of 1,000 requests
    after 30 s. The margin is bounded, or one overload would tear at the curve.
    """

    def ask(rate: float) -> None:
        bench.run(rate, _WARMUP_S, _REQUESTS / rate)

    for power in (-2, -1, 0, 1, 2):
        ask(near * 2.0**power)
    while len(bench.heard) < _PROBES:
        root, width = _crossing(bench.heard)
        if root is None:
            lowest, highest = (pick(h.rate for h in bench.heard) for pick in (min, max))
            ask(lowest / 2 if width > 1 else highest * 2)
            continue
        if width <= _STEP:
            return root
        ask(root)
    return _crossing(bench.heard)[0]


def _crossing(heard: Sequence[Heard]) -> tuple[float | None, float]:
    """Where the fitted margin is nothing, and how wide the bracket about it is, as a factor.

    None, and more than 1 where it is broken even at the lowest rate, 0 where it is kept at all of them.
    """
    ordered = sorted(heard, key=lambda h: h.rate)
    rates = np.log([h.rate for h in ordered])
    margins = np.clip([h.margin for h in ordered], -1.0, 3.0)
    fitted = np.asarray(optimize.isotonic_regression(margins).x)
    if fitted[0] > 0 or fitted[-1] <= 0:
        return None, math.inf if fitted[0] > 0 else 0.0
    above = int(np.argmax(fitted > 0))
    low, high = float(rates[above - 1]), float(rates[above])
    curve = interpolate.PchipInterpolator(rates, fitted)
    root = float(optimize.brentq(lambda rate: float(curve(rate)), low, high)) if fitted[above - 1] < 0 else low
    # Where the curve crosses at a rate that was asked before, its middle tells more.
    root = root if min(abs(rates - root)) > 1e-3 else (low + high) / 2
    return math.exp(root), math.exp(high - low)


_GOALS = ((20.0, 1.2), (60.0, 1.1), (140.0, _STEP))
"""Seconds that a load is tried for and the width of the bracket: from wide and quick to narrow and long."""
_ONE_S = 20.0


def multiple_loss_ratio(bench: Bench, near: float) -> float | None:
    """MLRsearch (RFC 9971): many short trials; a load is a lower bound while at most half of them are bad.

    Its trials of a second and 21 s a load are for packets. Under a limit of a second a queue of a second fits into such
    a trial, so here they last 20 s, and a load is tried seven times. A trial is bad where more is slow than is allowed.
    """
    tried: dict[float, list[bool]] = {}

    def lower(rate: float, seconds: float) -> bool:
        trials, wanted = tried.setdefault(rate, []), round(seconds / _ONE_S)
        while len(trials) < wanted:
            trials.append(bench.run(rate, 0.0, _ONE_S).met)
            bad, left = trials.count(False), wanted - len(trials)
            if 2 * bad > wanted or 2 * (bad + left) <= wanted:
                break
        return 2 * trials.count(False) <= wanted

    low, high = 0.0, math.inf
    for seconds, width in _GOALS:
        if low and not lower(low, seconds):
            low, high = 0.0, low
        if low and math.isfinite(high) and lower(high, seconds):
            low, high = high, math.inf
        while not (low and math.isfinite(high) and high / low <= width * (1 + 1e-9)):
            rate = _between(low, high, near, width)
            if not near / 64 < rate < near * 64:
                return None
            low, high = (rate, high) if lower(rate, seconds) else (low, rate)
    return low


def _between(low: float, high: float, near: float, width: float) -> float:
    """The next rate: where a bracket is open, so far beyond what is known as that is from the first rate, a width at
    least."""
    if not low:
        return high / max(width, min(near / high, 2.0)) if math.isfinite(high) else near
    return math.sqrt(low * high) if math.isfinite(high) else low * max(width, min(low / near, 2.0))


def seeded(bench: Bench, near: float) -> float | None:
    """Seeded binary search with two trials a load (Shivam and others, "Cutting Corners", USENIX ATC 2008): a minute
    each after 10 s, from the seed outward in doubling steps, to a bracket of 5%."""

    def met(rate: float) -> bool:
        one, two = (bench.run(rate, 10.0, 60.0) for _ in range(2))
        return one.bad + two.bad <= 2 * ALLOWED and one.failed + two.failed <= 2 * ERROR_RATE

    low, high, step = 0.0, math.inf, 1.1
    while not low or not math.isfinite(high):
        rate = near if not low and not math.isfinite(high) else (low * step if low else high / step)
        low, high = (rate, high) if met(rate) else (low, rate)
        step = min(step**2, 2.0)
        if rate < near / 64:
            return None
    while high / low > _STEP * (1 + 1e-9):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if met(middle) else (low, middle)
    return low


METHODS: Mapping[str, Method] = {
    "Theodolite, linear": linear,
    "Theodolite, binary": binary,
    "AIPerf, isotonic": isotonic,
    "MLRsearch": multiple_loss_ratio,
    "seeded bisection": seeded,
}


def found(method: Method, service: Service, near: float, seed: tuple[int, ...]) -> tuple[float | None, float]:
    """The capacity that one search came to, and its seconds under load. `near` is off by up to a quarter."""
    rng = np.random.default_rng([*seed, 0])
    bench = Bench(service, service.host(rng), (*seed, 1))
    capacity = method(bench, near * float(np.exp(rng.uniform(-math.log(1.25), math.log(1.25)))))
    return capacity, bench.load_s
