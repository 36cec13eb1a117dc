"""What parts used, from looks that the kubelet takes at moments of its own."""

import math

import pytest
from fake_cluster import UNIX, FakeApi, FakeClock

from scalebed.engines.kubernetes.readings.probe import ContainerProbe, HostCpu, of_release
from scalebed.engines.kubernetes.readings.sources import Kubelets
from scalebed.measurement.readings import Sample
from scalebed.measurement.usage import between

METRICS = "/api/v1/nodes/one/proxy/metrics/cadvisor"


class Kubelet:
    """Looks at each container every 12 s, at another moment each; every one uses CPU evenly, or while it is busy."""

    def __init__(self, clock: FakeClock, **cores: float) -> None:
        self.clock = clock
        self.cores = cores
        self.busy: tuple[float, float] = (0.0, math.inf)
        self.scrapes = 0
        self.api = FakeApi(clock)
        self.api.texts[METRICS] = self._text

    def _text(self) -> str:
        self.scrapes += 1
        rows = []
        for number, (container, cores) in enumerate(self.cores.items()):
            offset = 3.0 * number
            look = (self.clock.time - offset) // 12 * 12 + offset
            stamp = int((UNIX + look) * 1000)
            labels = f'container="{container}",id="/{container}",namespace="scalebed",pod="p-{container}"'
            rows.append(
                f'container_cpu_usage_seconds_total{{cpu="total",{labels}}} {cores * self._busy_s(look):.6f} {stamp}'
            )
            rows.append(f"container_memory_working_set_bytes{{{labels}}} {1000 * (number + 1)} {stamp}")
            if container == "service":
                rows.append(f"container_cpu_cfs_throttled_seconds_total{{{labels}}} {look / 10:.6f} {stamp}")
        root = int((UNIX + self.clock.time // 12 * 12) * 1000)
        rows.append(
            f'container_cpu_usage_seconds_total{{cpu="total",id="/"}} {1.5 * (self.clock.time // 12 * 12)} {root}'
        )
        return "\n".join(rows)

    def _busy_s(self, look: float) -> float:
        return max(0.0, min(look, self.busy[1]) - self.busy[0])


def probe(kubelet: Kubelet, host: bool = False) -> ContainerProbe:
    clock = kubelet.clock

    def read() -> HostCpu:
        return HostCpu(clock.unix(), 0.75 * clock.time, 0.01 * clock.time)

    source = Kubelets(kubelet.api, ["one"])
    return ContainerProbe(source, of_release(["scalebed"]), clock, host=read if host else None, unix=clock.unix)


def sampled(reading: ContainerProbe, clock: FakeClock, seconds: int) -> list[Sample]:
    samples = []
    for _ in range(seconds):
        clock.sleep(1.0)
        samples.append(reading.sample())
    return samples


def test_usage_is_right_although_looks_are_old_and_of_unlike_age() -> None:
    clock = FakeClock()
    reading = probe(Kubelet(clock, service=0.25, postgres=0.5, k6=0.1, kindnet=0.05))
    samples = sampled(reading, clock, 60)
    used = between(samples, clock.now() - 45, clock.now() - 15)
    assert used is not None
    assert used.interval_s == pytest.approx(30, abs=3)
    for part, cores in {"service": 0.25, "database": 0.5, "generator": 0.1, "cache": 0.0}.items():
        assert used.cores(part) == pytest.approx(cores, rel=0.01)
    # Of what is no part of the cell, the latest look is not waited for.
    assert used.cores("cluster") == pytest.approx(0.05, rel=0.1)
    assert used.throttled_s["service"] / used.interval_s == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize("seconds", [6.0, 20.0])
@pytest.mark.parametrize("phase", [0.0, 4.0, 9.0])
@pytest.mark.parametrize("cut_short", [False, True])
def test_cpu_of_a_short_load_is_not_spread_over_the_idleness_around_it(
    seconds: float, phase: float, cut_short: bool
) -> None:
    clock = FakeClock()
    kubelet = Kubelet(clock, service=0.25, postgres=0.5)
    start = clock.now() + 40 + phase
    kubelet.busy = (start, start + seconds)
    reading = probe(kubelet, host=True)
    samples = [reading.sample()]
    clock.sleep(start - clock.now())
    planned = (start, start + seconds * (3 if cut_short else 1))
    reading.began([(clock.unix(), clock.unix() + planned[1] - planned[0]), (clock.unix() + 90, clock.unix() + 99)])
    samples += sampled(reading, clock, int(seconds))
    if cut_short:
        reading.ended()
    samples += reading.finish()
    used = between(samples, start + 1, start + seconds)
    assert used is not None
    assert used.interval_s == pytest.approx(seconds - 1)
    assert used.cores("service") == pytest.approx(0.25)
    assert used.cores("database") == pytest.approx(0.5)


def test_a_runner_that_is_stopped_between_two_looks_has_worked_until_then() -> None:
    clock = FakeClock()
    kubelet = Kubelet(clock, service=0.25, k6=0.4)
    kubelet.busy = (clock.now() + 20, clock.now() + 56)
    reading = probe(kubelet)
    clock.sleep(20)
    start = clock.now()
    reading.began([(clock.unix(), clock.unix() + 100)])
    samples = sampled(reading, clock, 36)
    reading.ended()
    del kubelet.cores["k6"]
    samples += reading.finish()
    used = between(samples, start, start + 36)
    assert used is not None
    assert used.cores("generator") == pytest.approx(0.4)


def test_a_load_that_goes_on_is_told_as_it_goes() -> None:
    clock = FakeClock()
    kubelet = Kubelet(clock, service=0.25)
    kubelet.busy = (clock.now() + 20, clock.now() + 200)
    reading = probe(kubelet)
    clock.sleep(20)
    start = clock.now()
    reading.began([(clock.unix(), clock.unix() + 180)])
    samples = sampled(reading, clock, 60)
    samples += reading.finish()
    used = between(samples, start, start + 60)
    assert used is not None
    assert used.cores("service") == pytest.approx(0.25)


def test_after_a_load_a_sample_covers_all_of_it() -> None:
    clock = FakeClock()
    reading = probe(Kubelet(clock, service=0.25, postgres=0.5))
    reading.sample()
    clock.sleep(30)
    end = clock.now()
    sample = reading.finish()[-1]
    assert sample.at >= end
    assert clock.now() - end <= 16


def test_a_kubelet_that_stopped_looking_is_not_waited_for_for_ever() -> None:
    clock = FakeClock()
    kubelet = Kubelet(clock, service=0.25)
    reading = probe(kubelet)
    reading.sample()
    frozen = kubelet._text()
    kubelet.api.texts[METRICS] = lambda: frozen
    clock.sleep(100)
    before = clock.now()
    reading.finish()
    assert clock.now() - before < 30


def test_scrapes_are_few() -> None:
    clock = FakeClock()
    kubelet = Kubelet(clock, service=0.25)
    reading = probe(kubelet)
    for _ in range(60):
        reading.sample()
        clock.sleep(1.0)
    assert kubelet.scrapes <= 13


def test_a_container_that_ended_keeps_what_it_used() -> None:
    clock = FakeClock()
    kubelet = Kubelet(clock, service=0.25, k6=0.5)
    reading = probe(kubelet)
    clock.sleep(30)
    before = reading.sample().cpu_s["generator"]
    del kubelet.cores["k6"]
    clock.sleep(30)
    assert reading.sample().cpu_s["generator"] == pytest.approx(before)


def test_the_host_is_this_machine_or_what_the_nodes_used() -> None:
    clock = FakeClock()
    here, there = probe(Kubelet(clock, service=0.25), host=True), probe(Kubelet(clock, service=0.25))
    for _ in range(30):
        clock.sleep(1.0)
        one, other = here.sample(), there.sample()
    assert one.host_busy_s == pytest.approx(0.75 * (one.at), rel=0.01)
    assert one.host_steal_s == pytest.approx(0.01 * one.at, rel=0.01)
    assert other.host_busy_s == pytest.approx(1.5 * other.at, rel=0.1)
    assert other.host_steal_s == 0


def test_memory_is_the_sum_and_each_replicas() -> None:
    clock = FakeClock()
    sample = probe(Kubelet(clock, service=0.25, postgres=0.5)).sample()
    assert (sample.memory_bytes["service"], sample.memory_bytes["database"]) == (1000, 2000)
    assert sample.replica_memory_bytes == (1000,)
