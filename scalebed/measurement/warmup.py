"""Where the steady state of a trial begins."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FEWEST_S = 1
"""The first second is never whole."""
LARGEST_SHARE = 0.25
LONGEST_S = 10


def steady_from(means: NDArray[np.float64]) -> int:
    """Seconds to cut from a trial, given the mean latency of each second (NaN where nothing was answered).

    MSER (White, "An effective truncation heuristic for bias reduction in simulation output", Simulation 69(6),
    1997): the cut d that makes the remaining mean's squared standard error, s²(d) / (n - d), smallest. At most
    a quarter of the trial and 10 s, so that it can take a start away but never the trouble that was to be found.
    """
    most = min(LONGEST_S, math.floor(means.size * LARGEST_SHARE))
    candidates = np.arange(FEWEST_S, min(max(most, FEWEST_S) + 1, means.size))
    told = np.isfinite(means)
    # Sums of what remains after each cut, about a middle near them all, as squares of large numbers lose digits.
    x = np.where(told, means - (means[told].mean() if told.any() else 0.0), 0.0)
    n, total, squares = (np.cumsum(each[::-1])[::-1][candidates] for each in (told.astype(np.float64), x, x**2))
    enough = n >= 3
    n, total, squares = n[enough], total[enough], squares[enough]
    errors = np.maximum(squares / n - (total / n) ** 2, 0.0) / n
    best, cut = math.inf, FEWEST_S
    for candidate, error in zip(candidates[enough].tolist(), errors.tolist(), strict=True):
        if error < best * (1 - 1e-9):
            best, cut = error, candidate
    return cut
