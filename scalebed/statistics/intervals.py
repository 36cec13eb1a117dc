"""Intervals over repetitions. The unit is the repetition in its block, never the request.

Student t on the logarithm (so that intervals are of ratios and never below zero), paired within blocks
where two cells are compared, because drift of the host is common to a block. No interval rests on fewer
than three repetitions. (Kalibera & Jones, "Rigorous benchmarking in reasonable time", ISMM 2013, for the
unit; the bootstrap would undercover at these sizes.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

FEWEST = 3
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A geometric mean with its confidence limits; the limits are None below three repetitions.

    The upper one is infinite where nothing is known above, the lower one 0 where nothing is below.
    """

    estimate: float
    lower: float | None
    upper: float | None
    n: int

    @property
    def finite(self) -> tuple[float, ...]:
        """Its estimate and those of its limits that a chart can show."""
        ends = (self.lower, self.upper)
        return (self.estimate, *(end for end in ends if end is not None and 0 < end < np.inf))

    @property
    def relative_half_width(self) -> float | None:
        """Half the interval on the log scale, as a share of the estimate: 0.05 reads ±5%."""
        if self.lower is None or self.upper is None:
            return None
        return float(np.sqrt(self.upper / self.lower) - 1)


def geometric(values: Iterable[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Geometric mean and Student t interval of positive values, one a repetition; None of no values."""
    logs = np.log(np.fromiter(values, dtype=np.float64))
    if not logs.size:
        return None
    middle = float(logs.mean())
    if logs.size < FEWEST:
        return Interval(float(np.exp(middle)), None, None, int(logs.size))
    t = float(stats.t.ppf((1 + confidence) / 2, logs.size - 1))
    half = t * float(logs.std(ddof=1)) / float(np.sqrt(logs.size))
    return Interval(float(np.exp(middle)), float(np.exp(middle - half)), float(np.exp(middle + half)), int(logs.size))


def ratio(
    numerator: Mapping[int, float], denominator: Mapping[int, float], confidence: float = CONFIDENCE
) -> Interval | None:
    """How many times the denominator the numerator is, paired by block; both map block → value.

    Blocks that only one of them has do not count; None where they share none.
    """
    return geometric((numerator[b] / denominator[b] for b in sorted(numerator.keys() & denominator.keys())), confidence)


def unpaired(
    numerator: Iterable[float], denominator: Iterable[float], confidence: float = CONFIDENCE
) -> Interval | None:
    """How many times the denominator the numerator is, where they share no block; None of no values on a side.

    Welch's t on logarithms ("The generalization of Student's problem when several different population variances are
    involved", Biometrika 34, 1947), with Satterthwaite's degrees of freedom (Biometrics Bulletin 2, 1946). `n` is that
    of the smaller side, and without three values on each there is no interval.
    """
    sides = [np.log(np.fromiter(values, dtype=np.float64)) for values in (numerator, denominator)]
    fewest = min(side.size for side in sides)
    if not fewest:
        return None
    middle = float(sides[0].mean() - sides[1].mean())
    if fewest < FEWEST:
        return Interval(float(np.exp(middle)), None, None, fewest)
    errors = [float(side.var(ddof=1)) / side.size for side in sides]
    total = sum(errors)
    half = 0.0
    if total:
        freedom = total**2 / sum(e**2 / (side.size - 1) for e, side in zip(errors, sides, strict=True))
        half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * float(np.sqrt(total))
    return Interval(float(np.exp(middle)), float(np.exp(middle - half)), float(np.exp(middle + half)), fewest)


def interaction(
    base: Mapping[int, float],
    one: Mapping[int, float],
    other: Mapping[int, float],
    both: Mapping[int, float],
    confidence: float = CONFIDENCE,
) -> Interval | None:
    """What two changes together come to, over the product of what each comes to alone; paired by block.

    1 where they multiply: (both / base) / ((one / base) × (other / base)). None where no block has all four.
    """
    shared = sorted(base.keys() & one.keys() & other.keys() & both.keys())
    return geometric((both[b] * base[b] / (one[b] * other[b]) for b in shared), confidence)


def floor(again: Interval | None) -> float:
    """The factor, 1 or more, by which the same thing measured twice may differ; 1 where it was not.

    `again` is the ratio of the control to what it repeats; its interval's wider side, or its estimate without one.
    """
    if again is None:
        return 1.0
    ends = (again.estimate, again.lower or again.estimate, again.upper or again.estimate)
    return max(max(end, 1 / end) for end in ends)


def differs(ratio: Interval | None, least: float = 1.0) -> bool | None:
    """Whether a difference is claimed: the interval leaves out 1, and the estimate is beyond the floor `least`.

    None where there is no interval to tell by.
    """
    if ratio is None or ratio.lower is None or ratio.upper is None:
        return None
    return not ratio.lower <= 1 <= ratio.upper and max(ratio.estimate, 1 / ratio.estimate) > least


def effective_size(slow: Sequence[int], of: Sequence[int]) -> tuple[float, int]:
    """How many independent requests tell as much as these do, and from how many batches that was judged.

    `slow[i]` of the `of[i]` requests of second i were slow. Seconds are joined into at least 10 batches where
    there are as many, and the variance of the ratio estimate over batches (Cochran, *Sampling Techniques*,
    1977, eq. 6.13) is compared with the binomial one: their quotient, the design effect, divides the number of
    requests. Requests that queue behind each other are slow together, so it is far above 1 near capacity.
    """
    x, n = np.asarray(slow, dtype=np.float64), np.asarray(of, dtype=np.float64)
    requests, seconds = float(n.sum()), int(x.size)
    share = float(x.sum()) / requests if requests else 0.0
    length = max(1, seconds // 10)
    batches = seconds // length
    if batches < 2 or share in {0.0, 1.0}:
        return requests, batches
    starts = np.arange(batches) * length
    x, n = np.add.reduceat(x, starts), np.add.reduceat(n, starts)
    variance = float(((x - share * n) ** 2).sum()) * batches / (batches - 1) / requests**2
    effect = variance / (share * (1 - share) / requests)
    return requests / max(effect, 1.0), batches


def share_bounds(slow: Sequence[int], of: Sequence[int], certainty: float) -> tuple[float, float]:
    """One-sided lower and upper bound of a share, each with this certainty, from counts by second.

    Clopper & Pearson's exact bounds at the effective size, with the correction for few batches of Korn &
    Graubard ("Confidence intervals for proportions with small expected number of positive counts estimated
    from survey data", Survey Methodology 24, 1998).
    """
    requests = int(np.sum(of))
    if requests == 0:
        return 0.0, 1.0
    x = int(np.sum(slow))
    size, batches = effective_size(slow, of)
    if size < requests and batches >= 2:
        size *= float((special.ndtri(certainty) / special.stdtrit(batches - 1, certainty)) ** 2)
    x_effective = x / requests * size
    # The quantiles of scipy.stats, in a fortieth of the time: this is asked each second of each trial.
    lower = float(special.betaincinv(x_effective, size - x_effective + 1, 1 - certainty)) if x else 0.0
    upper = float(special.betaincinv(x_effective + 1, size - x_effective, certainty)) if x < requests else 1.0
    return lower, upper


def arithmetic(values: Iterable[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Arithmetic mean and Student t interval of values that may be 0, one a repetition; None of no values.

    For counts and seconds, of which none is below 0: no limit is, either.
    """
    found = np.fromiter(values, dtype=np.float64)
    if not found.size:
        return None
    middle = float(found.mean())
    if found.size < FEWEST:
        return Interval(middle, None, None, int(found.size))
    t = float(stats.t.ppf((1 + confidence) / 2, found.size - 1))
    half = t * float(found.std(ddof=1)) / float(np.sqrt(found.size))
    return Interval(middle, max(0.0, middle - half), middle + half, int(found.size))


def most_share(happened: int, of: int, certainty: float = CONFIDENCE) -> float:
    """One-sided upper bound of the share of what happened so often of so many (Clopper & Pearson, Biometrika 26, 1934).

    About 3/n where it never happened. 1 of none.
    """
    if happened >= of:
        return 1.0
    return float(special.betaincinv(happened + 1, of - happened, certainty))
