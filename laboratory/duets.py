"""What comparing two services comes to on a host that drifts: in duets, and one after the other in blocks.

A request costs CPU, by what it asks for and by how fast the host is at that second. The logarithm of that is the sum
of a slow part and a fast one, both Ornstein-Uhlenbeck processes (Uhlenbeck & Ornstein, "On the theory of the Brownian
motion", Physical Review 36, 1930), and each deployment has a luck of its own, where its memory came to lie. Intervals,
floors and what is claimed are the product's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from laboratory.coverage import Share
from scalebed.statistics import intervals

BLOCKS = 5
COUNTED_S, RATE = 17, 40
"""Of a trial of 20 s, as the shipped comparisons have them."""
STEP_S = 45
"""From one step of a run to the next."""
SLOW_S, FAST_S = 120.0, 2.0
"""Time constants of the host's speed."""
KINDS = 1.0
"""Standard deviation of the logarithm of what a request costs, by what it asks for."""
MORE = (1.03, 1.05, 1.1)
"""How many times as much a request costs of what is compared."""


@dataclass(frozen=True)
class Host:
    """Standard deviations of logarithms."""

    name: str
    slow: float
    fast: float
    luck: float


HOSTS = (
    Host("quiet", 0.01, 0.01, 0.005),
    Host("drifting", 0.05, 0.03, 0.01),
    Host("drifting as was seen", 0.12, 0.05, 0.015),
)


@dataclass(frozen=True)
class Compared:
    """What so many runs on a host came to, in one of the two ways."""

    host: str
    way: str
    runs: int
    half_width: float
    """The middle of half the interval of a ratio."""
    floor: float
    """What 95% of the floors lie below."""
    claimed: Share
    """Of the same service: a difference was."""
    found: tuple[Share, ...]
    """Of each of `MORE`."""


def compare(host: Host, *, duet: bool, runs: int, seed: int) -> Compared:
    """So many runs, each with a control and as many others as there are in `MORE`, and one that is the same."""
    rng = np.random.default_rng([seed, HOSTS.index(host), duet])
    effects = (1.0, 1.0, *MORE)
    """The control first."""
    widths, floors = [], []
    claims = np.zeros(len(effects), dtype=int)
    for _ in range(runs):
        ratios = [intervals.geometric(of) for of in _run(rng, host, effects, duet=duet)]
        floor = intervals.floor(ratios[0])
        floors.append(floor)
        for place, ratio in enumerate(ratios):
            assert ratio is not None  # noqa: S101 - there are blocks
            widths.append(ratio.relative_half_width or 0.0)
            claims[place] += bool(intervals.differs(ratio, floor))
    return Compared(
        host=host.name,
        way="duets" if duet else "blocks",
        runs=runs,
        half_width=float(np.median(widths)),
        floor=float(np.quantile(floors, 0.95)),
        claimed=Share(int(claims[1]), runs),
        found=tuple(Share(int(hits), runs) for hits in claims[2:]),
    )


def _run(rng: np.random.Generator, host: Host, effects: Sequence[float], *, duet: bool) -> NDArray[np.float64]:
    """Ratios of a run: a row for each of what is compared, a column for each block."""
    found = np.empty((len(effects), BLOCKS))
    for block in range(BLOCKS):
        steps = len(effects) if duet else len(effects) + 1
        speed = _speed(rng, host, steps * STEP_S)
        # In a block all get the same requests.
        requests = rng.poisson(RATE, COUNTED_S)
        cost = np.exp(rng.normal(0.0, KINDS, int(requests.sum())))
        when = np.repeat(np.arange(COUNTED_S), requests)
        order = rng.permutation(steps)
        costs = [_mean(rng, host, cost, speed[step * STEP_S + when]) for step in order]
        if duet:
            # Beside each: the base, with the same host at the same seconds and a luck of its own.
            bases = [_mean(rng, host, cost, speed[step * STEP_S + when]) for step in order]
            found[:, block] = np.asarray(costs) / np.asarray(bases)
        else:
            found[:, block] = np.asarray(costs[1:]) / costs[0]
    ratios: NDArray[np.float64] = found * np.asarray(effects)[:, None]
    return ratios


def _mean(rng: np.random.Generator, host: Host, cost: NDArray[np.float64], speed: NDArray[np.float64]) -> float:
    return float((cost * speed).mean() * np.exp(rng.normal(0.0, host.luck)))


def _speed(rng: np.random.Generator, host: Host, seconds: int) -> NDArray[np.float64]:
    """Times what a request costs, second by second."""
    found = np.zeros(seconds)
    for deviation, constant in ((host.slow, SLOW_S), (host.fast, FAST_S)):
        kept = np.exp(-1 / constant)
        pushes = rng.normal(0.0, deviation * np.sqrt(1 - kept**2), seconds)
        level = rng.normal(0.0, deviation)
        for second in range(seconds):
            level = kept * level + pushes[second]
            found[second] += level
    speed: NDArray[np.float64] = np.exp(found)
    return speed


def compared(runs: int, seed: int) -> list[Compared]:
    """Both ways on every host."""
    return [compare(host, duet=duet, runs=runs, seed=seed) for host in HOSTS for duet in (False, True)]
