"""What metrics-server says of a pod, and since when."""

from __future__ import annotations

import pytest

from scalebed.autoscaling.metrics_server import MetricsServer, Reading


def _reading(at_s: float, cores: float = 0.5, started_s: float = 0.0) -> Reading:
    return Reading(started_s, at_s, cores * (at_s - started_s))


def test_a_pod_has_a_metric_from_its_second_reading_on() -> None:
    server = MetricsServer()
    server.scrape({"a": {"app": _reading(20)}})
    assert server.sample("a") is None
    server.scrape({"a": {"app": _reading(35)}})
    sample = server.sample("a")
    assert sample is not None
    assert (sample.at_s, sample.window_s) == (35, 15)
    assert sample.cores["app"] == pytest.approx(0.5)


def test_a_fresh_container_needs_one_reading_where_that_is_10_s_to_a_resolution_after_its_start() -> None:
    """Its window is then its whole life."""
    for age_s, window_s in ((9, None), (10, 10), (14.9, 14.9), (15, None)):
        server = MetricsServer()
        server.scrape({"a": {"app": _reading(age_s)}})
        sample = server.sample("a")
        assert (None if sample is None else sample.window_s) == window_s


def test_a_fresh_sample_never_counts_for_a_pod_that_was_ready_after_it_started() -> None:
    """Its window begins at the start of the container: the next one is the first to count, 15 to 30 s after ready."""
    server = MetricsServer()
    server.scrape({"a": {"app": _reading(12)}})
    first = server.sample("a")
    server.scrape({"a": {"app": _reading(27)}})
    second = server.sample("a")
    assert first is not None
    assert second is not None
    assert not first.counts(ready_since_s=3)
    assert second.counts(ready_since_s=3)
    assert second.counts(ready_since_s=12)
    assert not second.counts(ready_since_s=13)


def test_a_reading_that_is_no_newer_leaves_the_pair_as_it_was() -> None:
    """A kubelet may have nothing new: the metric only gets older, and says so."""
    server = MetricsServer()
    for at_s in (20, 35, 35):
        server.scrape({"a": {"app": _reading(at_s)}})
    sample = server.sample("a")
    assert sample is not None
    assert (sample.at_s, sample.window_s, sample.age_s(60)) == (35, 15, 25)


def test_a_pod_with_a_container_that_has_used_nothing_yet_has_no_metric() -> None:
    """And the scrape counts as none: the next one is its first again."""
    server = MetricsServer()
    for at_s, cores, there in ((20, 0.5, False), (35, 0.5, True), (50, 0.0, False), (65, 0.5, False), (80, 0.5, True)):
        server.scrape({"a": {"app": _reading(at_s, cores)}})
        assert (server.sample("a") is not None) == there


def test_a_restart_begins_anew() -> None:
    server = MetricsServer()
    server.scrape({"a": {"app": _reading(20)}})
    server.scrape({"a": {"app": _reading(40, started_s=35)}})
    assert server.sample("a") is None
    server.scrape({"a": {"app": _reading(55, cores=2, started_s=35)}})
    sample = server.sample("a")
    assert sample is not None
    assert sample.window_s == 15


def test_of_several_containers_the_one_read_first_gives_the_time_and_all_need_two_readings() -> None:
    server = MetricsServer()
    server.scrape({"a": {"app": _reading(20), "sidecar": _reading(22)}})
    server.scrape({"a": {"app": _reading(36), "sidecar": _reading(34)}})
    sample = server.sample("a")
    assert sample is not None
    assert (sample.at_s, sample.window_s, set(sample.cores)) == (34, 12, {"app", "sidecar"})
    server.scrape({"a": {"app": _reading(51), "sidecar": _reading(52), "late": _reading(50)}})
    assert server.sample("a") is None


def test_a_reading_twice_the_same_beside_a_container_with_two_gives_a_window_of_292_years() -> None:
    """So its use is next to nothing, and a young pod does not count for an autoscaler."""
    server = MetricsServer()
    late = _reading(34, cores=2)
    server.scrape({"a": {"app": _reading(20)}})
    server.scrape({"a": {"app": _reading(35), "late": late}})
    assert server.sample("a") is None
    server.scrape({"a": {"app": _reading(50), "late": late}})
    sample = server.sample("a")
    assert sample is not None
    assert sample.window_s == pytest.approx(9.223372e9)
    assert sample.cores["late"] < 1e-8
    assert not sample.counts(ready_since_s=0)


def test_a_pod_that_no_kubelet_knows_any_more_has_no_metric() -> None:
    server = MetricsServer()
    for at_s in (20, 35):
        server.scrape({"a": {"app": _reading(at_s)}})
    server.scrape({})
    assert server.sample("a") is None


def test_use_is_cut_to_billionths_and_times_reach_the_autoscaler_in_whole_seconds() -> None:
    server = MetricsServer()
    server.scrape({"a": {"app": Reading(0, 20.2, 1.0)}})
    server.scrape({"a": {"app": Reading(0, 35.9, 2.0)}})
    sample = server.sample("a")
    assert sample is not None
    assert sample.cores == {"app": 0.063694267}
    assert sample.window_s == pytest.approx(15.7)
    assert sample.counts(19.9)
    assert not sample.counts(20.0)
