"""Seconds of several runners as one generator's."""

from dataclasses import replace

import numpy as np

from scalebed.engines.kubernetes.load.merging import Merge
from scalebed.measurement.histograms import decode, encode, of_values
from scalebed.measurement.readings import EndpointSecond, GeneratorSecond


def health(
    second: int, arrivals: int = 1, dropped: int = 0, in_flight: float = 0.5, lag_ms: float = 1.0
) -> GeneratorSecond:
    return GeneratorSecond(second, arrivals, dropped, in_flight, lag_ms)


def answers(second: int, *values_ms: float, status: int = 200) -> EndpointSecond:
    return EndpointSecond(second, "detail", status, len(values_ms), encode(of_values(values_ms)))


def test_histograms_add_up_as_if_one_runner_had_seen_everything() -> None:
    rng = np.random.default_rng(1)
    one, other = rng.exponential(20, 500), rng.exponential(200, 300)
    merge = Merge(2)
    for runner, values in enumerate((one, other)):
        merge.add(runner, answers(10, *values))
        merge.add(runner, health(10, len(values)))
    endpoints, generator = merge.take()
    assert [(line.second, line.count) for line in endpoints] == [(10, 800)]
    assert (decode(endpoints[0].histogram).counts == of_values([*one, *other]).counts).all()
    assert generator == [health(10, 800, in_flight=1.0)]


def test_counts_add_up_and_the_latest_start_is_told() -> None:
    merge = Merge(2)
    merge.add(0, health(5, 3, 1, 1.5, 2.0))
    merge.add(1, health(5, 4, 0, 2.5, 9.0))
    assert merge.take() == ([], [GeneratorSecond(5, 7, 1, 4.0, 9.0)])


def test_only_the_common_window_counts() -> None:
    merge = Merge(2)
    for second in range(10, 20):
        merge.add(0, health(second))
        merge.add(0, answers(second, 5.0))
    for second in range(12, 25):
        merge.add(1, health(second))
        merge.add(1, answers(second, 5.0))
    merge.end(0)
    merge.end(1)
    endpoints, generator = merge.take()
    assert [line.second for line in generator] == list(range(12, 20))
    assert {line.second for line in endpoints} == set(range(12, 20))
    assert merge.skew_s == 2


def test_seconds_without_arrivals_are_no_start() -> None:
    merge = Merge(2)
    merge.add(0, health(5, 0))
    merge.add(1, health(5, 1))
    assert merge.start is None
    assert merge.take() == ((), ())
    merge.add(0, health(6, 0, dropped=1))  # it was due, so the load had begun
    assert [line.second for line in merge.take()[1]] == []
    merge.add(1, health(6))
    assert [line.second for line in merge.take()[1]] == [6]


def test_a_second_waits_for_the_slowest_runner() -> None:
    merge = Merge(2)
    merge.add(0, health(5))
    merge.add(1, health(5))
    merge.add(0, health(6))
    assert [line.second for line in merge.take()[1]] == [5]
    merge.add(1, health(6))
    assert [line.second for line in merge.take()[1]] == [6]


def test_what_comes_late_for_a_second_is_not_lost() -> None:
    merge = Merge(1)
    merge.add(0, health(5, 3))
    assert [line.arrivals for line in merge.take()[1]] == [3]
    merge.add(0, answers(5, 1.0, 2.0))
    assert [(line.second, line.count) for line in merge.take()[0]] == [(5, 2)]


def test_statuses_stay_apart() -> None:
    merge = Merge(2)
    for runner in range(2):
        merge.add(runner, answers(5, 1.0))
        merge.add(runner, answers(5, 9.0, status=503))
        merge.add(runner, health(5))
    assert sorted((line.status, line.count) for line in merge.take()[0]) == [(200, 2), (503, 2)]


def test_outcomes_stay_apart_and_both_histograms_are_merged() -> None:
    merge = Merge(2)
    late = replace(answers(10, 50.0, 60.0), error="", undelayed=encode(of_values([20.0, 30.0])))
    for runner, line in enumerate((late, replace(answers(10, 40.0), error=""))):
        merge.add(runner, line)
        merge.add(runner, replace(answers(10, 1.0), error="check failed"))
        merge.add(runner, health(10, 2))
    endpoints, _ = merge.take()
    good, wrong = sorted(endpoints, key=lambda line: line.failure)
    assert (good.count, good.error, wrong.count, wrong.error) == (3, "", 2, "check failed")
    assert (decode(good.histogram).counts == of_values([40.0, 50.0, 60.0]).counts).all()
    assert (decode(good.undelayed).counts == of_values([20.0, 30.0, 40.0]).counts).all()
    assert wrong.undelayed == ""
