"""A load and an autoscaler in a world, second by second.

Arrivals are a fluid that the replicas share equally, as a balancer by least connections makes them do. What comes
beyond saturation waits; what has waited for too long, or finds no room, fails. The controller is that of
`scalebed.autoscaling`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalebed.autoscaling import totals
from scalebed.autoscaling.controller import Controller, Look
from scalebed.autoscaling.metrics_server import RESOLUTION_S
from scalebed.autoscaling.per_pod import NoProposal, Surroundings
from scalebed.autoscaling.proposals import Proposal, Readings
from scalebed.autoscaling.quantity import milli
from scalebed.autoscaling.settings import RELEASES
from scalebed.autoscaling.spec import Metric
from scalebed.forecast import signals
from scalebed.forecast.drawing import SYNC_S
from scalebed.forecast.fleet import Fleet
from scalebed.forecast.load import Load
from scalebed.forecast.service import Service
from scalebed.forecast.setting import Setting
from scalebed.forecast.world import World

LEAD_S = 60
"""For so long the load's usual rate at its beginning goes on before: metrics are there then, and pods are ready."""
_LONG_AGO_S = -1e5
PATIENCE_S = 30.0
"""After which a client gives up."""
_NONE = Readings({})


@dataclass(frozen=True)
class Clients:
    """How those behave who send requests."""

    patience_s: float = PATIENCE_S
    most_waiting: float = float("inf")
    """Requests that may be under way at once; what comes beyond fails."""


@dataclass(frozen=True)
class Course:
    """What happened, by second of the load; each shape (seconds,)."""

    receiving: NDArray[np.int32]
    """Replicas that receive requests."""
    replicas: NDArray[np.int32]
    """That there are, whether they are ready or not: what is paid for."""
    desired: NDArray[np.int32]
    served: NDArray[np.float64]
    """Requests answered."""
    failed: NDArray[np.float64]
    waiting: NDArray[np.float64]
    """Requests that wait at the end of it."""
    before: float = 0.0
    """Requests that wait when it begins."""


class _Controller(Controller):
    """The real one's model, whose metrics are those of a fleet."""

    def __init__(self, setting: Setting, fleet: Fleet) -> None:
        super().__init__(setting.release, setting.settings)
        self._setting = setting
        self._fleet = fleet
        self._tolerance = setting.tolerance
        self._request = round(setting.request_cores * 1000)
        self.rate = 0.0
        """Requests a second, as the metric has them."""

    def _proposals(self, look: Look) -> list[Proposal]:
        return [self._proposed(metric, look) for metric in self._setting.spec.metrics]

    def _proposed(self, metric: Metric, look: Look) -> Proposal:
        try:
            return Proposal(metric, self._replicas(metric, look))
        except NoProposal as failure:
            return Proposal(metric, None, str(failure))

    def _replicas(self, metric: Metric, look: Look) -> int:
        target = metric.target
        if self._setting.of_rate(metric):
            around = Surroundings(
                at_s=look.at_s,
                replicas=look.replicas,
                status_replicas=look.status_replicas,
                pods=(),
                tolerance=self._tolerance,
                settings=self._settings,
                release=RELEASES[self._setting.release],
            )
            return totals.of_average(around, round(self.rate * 1000), milli(target.average_value or "0"), external=True)
        census = self._fleet.census(look.at_s, look.replicas, self._settings)
        if target.average_utilization is not None:
            return signals.utilization(census, self._request, target.average_utilization, self._tolerance)
        return signals.average(census, milli(target.average_value or "0"), self._tolerance)


def lead_rate(load: Load) -> float:
    """What goes on before a load: its median at the beginning, as its very first second may be any, and a step may come
    within the minute."""
    return float(np.median(load.rates[:LEAD_S]))


def simulate(service: Service, setting: Setting, load: Load, world: World, clients: Clients | None = None) -> Course:
    """One course. Raises ValueError where the world's curves do not reach to the setting's most replicas."""
    if world.most < setting.spec.max_replicas:
        raise ValueError(f"the world knows {world.most} replicas, and the setting has {setting.spec.max_replicas}")
    return _Run(service, setting, load, world, clients or Clients()).course()


