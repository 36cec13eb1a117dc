"""How many replicas a rate needs."""

from __future__ import annotations

import numpy as np
from foretold import world


def test_the_fewest_that_carry_it() -> None:
    rates = np.array([0, 1, 100, 100.1, 250, 1000])
    assert world().demand(rates).tolist() == [1, 1, 1, 2, 3, 10]
    assert world().demand(rates, least=2).tolist() == [2, 2, 2, 2, 3, 10]


def test_beyond_what_any_carries_those_that_carry_most() -> None:
    """With five of them less is carried than with four."""
    falling = world(5, capacity=np.array([0, 100, 180, 240, 260, 250.0]))
    assert falling.demand(np.array([255, 260, 300.0])).tolist() == [4, 4, 4]
