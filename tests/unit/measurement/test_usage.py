from __future__ import annotations

import pytest

from scalebed.measurement.readings import Sample
from scalebed.measurement.usage import Usage, between

SAMPLES = [
    Sample(float(t), {"service": 0.25 * t}, {"service": 0.1 * t}, host_busy_s=0.5 * t, host_steal_s=0.01 * t)
    for t in range(11)
]


def test_edges_are_interpolated() -> None:
    used = between(SAMPLES, 2.5, 7.0)
    assert used is not None
    assert used.interval_s == 4.5
    assert used.cores("service") == pytest.approx(0.25)
    assert used.throttled_s["service"] == pytest.approx(0.45)
    assert used.host_steal_s == pytest.approx(0.045)
    assert used.foreign_cores == pytest.approx(0.25)


def test_edges_outside_move_to_the_nearest_reading() -> None:
    used = between(SAMPLES, -5, 50)
    assert used is not None
    assert used.interval_s == 10


def test_database_time_is_known_where_every_reading_has_it() -> None:
    readings = [Sample(float(t), {}, database_time_s=0.2 * t) for t in range(5)]
    used = between(readings, 1, 3.5)
    assert used is not None
    assert used.database_time_s == pytest.approx(0.5)
    lacking = between([*readings, Sample(5.0, {})], 1, 3.5)
    assert lacking is not None
    assert lacking.database_time_s is None


def test_too_little_is_nothing() -> None:
    assert between(SAMPLES[:1], 0, 5) is None
    assert between(SAMPLES, 3.0, 3.1) is None


def test_a_counter_that_began_anew_is_not_negative() -> None:
    used = between([Sample(0, {"service": 9.0}), Sample(1, {"service": 1.0})], 0, 1)
    assert used is not None
    assert used.cpu_s["service"] == 0
    assert Usage(1, {"service": 0.5}, {}, 0.4, 0).foreign_cores == 0
