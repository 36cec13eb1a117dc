"""How long a trial may last."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import median

from scalebed.experiment.spec import Search

LONGEST_S = 900
"""The longest that one trial may last, where its requests come so seldom that fewer seconds would not judge them."""
CUT_S = 5
"""Allowed for what is cut from the start of a trial, where its length follows from the requests it needs."""


def trial_s(rate: float, fewest: float, search: Search) -> float:
    """Seconds that a trial at this rate may last: `max_trial`, or longer for the `fewest` arrivals it can be judged by.

    Arrivals are Poisson, so twice their standard deviation is added, and what a cut of the warm-up may take.
    """
    return max(search.max_trial, (fewest + 2 * math.sqrt(fewest)) / rate + CUT_S) if rate > 0 else search.max_trial


def longest_s(rate: float, fewest: float, search: Search) -> float:
    """`trial_s`, but no more than LONGEST_S where `max_trial` is less."""
    return min(trial_s(rate, fewest, search), max(search.max_trial, LONGEST_S))


def is_full(counted_s: float, lasted_s: float, search: Search) -> bool:
    """Whether a trial was long enough to be the answer. A load may end a little before its time."""
    return counted_s >= search.confirm or lasted_s >= search.max_trial - 2


def fewest_arrivals(fewest: int, requests_per_arrival: Iterable[float]) -> float:
    """That come to so many requests, by what arrivals came to in the trials so far."""
    known = [each for each in requests_per_arrival if each > 0]
    return fewest / median(known) if known else fewest
