from __future__ import annotations

import pytest

from scalebed.records.run_directory import UsageRecord
from scalebed.report.tables.cores import Cores


def usage(at_s: float, interval_s: float, service: float, busy: float = 0.0) -> UsageRecord:
    return UsageRecord(
        at_s=at_s, interval_s=interval_s, cpu_s={"service": service}, throttled_s={}, memory_bytes={},
        host_busy_s=busy, host_steal_s=0.0,
    )  # fmt: skip


def service(records: list[UsageRecord], start: int, stop: int) -> object:
    return pytest.approx(Cores(records, start, stop).parts()["service"].tolist(), nan_ok=True)


NONE = float("nan")


def test_a_second_has_what_falls_into_it() -> None:
    """1 core until 0.5 s, 2 cores until 1.5 s, 4 cores until 3 s."""
    records = [usage(0.5, 1.0, 1.0), usage(1.5, 1.0, 2.0), usage(3.0, 1.5, 6.0)]
    assert service(records, 0, 3) == [1.5, 3.0, 4.0]


def test_seconds_between_two_far_readings_have_their_mean() -> None:
    cores = Cores([usage(4.0, 4.0, 2.0, busy=6.0)], 0, 4)
    assert cores.parts()["service"].tolist() == pytest.approx([0.5] * 4)
    assert cores.host().tolist() == pytest.approx([1.5] * 4)
    assert cores.interval_s().tolist() == [4.0] * 4


def test_what_is_covered_in_part_has_the_mean_of_that_part_and_less_than_half_has_none() -> None:
    records = [usage(2.75, 1.25, 2.5)]
    assert service(records, 0, 4) == [NONE, 2.0, 2.0, NONE]
    assert service([usage(2.4, 1.4, 2.8)], 1, 3) == [2.0, NONE]


def test_a_gap_between_readings_is_not_filled() -> None:
    records = [usage(1.0, 1.0, 1.0), usage(4.0, 1.0, 3.0)]
    assert service(records, 0, 4) == [1.0, NONE, NONE, 3.0]
    assert Cores(records, 0, 4).interval_s().tolist() == pytest.approx([1.0, NONE, NONE, 1.0], nan_ok=True)


def test_the_longest_interval_is_told() -> None:
    assert Cores([usage(1.5, 1.5, 1.0), usage(2.0, 0.5, 1.0)], 0, 2).interval_s().tolist() == [1.5, 1.5]


def test_without_readings_there_is_nothing() -> None:
    cores = Cores([], 0, 2)
    assert cores.parts() == {}
    assert cores.host().tolist() == pytest.approx([NONE, NONE], nan_ok=True)
    assert cores.interval_s().tolist() == pytest.approx([NONE, NONE], nan_ok=True)