class _Run:
    def __init__(self, service: Service, setting: Setting, load: Load, world: World, clients: Clients) -> None:
        self._service, self._setting, self._world, self._clients = service, setting, world, clients
        first = lead_rate(load)
        self._rates = [first] * LEAD_S + load.rates.tolist()
        rng = np.random.default_rng([world.seed, 0xF1EE7])
        self._fleet = Fleet(setting.spec.max_replicas, rng, service.limit_cores)
        self._controller = _Controller(setting, self._fleet)
        self._target = self._at_rest(first)
        self._coming: list[float] = []
        """When pods that are not there yet will be, the last one first."""
        self._receiving = self._target
        self._added = 0
        long_ago = np.full(self._target, _LONG_AGO_S)
        self._fleet.add(_LONG_AGO_S, long_ago, long_ago)

    def _at_rest(self, rate: float) -> int:
        """Replicas to which the autoscaler grows under a rate that never changes."""
        spec, above = self._setting.spec, 1 + self._setting.tolerance.up
        count = spec.min_replicas
        while count < spec.max_replicas:
            wanted = max(self._wanted(metric, rate, count, above) for metric in spec.metrics)
            if wanted <= count:
                break
            count = min(wanted, spec.max_replicas)
        return count

    def _wanted(self, metric: Metric, rate: float, count: int, above: float) -> int:
        target, service = metric.target, self._service
        if self._setting.of_rate(metric):
            value = milli(target.average_value or "0") / 1000
            share = rate * service.per_arrival / value / count
        else:
            used = min(service.limit_cores, service.idle_cores + rate * service.cpu_s / count)
            if target.average_value is not None:
                share = used / (milli(target.average_value) / 1000)
            else:
                share = used / (self._setting.request_cores * (target.average_utilization or 0) / 100)
        return _up(share * count) if share > above else count

    def course(self) -> Course:
        seconds = len(self._rates)
        receiving, replicas, desired = (np.zeros(seconds, dtype=np.int32) for _ in range(3))
        served, failed, waiting = (np.zeros(seconds) for _ in range(3))
        used = np.zeros(seconds + 2)
        service, clients = self._service, self._clients
        saturation = self._world.saturation.tolist()
        limit, idle, cpu_s = service.limit_cores, service.idle_cores, service.cpu_s
        next_scrape, next_sync = self._world.scrape_s, self._world.sync_s
        queue = total = 0.0
        for second, rate in enumerate(self._rates):
            while self._coming and self._coming[-1] <= second:
                self._coming.pop()
                self._receiving += 1
            here = self._receiving
            most = saturation[here]
            queue += rate
            answered = queue if queue < most else most
            queue -= answered
            if queue:
                room = min(clients.most_waiting, most * clients.patience_s)
                if queue > room:
                    failed[second] = queue - room
                    queue = room
            use = idle + answered * cpu_s / here
            total += use if use < limit else limit
            used[second + 1] = total
            receiving[second], served[second], waiting[second] = here, answered, queue
            replicas[second], desired[second] = self._fleet.count, self._target
            end = second + 1.0
            while next_scrape < end or next_sync < end:
                if next_scrape <= next_sync:
                    used[second + 2] = total
                    self._fleet.scrape(next_scrape, used)
                    next_scrape += RESOLUTION_S
                else:
                    self._sync(next_sync, second)
                    next_sync += SYNC_S
        lead = slice(LEAD_S, None)
        before = float(waiting[LEAD_S - 1])
        return Course(receiving[lead], replicas[lead], desired[lead], served[lead], failed[lead], waiting[lead], before)

    def _sync(self, at_s: float, second: int) -> None:
        window = max(1, round(self._setting.rate_window_s))
        if self._setting.rate_metric:
            recent: Sequence[float] = self._rates[max(0, second + 1 - window) : second + 1]
            self._controller.rate = sum(recent) / len(recent) * self._service.per_arrival
        look = Look(at_s, self._target, self._fleet.count, (), _NONE, self._setting.spec)
        wanted = self._controller.decide(look).target
        if wanted > self._target:
            self._start(at_s, wanted - self._target)
        elif wanted < self._target:
            self._fleet.keep(wanted)
            self._receiving = int((self._fleet.ready_at() <= at_s).sum())
            self._coming = sorted((float(at) for at in self._fleet.ready_at() if at > at_s), reverse=True)
        self._target = wanted

    def _start(self, at_s: float, count: int) -> None:
        takes = np.take(self._world.start_s, range(self._added, self._added + count), mode="wrap")
        self._added += count
        # Nothing that is read of a pod before it is ready counts, so it is as good as started when it is created.
        self._fleet.add(at_s, np.full(count, at_s), at_s + takes)
        self._coming = sorted([*self._coming, *(at_s + takes).tolist()], reverse=True)


def _up(replicas: float) -> int:
    return int(min(np.ceil(replicas - 1e-9), 2**31))
