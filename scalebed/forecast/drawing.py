"""Draws worlds: capacities from their intervals, starts from those that were measured, and when who looks.

As in a Latin hypercube each world takes another part of every interval (McKay, Beckman and Conover, Technometrics 21,
1979), so that few of them already reach from end to end. The same seed draws the same worlds, whatever the setting: two
settings are compared in the same circumstances.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from scalebed.autoscaling.metrics_server import RESOLUTION_S
from scalebed.forecast.service import Floats, Service
from scalebed.forecast.world import World

SYNC_S = 15.0
"""`--horizontal-pod-autoscaler-sync-period` without a word."""
_STARTS = 64


def worlds(service: Service, count: int, most: int, seed: int) -> tuple[World, ...]:
    """So many, of 0 to `most` replicas."""
    sizes = len(service.capacities)
    shares = qmc.LatinHypercube(2 + sizes, rng=np.random.default_rng([seed, 0x5CA1E])).random(count)
    return tuple(
        _world(service, service.curve(most, ndtri(capacities).tolist()), (sync, scrape), seed * 1009 + number)
        for number, (sync, scrape, *capacities) in enumerate(shares)
    )


def middle(service: Service, most: int) -> World:
    """In which every capacity is the one that was found."""
    return _world(service, service.curve(most), (0.5, 0.5), 0)


def _world(service: Service, curve: Floats, phases: tuple[float, float], seed: int) -> World:
    rng = np.random.default_rng([seed, 0x57A27])
    return World(
        capacity=curve,
        saturation=service.saturation(curve),
        sync_s=SYNC_S * phases[0],
        scrape_s=RESOLUTION_S * phases[1],
        start_s=rng.choice(np.asarray(service.start_s, dtype=np.float64), _STARTS),
        seed=seed,
    )
