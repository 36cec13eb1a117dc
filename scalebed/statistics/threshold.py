"""The load at which a share of requests is bad, from trials at several loads.

The curve is log-logistic: logit of the share = logit of what is allowed + slope × ln(load ÷ threshold). In its tail it
is the exponential decay of waiting times that holds for queues in general, whose rate is proportional to what is free
of the capacity (Kingman, "On queues in heavy traffic", Journal of the Royal Statistical Society B 24, 1962); where all
is late, it bends. Threshold and slope are looked for together on a grid, and the slope is averaged over (Kontsevich &
Tyler, "Bayesian adaptive estimation of psychometric slope and threshold", Vision Research 39, 1999).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
_STEP = 0.004
"""Of the thresholds, as a share of each."""
_SLOPES = np.geomspace(1.0, 400.0, 37)
"""M/M/1 whose limit is 20 mean times of service has 17 at its capacity, one of 4 has 4, a cliff any."""
_USUAL = (np.log(10.0), 1.5)
"""Mean and standard deviation of the slope's logarithm before anything is known."""


@dataclass(frozen=True)
class Point:
    """A trial: its load, and of how many independent requests how many were bad (neither need be whole)."""

    load: float
    bad: float
    of: float
    at_least: bool = False
    """It was ended as so many were bad, too early to tell how many there would have been."""


def threshold(points: Sequence[Point], allowed: float, low: float, high: float) -> float:
    """The median of what the load may be at which the share `allowed` (between 0 and 1) is bad.

    Every load between `low` and `high` is as likely as any other before, on a log scale. Far from all points, and with
    none, it is what this says.
    """
    loads = np.exp(np.arange(np.log(low), np.log(high) + _STEP, _STEP))
    mean, deviation = _USUAL
    fit = np.repeat(-0.5 * ((np.log(_SLOPES) - mean) / deviation)[:, None] ** 2, loads.size, axis=1)
    for point in points:
        fit += _log_likelihood(point, special.logit(allowed) + _SLOPES[:, None] * np.log(point.load / loads))
    weight = np.exp(fit - fit.max()).sum(axis=0).cumsum()
    return float(np.clip(np.interp(0.5, weight / weight[-1], loads), low, high))


def _log_likelihood(point: Point, logits: Floats) -> Floats:
    if not point.at_least:
        found: Floats = point.bad * special.log_expit(logits) + (point.of - point.bad) * special.log_expit(-logits)
    elif not point.bad:
        found = np.zeros_like(logits)
    else:
        tail = special.betainc(point.bad, point.of - point.bad + 1, special.expit(logits))
        found = np.log(np.maximum(tail, 1e-300))
    return found
