"""What an autoscaler will make of a load, with how far that is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scalebed.forecast import rivals
from scalebed.forecast.load import Load
from scalebed.forecast.outcome import Outcome, judged
from scalebed.forecast.rivals import Rival
from scalebed.forecast.service import Service
from scalebed.forecast.setting import Setting
from scalebed.forecast.simulation import Clients, simulate
from scalebed.forecast.world import World

MOST_DRAWS, FEWEST_DRAWS = 40, 6
_SECONDS = 300_000
"""To be gone through, by all draws of a forecast together, where nobody says how many it shall have."""
BAND = (0.025, 0.975)
Floats = NDArray[np.float64]


def usual_draws(seconds: int) -> int:
    """So many that a forecast of so long a load takes some seconds."""
    return min(MOST_DRAWS, max(FEWEST_DRAWS, _SECONDS // max(seconds, 1)))


@dataclass(frozen=True)
class Span:
    """A mean over worlds, and between what 95% of them lie; all of them, where they are fewer than 40."""

    mean: float
    low: float
    high: float


def span(values: Sequence[float]) -> Span:
    """Raises ValueError of none."""
    if not values:
        raise ValueError("a span needs a value")
    low, high = np.quantile(values, BAND) if len(values) >= MOST_DRAWS else (min(values), max(values))
    return Span(float(np.mean(values)), float(low), float(high))


@dataclass(frozen=True)
class Forecast:
    """One setting under one load, in several worlds."""

    service: Service
    setting: Setting
    load: Load
    outcomes: tuple[Outcome, ...]
    oracle: Rival
    fixed: tuple[Rival, ...]
    """Numbers of replicas that never change, ascending: the last one is the fewest that carry all of the load, or the
    most of it."""

    def of(self, measure: Callable[[Outcome], float]) -> Span:
        return span([measure(outcome) for outcome in self.outcomes])

    @cached_property
    def receiving(self) -> NDArray[np.int32]:
        """By world and second."""
        return np.stack([outcome.course.receiving for outcome in self.outcomes])

    def band(self, share: float) -> Floats:
        """So large a share of the worlds has no more replicas that receive requests, by second."""
        found: Floats = np.quantile(self.receiving, share, axis=0, method="nearest")
        return found

    @cached_property
    def out_share(self) -> Floats:
        """The share of worlds in which the SLO is broken, by second."""
        share: Floats = np.mean([outcome.out for outcome in self.outcomes], axis=0)
        return share

    @cached_property
    def wanted(self) -> NDArray[np.int64]:
        """Replicas that the load needs, in the world whose capacities are in the middle."""
        order = sorted(self.outcomes, key=lambda outcome: float(outcome.wanted.sum()))
        return order[len(order) // 2].wanted

    @property
    def extrapolates(self) -> bool:
        """Whether more replicas come into it than were measured."""
        most = max(float(outcome.wanted.max()) for outcome in self.outcomes)
        return max(most, float(self.receiving.max())) > self.service.largest

    @property
    def beyond_reach(self) -> float:
        """The share of seconds whose load no number of replicas up to `maxReplicas` carries, as a mean over worlds."""
        most = self.setting.spec.max_replicas
        return float(np.mean([((outcome.wanted > most) | outcome.beyond).mean() for outcome in self.outcomes]))

    @property
    def unreachable(self) -> float:
        """The share of seconds whose load no number of replicas carries at all, as a mean over worlds."""
        return float(np.mean([outcome.beyond.mean() for outcome in self.outcomes]))


def foretell(
    service: Service, setting: Setting, load: Load, worlds: Sequence[World], clients: Clients | None = None
) -> Forecast:
    """In all of these worlds. Raises ValueError of none."""
    least = setting.spec.min_replicas
    outcomes = tuple(
        judged(service, load, world, simulate(service, setting, load, world, clients), least) for world in worlds
    )
    if not outcomes:
        raise ValueError("a forecast needs a world")
    foresight = [rivals.oracle(service, load, world) for world in worlds]
    return Forecast(
        service,
        setting,
        load,
        outcomes,
        Rival("oracle", _mean(foresight, "seconds_out"), _mean(foresight, "replica_seconds")),
        _fixed(service, load, worlds, clients),
    )


def _fixed(service: Service, load: Load, worlds: Sequence[World], clients: Clients | None) -> tuple[Rival, ...]:
    """The fewest that carry all of it in nearly all worlds, and some that are fewer."""
    enough = [rivals.best_fixed(load, world) for world in worlds]
    most = int(np.quantile(enough, BAND[1], method="higher"))
    found = []
    for count in rivals.some_up_to(most):
        outs = [rivals.fixed(service, load, world, count, clients).seconds_out for world in worlds]
        found.append(Rival(f"{count} fixed", float(np.mean(outs)), float(count * load.seconds), count))
    return tuple(found)


def _mean(found: Sequence[Rival], of: str) -> float:
    return float(np.mean([getattr(each, of) for each in found]))
