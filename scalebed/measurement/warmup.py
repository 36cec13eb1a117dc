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
    best, cut = math.inf, FEWEST_S
    for candidate in range(FEWEST_S, max(most, FEWEST_S) + 1):
        rest = means[candidate:]
        rest = rest[np.isfinite(rest)]
        if rest.size < 3:
            break
        error = float(rest.var()) / rest.size
        if error < best * (1 - 1e-9):
            best, cut = error, candidate
    return cut
