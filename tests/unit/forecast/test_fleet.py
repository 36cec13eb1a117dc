"""Pods in arrays, held to the model of metrics-server and to how the controller groups pods one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scalebed.autoscaling.grouping import group
from scalebed.autoscaling.metrics_server import MetricsServer, Reading
from scalebed.autoscaling.pods import Pod
from scalebed.autoscaling.settings import Settings
from scalebed.forecast.fleet import READ_EVERY_S, Fleet
from scalebed.forecast.signals import Census

_SECONDS = 600
_CORES = 0.1
_STARTING = 0.3


class _Slow:
    """The same pods, one object each. What a kubelet reads when is drawn alike, by the same numbers."""

    def __init__(self, rng: np.random.Generator, used: np.ndarray) -> None:
        self.rng, self.used = rng, used
        self.pods: list[dict[str, float]] = []
        self.server = MetricsServer()

    def add(self, at: float, started: list[float], ready: list[float]) -> None:
        for begin, end in zip(started, ready, strict=True):
            self.pods.append({"created": at, "started": begin, "ready": end, "due": begin, "at": math.nan, "cpu": 0})

    def scrape(self, at: float) -> None:
        while any(pod["due"] <= at for pod in self.pods):
            for pod in (pod for pod in self.pods if pod["due"] <= at):
                pod["at"], pod["cpu"] = pod["due"], self._cpu(pod, pod["due"])
                pod["due"] += READ_EVERY_S * (1 + self.rng.random())
        known = {
            f"{number}": {"app": Reading(pod["started"], pod["at"], pod["cpu"])}
            for number, pod in enumerate(self.pods)
            if not math.isnan(pod["at"])
        }
        self.server.scrape(known)

    def _cpu(self, pod: dict[str, float], at: float) -> float:
        starting = _STARTING * (min(at, pod["ready"]) - pod["started"])
        return starting + (self._until(at) - self._until(pod["ready"]) if at > pod["ready"] else 0.0)

    def _until(self, at: float) -> float:
        return float(np.interp(at, np.arange(len(self.used)), self.used))

    def census(self, at: float, replicas: int) -> Census:
        pods, values = [], {}
        for number, pod in enumerate(self.pods):
            name = f"{number}"
            sample = self.server.sample(name)
            if sample is not None:
                values[name] = math.ceil(round(sample.cores["app"] * 1e9) / 1e6)
            pods.append(
                Pod(
                    name=name,
                    phase="Pending" if pod["started"] > at else "Running",
                    ready=pod["ready"] <= at,
                    started_s=pod["created"],
                    # The API server has whole seconds.
                    ready_since_s=math.floor(pod["ready"]) if pod["ready"] <= at else pod["created"],
                    sampled_s=None if sample is None else math.floor(sample.at_s),
                    window_s=15 if sample is None else sample.window_s,
                )
            )
        groups = group(pods, values, Settings(), at, cpu=True)
        return Census(
            replicas=replicas,
            ready=len(groups.ready),
            used=sum(values[name] for name in groups.ready),
            unready=len(groups.unready),
            missing=len(groups.missing),
            measured=len(values),
        )


_STARTS = st.lists(st.tuples(st.integers(0, 120), st.floats(0, 3), st.floats(0.5, 350)), min_size=1, max_size=6)


@settings(max_examples=60, deadline=None)
@given(starts=_STARTS, phase=st.floats(0, 14), cores=st.lists(st.floats(0, 2), min_size=4, max_size=4))
def test_what_is_said_of_pods_is_what_the_models_say(
    starts: list[tuple[int, float, float]], phase: float, cores: list[float]
) -> None:
    use = np.repeat(cores, _SECONDS // 4)
    used = np.concatenate([[0.0], np.cumsum(use)])
    fleet, slow = Fleet(10, np.random.default_rng(5), _STARTING), _Slow(np.random.default_rng(5), used)
    waiting = sorted(starts)
    for look in range(36):
        scraped, synced = phase + 15 * look, phase + 15 * look + 8
        while waiting and waiting[0][0] <= scraped:
            created, begins, takes = waiting.pop(0)
            started, ready = created + begins, created + begins + takes
            fleet.add(created, np.array([started]), np.array([ready]))
            slow.add(created, [started], [ready])
        fleet.scrape(scraped, used)
        slow.scrape(scraped)
        assert fleet.census(synced, 3, Settings()) == slow.census(synced, 3)


def test_a_new_pod_counts_from_a_window_that_begins_when_it_is_ready() -> None:
    used = np.arange(_SECONDS, dtype=np.float64) * _CORES
    fleet = Fleet(4, np.random.default_rng(1))
    fleet.add(0.0, np.array([0.0]), np.array([5.0]))
    counted = []
    for look in range(6):
        fleet.scrape(15.0 * look + 1, used)
        counted.append(fleet.census(15.0 * look + 2, 1, Settings()).ready)
    assert counted[:2] == [0, 0]
    assert counted[-1] == 1
    assert counted == sorted(counted)


def test_a_pod_that_has_long_been_there_is_known_after_two_looks() -> None:
    used = np.arange(_SECONDS, dtype=np.float64) * _CORES
    fleet = Fleet(4, np.random.default_rng(1))
    fleet.add(-1e5, np.full(2, -1e5), np.full(2, -1e5))
    for look in range(4):
        fleet.scrape(15.0 * look + 14, used)
    census = fleet.census(62, 2, Settings())
    assert (census.ready, census.missing, census.unready) == (2, 0, 0)
    assert census.used == 2 * 100


def test_what_is_not_ready_is_removed_first_and_then_what_became_so_last() -> None:
    fleet = Fleet(4, np.random.default_rng(1))
    fleet.add(-1e5, np.array([-1e5]), np.array([-1e5]))
    fleet.add(10.0, np.array([10.0, 10.0]), np.array([210.0, 16.0]))
    fleet.keep(2)
    assert fleet.ready_at().tolist() == [-1e5, 16.0]
    fleet.keep(5)
    assert fleet.count == 2
    fleet.keep(1)
    assert fleet.ready_at().tolist() == [-1e5]


def test_what_is_kept_keeps_its_readings() -> None:
    used = np.arange(_SECONDS, dtype=np.float64) * _CORES
    fleet = Fleet(4, np.random.default_rng(1))
    fleet.add(0.0, np.array([0.0, 0.0]), np.array([90.0, 5.0]))
    for look in range(5):
        fleet.scrape(15.0 * look + 14, used)
    assert fleet.census(76, 2, Settings()).ready == 1
    fleet.keep(1)
    assert fleet.census(76, 1, Settings()) == Census(1, 1, 100, 0, 0, 1)


def test_pods_that_were_there_before_are_known_though_nothing_was_asked_of_them() -> None:
    fleet = Fleet(4, np.random.default_rng(1))
    fleet.add(-1e5, np.full(2, -1e5), np.full(2, -1e5))
    for look in range(4):
        fleet.scrape(15.0 * look + 14, np.zeros(_SECONDS))
    assert fleet.census(62, 2, Settings()) == Census(2, 2, 0, 0, 0, 2)


@pytest.mark.parametrize("count", [1, 7])
def test_a_place_that_was_somebody_elses_has_nothing_of_it(count: int) -> None:
    used = np.arange(_SECONDS, dtype=np.float64) * _CORES
    fleet = Fleet(8, np.random.default_rng(1))
    fleet.add(-1e5, np.full(count, -1e5), np.full(count, -1e5))
    for look in range(4):
        fleet.scrape(15.0 * look + 14, used)
    fleet.keep(0)
    fleet.add(60.0, np.full(count, 60.0), np.full(count, 65.0))
    assert fleet.census(62, count, Settings()) == Census(count, 0, 0, 0, count, 0)
