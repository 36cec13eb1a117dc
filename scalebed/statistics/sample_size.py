"""How many requests a verdict on an SLO needs.

Of n independent requests none is slow with the probability (1 - s)^n where a share s of all would be. So n requests
without a slow one bound that share below s, with certainty C, from

    n = ln(1 - C) / ln(1 - s)

on (Wilks, "Determination of sample sizes for setting tolerance limits", Annals of Mathematical Statistics 12, 1941; at
95% the rule of three of Hanley & Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 249, 1983).
With fewer, even a trial without one slow answer cannot tell: of services that break p99.9 threefold, 300 requests
would pass 0.997^300, 41 of 100. An error rate is a share in the same way.
"""

from __future__ import annotations

import math

FULL = 0.6
"""Certainty that is enough at a trial's full length; see `scalebed.measurement.verdict`."""
SURE = 0.95
"""Certainty that trials aim at."""
USUAL = 300
"""Requests that a trial must count where neither the file nor the SLO asks for more."""
SLACK_FROM = 0.01
"""Error rates from here up may be judged on fewer requests than they need, where fewer are asked for by name; the
verdict then comes with a warning of what so few can tell."""


def needed(percentile: float, error_rate: float, certainty: float = SURE) -> int:
    """Fewest requests that can bound both shares: that beyond `percentile` (in percent) and `error_rate` (a share).

    An error rate of 0 is met by no error among however many, so it asks for none.
    """
    return max(_without_one(1 - percentile / 100, certainty), _without_one(error_rate, certainty))


def fewest(percentile: float, error_rate: float, asked: int) -> int:
    """Requests below which no trial passes, where `asked` requests are asked for."""
    slack = error_rate >= SLACK_FROM and asked < needed(percentile, error_rate, FULL)
    return needed(percentile, 0.0 if slack else error_rate, FULL)


def _without_one(share: float, certainty: float) -> int:
    # The quotient of a whole number of requests can come out a rounding error above it.
    return math.ceil(math.log(1 - certainty) / math.log1p(-share) - 1e-9) if share > 0 else 0
