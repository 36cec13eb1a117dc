"""The rate up to which a simulated service keeps its SLO for ever, from theory or from a run of millions of requests.

The SLO is that of `laboratory.services`: at most 5% of requests slower than a second or failed, and at most 1% failed.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from scipy import optimize, stats

from laboratory.queues import Floats
from laboratory.services import ERROR_RATE, LIMIT_S, PERCENTILE, SERVICES, Host, Requests

KEPT = Path(__file__).with_name("truths.json")
ALLOWED = 1 - PERCENTILE / 100
BATCHES = 40


@dataclass(frozen=True)
class Truth:
    """A capacity in requests a second, and its standard error; 0 where theory tells it."""

    capacity: float
    error: float
    source: str


def _one_server(mean_s: float) -> float:
    """The time in an M/M/1 is exponential with the rate μ - λ (Kleinrock, *Queueing Systems* 1, 1975, section 3.2)."""
    return 1 / mean_s + math.log(ALLOWED) / LIMIT_S


def _shared_database() -> float:
    """Three M/M/1 that share the arrivals evenly, then one M/M/1: departures are Poisson (Burke, "The output of a
    queuing system", Operations Research 4, 1956) and the times at both are independent (Reich, "Waiting times when
    queues are in tandem", Annals of Mathematical Statistics 28, 1957), so their sum is hypoexponential."""

    def slow(rate: float) -> float:
        a, b = 10 - rate / 3, 25 - rate
        return (b * math.exp(-a * LIMIT_S) - a * math.exp(-b * LIMIT_S)) / (b - a) - ALLOWED

    return float(optimize.brentq(slow, 1.0, 24.9))


def _shedding() -> float:
    """M/M/1/K: what is refused is (1 - ρ) ρ^K / (1 - ρ^(K+1)) (Kleinrock, *Queueing Systems* 1, 1975, section 3.6).

    What is admitted finds at most 14 others, so that it is slower than a second, 20 times the mean, in fewer than one
    case in eight even if all find so many; at this capacity it is far within the SLO, and refusals decide.
    """

    def refused(rate: float) -> float:
        load, most = rate * 0.05, 15
        share = 1 / (most + 1) if abs(load - 1) < 1e-9 else (1 - load) * load**most / (1 - load ** (most + 1))
        return share - ERROR_RATE

    return float(optimize.brentq(refused, 1.0, 40.0))


THEORY: dict[str, Callable[[], float]] = {
    "M/M/1": lambda: _one_server(0.05),
    "fast M/M/1": lambda: _one_server(0.0125),
    "shared database": _shared_database,
    "shedding": _shedding,
    # Its host's pace has the logarithm 0 on average, and so has the swing.
    "drift": lambda: _one_server(0.05),
    # What it serves where nothing is stolen, and once it is warm.
    "steal": lambda: _one_server(0.05),
    "warming": lambda: _one_server(0.05),
}


def slow_share(name: str, rate: float, requests: int, seed: int) -> tuple[float, float]:
    """The share of requests that were too slow or failed in a long run, and its standard error by batch means.

    The first tenth of the run does not count.
    """
    service = SERVICES[name]
    arriving, work, world = (np.random.default_rng([seed, stream]) for stream in range(3))
    arrivals = np.cumsum(arriving.exponential(1 / rate, requests))
    served = service.serve(Requests(0.0, arrivals, work, world), Host())
    bad = served.ended - arrivals > LIMIT_S
    if served.failed is not None:
        bad |= served.failed
    means = bad[requests // 10 :].astype(np.float64)
    means = means[: means.size // BATCHES * BATCHES].reshape(BATCHES, -1).mean(axis=1)
    return float(means.mean()), float(means.std(ddof=1) / math.sqrt(BATCHES))


def by_force(name: str, requests: int = 2_000_000, seed: int = 1) -> Truth:
    """By runs at seven rates about the capacity, which shorter runs at rates further apart have found before."""
    low, high = 0.2 / SERVICES[name].alone_s, 4.0 / SERVICES[name].alone_s
    for _ in range(8):
        middle = math.sqrt(low * high)
        share, _error = slow_share(name, middle, requests // 20, seed)
        low, high = (middle, high) if share <= ALLOWED else (low, middle)
    about, _error = _root(name, math.sqrt(low * high) * np.linspace(0.92, 1.08, 7), requests // 5, seed + 1)
    root, error = _root(name, about * np.linspace(0.97, 1.03, 7), requests, seed + 101)
    return Truth(root, error, f"7 runs of {requests:,} requests")


def _root(name: str, rates: Floats, requests: int, seed: int) -> tuple[float, float]:
    """Where a line through the probits of what was slow meets what is allowed, and its standard error.

    Least squares with the weights of the runs' own errors; the root's error follows by the delta method.
    """
    about = float(rates.mean())
    points = [slow_share(name, rate, requests, seed + i) for i, rate in enumerate(rates.tolist())]
    # Beyond a cliff all are slow, and that tells nothing of how many are before it.
    told = [(rate, *point) for rate, point in zip(rates.tolist(), points, strict=True) if 0 < point[0] < 0.5]
    near, shares, errors = (np.asarray(column, dtype=np.float64) for column in zip(*told, strict=True))
    y = stats.norm.ppf(shares) - stats.norm.ppf(ALLOWED)
    spread = errors / stats.norm.pdf(stats.norm.ppf(shares))
    (slope, offset), covariance = np.polyfit(near - about, y, 1, w=1 / spread, cov="unscaled")
    gradient = np.array([offset / slope**2, -1 / slope])
    return about - float(offset / slope), float(np.sqrt(gradient @ covariance @ gradient))


def kept() -> dict[str, Truth]:
    """Every service's, by name: theory's, and what was found by force and kept beside this module."""
    found = json.loads(KEPT.read_text(encoding="utf-8"))
    theory = {name: Truth(capacity(), 0.0, "theory") for name, capacity in THEORY.items()}
    return {name: theory[name] if name in theory else Truth(**found[name]) for name in SERVICES}


def keep() -> None:
    """Find by force what theory does not tell, and keep it; takes some minutes. None of these services refuses."""
    found = {name: asdict(by_force(name)) for name in SERVICES if name not in THEORY}
    KEPT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
