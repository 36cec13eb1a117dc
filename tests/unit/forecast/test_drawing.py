"""Worlds that are drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from foretold import service

from scalebed.forecast.drawing import SYNC_S, worlds
from scalebed.forecast.service import Service
from scalebed.statistics.intervals import Interval


def _shop() -> Service:
    return replace(service(start_s=(4.0, 6.0)), capacities={1: Interval(100, 80, 125, 5)})


def test_the_same_seed_draws_the_same_worlds() -> None:
    once, again, other = (worlds(service(), 5, 4, seed) for seed in (7, 7, 8))
    assert [w.sync_s for w in once] == [w.sync_s for w in again] != [w.sync_s for w in other]
    assert [w.seed for w in once] == [w.seed for w in again]


def test_few_worlds_reach_from_end_to_end() -> None:
    found = worlds(_shop(), 10, 3, 7)
    capacities = sorted(float(w.capacity[1]) for w in found)
    assert capacities[0] < 86
    assert capacities[-1] > 116
    assert 97 < np.median(capacities) < 103
    assert all(sum(step <= w.sync_s < step + SYNC_S / 10 for w in found) == 1 for step in np.arange(10) * SYNC_S / 10)


def test_starts_are_those_that_were_seen() -> None:
    starts = {float(start) for w in worlds(_shop(), 4, 3, 7) for start in w.start_s}
    assert starts == {4.0, 6.0}
