"""What an autoscaler is held against: a fixed number of replicas, and one who knows the load beforehand."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from scalebed.forecast.load import Load
from scalebed.forecast.outcome import Outcome, judged
from scalebed.forecast.service import Service
from scalebed.forecast.simulation import LEAD_S, Clients, Course, lead_rate
from scalebed.forecast.world import World


@dataclass(frozen=True)
class Rival:
    """In one world, or as a mean over some."""

    name: str
    seconds_out: float
    replica_seconds: float
    replicas: int | None = None
    """Of a fixed number."""


def oracle(service: Service, load: Load, world: World) -> Rival:
    """Replicas are there when they are needed, started as early as that takes, and gone when they are not."""
    wanted = world.demand(load.rates)
    ahead = math.ceil(max(service.start_s))
    # Each second needs what any of the coming ones needs that a start takes.
    paid = maximum_filter1d(wanted, size=ahead + 1, origin=-((ahead + 1) // 2), mode="nearest") if ahead else wanted
    beyond = load.rates > world.capacity[wanted] * (1 + 1e-9)
    return Rival("oracle", float(beyond.sum()), float(paid.sum()))


def fixed(service: Service, load: Load, world: World, replicas: int, clients: Clients | None = None) -> Outcome:
    """A number of replicas that never changes."""
    clients = clients or Clients()
    most = float(world.saturation[replicas])
    room = min(clients.most_waiting, most * clients.patience_s)
    queue, waiting, failed = 0.0, np.zeros(load.seconds), np.zeros(load.seconds)
    before = min(max(0.0, lead_rate(load) - most) * LEAD_S, room)
    if (load.rates > most).any():
        queue = before
        for second, rate in enumerate(load.rates.tolist()):
            queue += rate - most
            if queue < 0:
                queue = 0.0
            elif queue > room:
                failed[second], queue = queue - room, room
            waiting[second] = queue
    served = load.rates - failed - np.diff(np.concatenate([[before], waiting]))
    held = np.full(load.seconds, replicas, dtype=np.int32)
    course = Course(held, held, held, np.maximum(served, 0.0), failed, waiting, before)
    return judged(service, load, world, course)


def best_fixed(load: Load, world: World) -> int:
    """The fewest that carry all of the load within the SLO; where none do, those that carry most."""
    return int(world.demand(load.rates).max())


def some_up_to(most: int) -> list[int]:
    """Numbers of replicas to set beside an autoscaler, ascending: about every quarter of `most`, which is the last."""
    return sorted({max(1, round(most * share)) for share in (0.25, 0.5, 0.75, 1.0)})
