"""The universal scalability law: how throughput grows with replicas, and where it ends.

X(n) = γn / (1 + α(n − 1) + βn(n − 1)), with γ what one replica carries, α the share that is done one after another, and
β what agreeing costs each pair (Gunther, "A General Theory of Computational Scalability Based on Rational Functions",
arXiv:0808.1431). With β = 0 it is Amdahl's law, with α = β = 0 a straight line.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls


@dataclass(frozen=True)
class ScalingLaw:
    """`gamma` has the unit of the throughput; the others are shares, 0 or more."""

    gamma: float
    alpha: float
    beta: float

    def throughput(self, replicas: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each number of replicas, which is 1 or more."""
        n = replicas
        law: NDArray[np.float64] = self.gamma * n / (1 + self.alpha * (n - 1) + self.beta * n * (n - 1))
        return law

    @property
    def peak(self) -> float:
        """Replicas beyond which more carry less; infinite where there are none."""
        return math.inf if self.beta <= 0 else math.sqrt(max(1 - self.alpha, 0.0) / self.beta)


def fit(throughputs: Mapping[int, float], deviation: float = 0.05) -> ScalingLaw:
    """The law of positive throughputs by replicas, by least squares of relative errors, with α and β not below 0.

    n/X(n) = (1 + α(n − 1) + βn(n − 1))/γ is a straight line in 1/γ, α/γ and β/γ (Lawson & Hanson, "Solving Least
    Squares Problems", 1974, for the bounds). `deviation` is a throughput's standard deviation as a share of it: β,
    which ends all growth, is let in only where Amdahl's law misses by more than that explains (a test of χ² at 5% with
    one degree of freedom), since a peak that is made of noise is worse than none. Of one number of replicas the law is
    the straight line through it; what grows faster than replicas do is taken as a straight line, too. Raises ValueError
    of none.
    """
    if not throughputs or min(throughputs) < 1 or min(throughputs.values()) <= 0:
        raise ValueError("a scaling law needs a positive throughput of one replica or more")
    n = np.array(sorted(throughputs), dtype=np.float64)
    each = n / np.array([throughputs[int(replicas)] for replicas in n])
    columns = np.stack([np.ones_like(n), n - 1, n * (n - 1)], axis=1) / each[:, None]
    amdahl, missed = nnls(columns[:, : min(len(n), 2)], np.ones_like(n))
    if len(n) < 3 or (missed / deviation) ** 2 <= _CHI_SQUARE:
        return _law(amdahl, float(each[0]))
    universal, _ = nnls(columns, np.ones_like(n))
    return _law(universal, float(each[0]))


_CHI_SQUARE = 3.841458820694124
"""The 95% quantile with one degree of freedom."""


def _law(found: NDArray[np.float64], first: float) -> ScalingLaw:
    constant, *losses = (float(value) for value in found)
    if constant <= 0:
        # All of it would be loss: the data fall more steeply than the law can. One replica's share is then as measured.
        return ScalingLaw(1 / first, 0.0, 0.0)
    alpha, beta = (*(loss / constant for loss in losses), 0.0, 0.0)[:2]
    return ScalingLaw(1 / constant, alpha, beta)
