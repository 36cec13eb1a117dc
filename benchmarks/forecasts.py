"""Print how long a forecast of 24 hours by the second takes, with 1,000 replicas and 1,000,000 arrivals a second, and
how much memory; and what the same hours with ten replicas take beside it.

    python benchmarks/forecasts.py [ROUNDS]
"""

from __future__ import annotations

import resource
import statistics
import sys
import time

import numpy as np

from scalebed.autoscaling.spec import Spec
from scalebed.forecast import drawing
from scalebed.forecast.forecast import FEWEST_DRAWS, foretell, usual_draws
from scalebed.forecast.load import Load
from scalebed.forecast.service import Service
from scalebed.forecast.setting import Setting
from scalebed.statistics.intervals import Interval

DAY_S = 86_400
PER_REPLICA = 1_150.0


def day(peak: float) -> Load:
    """A night and a day, with waves of some minutes on them."""
    at = np.arange(DAY_S)
    course = (0.5 - 0.45 * np.cos(2 * np.pi * at / DAY_S)) * (1 + 0.05 * np.sin(at / 97))
    return Load(f"{peak:,.0f} a second", course / course.max() * peak)


def seconds_of(most: int, draws: int) -> float:
    """Of one forecast whose load needs nearly `most` replicas."""
    capacities = {n: Interval(PER_REPLICA * n, PER_REPLICA * n * 0.95, PER_REPLICA * n * 1.05, 5) for n in (1, 4)}
    shop = Service("shop", capacities, 0.0008, 0.003, 1.0, 0.95, 1000, 0.01, (5.0, 8.0))
    setting = Setting(Spec(min_replicas=1, max_replicas=most), 1.0)
    load = day(most * 1000.0)
    began = time.perf_counter()
    worlds = drawing.worlds(shop, draws, most, 7)
    found = foretell(shop, setting, load, worlds)
    assert found.receiving.max() > 0.8 * most
    return time.perf_counter() - began


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    draws = usual_draws(DAY_S)
    whole = [seconds_of(1000, draws) for _ in range(rounds)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pairs = [(seconds_of(1000, FEWEST_DRAWS), seconds_of(10, FEWEST_DRAWS)) for _ in range(rounds)]
    print(f"24 h, 1,000 replicas, 1,000,000/s, {draws} draws: {statistics.median(whole):.1f} s, {memory:.0f} MB")
    print(f"the same with ten replicas: {statistics.median(few / many for many, few in pairs):.2f} of that time")


if __name__ == "__main__":
    main()
