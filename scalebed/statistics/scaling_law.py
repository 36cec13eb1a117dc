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


def fit(throughputs: Mapping[int, float]) -> ScalingLaw:
    """The law of positive throughputs by replicas, by least squares of relative errors, with α and β not below 0.

    n/X(n) = (1 + α(n − 1) + βn(n − 1))/γ is a straight line in 1/γ, α/γ and β/γ (Lawson & Hanson, "Solving Least
    Squares Problems", 1974, for the bounds). Of one number of replicas it is the straight line through it. What grows
    faster than replicas do is taken as a straight line. Raises ValueError of none.
    """
    if not throughputs or min(throughputs) < 1 or min(throughputs.values()) <= 0:
        raise ValueError("a scaling law needs a positive throughput of one replica or more")
    n = np.array(sorted(throughputs), dtype=np.float64)
    each = n / np.array([throughputs[int(replicas)] for replicas in n])
    columns = np.stack([np.ones_like(n), n - 1, n * (n - 1)], axis=1)
    if len(n) == 1:
        columns = columns[:, :1]
    elif len(n) == 2:
        # Two numbers cannot tell the two kinds of loss apart; the milder one is assumed beyond them.
        columns = columns[:, :2]
    found, _ = nnls(columns / each[:, None], np.ones_like(n))
    constant, *losses = (float(value) for value in found)
    if constant <= 0:
        # All of it would be loss: the data fall more steeply than the law can. One replica's share is then as measured.
        constant = float(each[0])
        losses = [0.0] * len(losses)
    alpha, beta = (*(loss / constant for loss in losses), 0.0, 0.0)[:2]
    return ScalingLaw(1 / constant, alpha, beta)
