import os

from scalebed.engines.local.isolation.cgroups import Usage
from scalebed.engines.local.isolation.quota import TreeGroup
from scalebed.engines.local.probe import LocalProbe, memory_of


class Fixed(TreeGroup):
    """A group with a reading that is given."""

    def __init__(self, cpu_s: float, throttled_s: float | None) -> None:
        super().__init__("fixed")
        self._usage = Usage(cpu_s, throttled_s)

    def usage(self) -> Usage:
        return self._usage

    def pids(self) -> list[int]:
        return [os.getpid()]


def test_replicas_are_summed_and_throttling_is_the_service_s() -> None:
    groups = {"service": [Fixed(1.5, 0.25), Fixed(2.0, 0.5)], "database": [Fixed(3.0, 0.0)], "generator": []}

    sample = LocalProbe(lambda: groups).sample()

    assert sample.cpu_s == {"service": 3.5, "database": 3.0, "generator": 0}
    assert sample.throttled_s == {"service": 0.75}
    assert sample.host_busy_s > 0


def test_memory_is_read_for_each_replica_too() -> None:
    probe = LocalProbe(lambda: {"service": [Fixed(1.5, None), Fixed(2.0, None)], "database": [Fixed(3.0, None)]})

    sample = probe.sample()

    assert len(sample.replica_memory_bytes) == 2
    assert sum(sample.replica_memory_bytes) == sample.memory_bytes["service"] > 0
    assert probe.sample().replica_memory_bytes == sample.replica_memory_bytes


def test_without_quota_there_is_no_throttling_to_report() -> None:
    assert LocalProbe(lambda: {"service": [Fixed(1.0, None)]}).sample().throttled_s == {}


def test_memory_of_a_process_and_of_none() -> None:
    assert memory_of([os.getpid()]) > 5 * 2**20
    assert memory_of([os.getpid(), os.getpid()]) < 2 * memory_of([os.getpid()])
    assert memory_of([2**22 + 1]) == 0
