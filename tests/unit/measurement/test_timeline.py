from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scalebed.engines.k6.protocol import parse_line
from scalebed.experiment.slo import Limit, Slo
from scalebed.measurement.histograms import encode, of_values
from scalebed.measurement.readings import EndpointSecond, GeneratorSecond
from scalebed.measurement.timeline import Journeys, Timeline
from scalebed.secrecy import VEIL


def answered(second: int, status: int, *latencies_ms: float) -> EndpointSecond:
    return EndpointSecond(second, "detail", status, len(latencies_ms), encode(of_values(latencies_ms)))


def filled() -> Timeline:
    line = Timeline(limit_ms=100)
    line.add([], [GeneratorSecond(999, 0, 0, 0.0, 0.0)])
    line.add([answered(1000, 200, 10, 20)], [GeneratorSecond(1000, 3, 0, 1.0, 2.0)])
    line.add(
        [answered(1002, 200, 30, 150), answered(1002, 500, 5), answered(1002, 0, 5000)],
        [GeneratorSecond(1001, 0, 0, 0.0, 0.0), GeneratorSecond(1002, 4, 1, 2.5, 9.0)],
    )
    return line


def test_seconds_count_from_the_first_arrival() -> None:
    line = filled()
    assert (line.first, line.complete_s) == (1000, 3)
    window = line.window(0, 3)
    assert window.responses.tolist() == [2, 0, 4]
    assert window.slow.tolist() == [0, 0, 1]  # of those that succeeded
    assert window.errors.tolist() == [0, 0, 2]
    assert window.failed.tolist() == [0, 0, 3]
    assert window.asked.tolist() == [2, 0, 5]
    assert window.succeeded.tolist() == [2, 0, 2]
    assert window.arrivals.tolist() == [3, 0, 4]
    assert window.due == 8
    assert window.in_flight.tolist() == [1.0, 0.0, 2.5]
    assert window.lag_ms.tolist() == [2.0, 0.0, 9.0]
    assert line.so_far.total == 4
    assert line.failed == 3


def test_only_the_window_is_merged() -> None:
    line = filled()
    assert line.latencies(0, 2).total == 2
    assert line.latencies(1, 3).total == 2
    assert line.errors(0, 3) == {"5xx": 1, "no response": 1, "dropped": 1} == line.window(0, 3).kinds
    assert line.errors(0, 2) == {}


def test_a_second_without_an_answer_has_no_mean() -> None:
    means = filled().means_ms(3)
    assert np.isnan(means[1])
    assert abs(means[0] - 15) < 0.1


def test_what_comes_in_two_reports_of_a_second_adds_up() -> None:
    line = filled()
    line.add([answered(1002, 200, 40)], [])
    assert line.window(2, 3).requests == 5


def test_a_redirect_that_nobody_follows_is_an_error() -> None:
    line = Timeline(limit_ms=100)
    line.add([answered(1000, 301, 1, 1, 1)], [GeneratorSecond(1000, 3, 0, 1.0, 2.0)])
    assert line.errors(0, 1) == {"3xx": 3}
    assert line.window(0, 1).succeeded.sum() == 0


def test_what_the_generator_says_of_an_answer_counts() -> None:
    line = Timeline(limit_ms=100)
    declared = replace(answered(1000, 404, 1), error="")
    wrong = replace(answered(1000, 200, 1, 1), error="check failed")
    line.add([declared, wrong], [GeneratorSecond(1000, 3, 0, 1.0, 2.0)])
    assert line.errors(0, 1) == {"check failed": 2}
    assert line.latencies(0, 1).total == 1


def test_a_window_knows_what_it_were_without_lateness() -> None:
    line = Timeline(limit_ms=100)
    # One is over the limit for its lateness alone, one anyway.
    late = replace(answered(1000, 200, 90, 120, 200), undelayed=encode(of_values([80, 80, 190])))
    line.add([late], [GeneratorSecond(1000, 3, 2, 1.0, 40.0)])
    window = line.window(0, 1)
    assert window.slow.tolist() == [2]
    assert window.latency_sum_ms.sum() == pytest.approx(350, rel=0.01)  # what was in flight, lateness was not
    assert line.latencies(0, 1, undelayed=True).max_ms == pytest.approx(190, rel=0.01)
    assert (window.in_time(offered=False).slow.sum(), window.in_time(offered=False).dropped.sum()) == (1, 2)
    assert window.in_time(offered=True).asked.sum() == 3


def test_a_starved_generator_reads_answers_as_late_as_it_sends_requests() -> None:
    line = Timeline(limit_ms=100)
    starved = replace(answered(1000, 200, *[400] * 10), undelayed=encode(of_values([240] * 10)))
    line.add([starved], [GeneratorSecond(1000, 10, 0, 4.0, 160.0)])
    in_time = line.window(0, 1).in_time(offered=True)
    assert in_time.slow.sum() == 0
    assert in_time.in_flight[0] == pytest.approx(2.4, rel=0.01)
    # Two that were late among many say nothing of the others.
    quiet = replace(answered(1001, 200, *[120] * 98, 140, 140), undelayed=encode(of_values([120] * 100)))
    line.add([quiet], [GeneratorSecond(1001, 100, 0, 1.0, 20.0)])
    assert line.window(1, 2).in_time(offered=True).slow.sum() == 100


def test_a_journey_is_what_whole_iterations_came_to() -> None:
    line = Timeline(1000, journeys=True)
    answered = encode(of_values([100.0] * 30))
    line.add(
        [EndpointSecond(100 + s, "a", 200, 30, answered, "") for s in range(2)],
        [GeneratorSecond(100 + s, 10, 0, 8.0, 0.0, journeys=10, journey_ms=8000.0) for s in range(2)],
    )
    found = line.journeys(0, 2)
    assert found is not None
    assert (found.ended, found.requests) == (20, 3)
    assert found.pause_s == pytest.approx(0.8 - 0.3, abs=0.01)
    assert found.allowed_s(1000) == pytest.approx(3.5, abs=0.01)


def test_a_limit_may_be_of_successes_alone() -> None:
    limits = [Limit(percentile=90, latency_ms=50, latency_of=of) for of in ("all", "successes")]
    line = Timeline(1000, limits)
    slow = encode(of_values([100.0] * 4))
    line.add(
        [EndpointSecond(100, "a", 200, 4, slow, ""), EndpointSecond(100, "a", 500, 4, slow, "5xx")],
        [GeneratorSecond(100, 10, 2, 1.0, 0.0)],
    )
    every, successes = line.window(0, 1).further
    assert (every.asked.sum(), every.slow.sum()) == (10, 10)
    assert (successes.asked.sum(), successes.slow.sum()) == (4, 4)


def test_an_endpoint_with_a_secret_in_its_name_is_limited_too() -> None:
    VEIL.add("adm1n")
    slo = Slo(further=(Limit(percentile=90, latency_ms=50, endpoint="GET /adm1n/users"),))
    line = Timeline(1000, slo.further)
    told = b'{"scalebed":3,"type":"endpoint","second":100,"endpoint":"GET /adm1n/users","status":200,"count":4,'
    heard = parse_line(told + f'"histogram":"{encode(of_values([100.0] * 4))}","error":""}}\n'.encode())
    assert isinstance(heard, EndpointSecond)
    line.add([heard], [GeneratorSecond(100, 4, 0, 1.0, 0.0)])
    assert line.window(0, 1).further[0].asked.sum() == 4
    assert slo.unheard([heard.endpoint]) == ""


def test_what_an_iteration_fails_by_itself_is_no_request_of_it() -> None:
    line = Timeline(1000, journeys=True)
    answered, thrown = encode(of_values([100.0] * 20)), encode(of_values([5.0] * 10))
    line.add(
        [
            EndpointSecond(100, "a", 200, 20, answered, ""),
            EndpointSecond(100, "a", 500, 20, answered, "check failed"),
            EndpointSecond(100, "b", 0, 20, answered, "no response"),
            EndpointSecond(100, "iteration", 0, 10, thrown, "script error"),
            EndpointSecond(100, "a", 0, 10, thrown, "check failed"),
        ],
        [GeneratorSecond(100, 10, 0, 8.0, 0.0, journeys=20, journey_ms=8000.0)],
    )
    found, window = line.journeys(0, 1), line.window(0, 1)
    assert found is not None
    assert found.requests == 3
    assert (window.requests, window.unasked, window.made, window.errors.sum()) == (80, 20, 60, 60)


def test_in_a_closed_model_what_came_before_the_first_end_is_part_of_it() -> None:
    line = Timeline(1000, journeys=True)
    answered = encode(of_values([100.0] * 2))
    for second in (100, 101, 102):
        line.add([EndpointSecond(second, "a", 200, 2, answered, "")], [])
    line.add([], [GeneratorSecond(102, 1, 0, 1.0, 0.0, journeys=1, journey_ms=2500.0)])
    found = line.all_journeys()
    assert found is not None
    assert (found.ended, found.total_ms, found.requests) == (1, 2500.0, 6)
    assert found.pause_s == pytest.approx(1.9, abs=0.01)


def test_until_one_has_ended_a_journey_is_what_is_expected() -> None:
    known = Journeys(ended=5, total_ms=100.0, requests=2, pause_s=7)
    health = GeneratorSecond(100, 10, 0, 8.0, 0.0)
    for expected, told in ((known, Journeys(0, 0.0, 2, 7)), (None, None)):
        line = Timeline(1000, journeys=True, expected=expected)
        line.add([], [health])
        assert line.journeys(0, 1) == told
    line = Timeline(1000, expected=known)
    line.add([], [health])
    assert line.journeys(0, 1) is None


def test_further_limits_count_their_own_requests() -> None:
    limits = (Limit(percentile=99, latency_ms=200, endpoint="search"), Limit(percentile=90, latency_ms=50))
    line = Timeline(1000, limits)
    line.add(
        [
            EndpointSecond(100, "search", 200, 2, encode(of_values([100.0, 300.0])), ""),
            EndpointSecond(100, "search", 500, 1, encode(of_values([1.0])), "5xx"),
            EndpointSecond(100, "list", 200, 2, encode(of_values([10.0, 60.0])), ""),
        ],
        [GeneratorSecond(100, 5, 1, 1.0, 0.0)],
    )
    search, overall = line.window(0, 1).further
    assert (search.asked.tolist(), search.slow.tolist()) == ([3], [2])
    assert (overall.asked.tolist(), overall.slow.tolist()) == ([6], [5])


def test_one_second_is_told_by_itself() -> None:
    timeline = Timeline(1000)
    timeline.add(
        [answered(11, 200, 5, 5, 50), answered(11, 503, 900), answered(12, 200, 7)],
        [
            GeneratorSecond(11, 5, 2, 1.5, 3.25),
            GeneratorSecond(12, 1, 0, 0.5, 0.0),
            GeneratorSecond(13, 0, 0, 0.0, 0.0),
        ],
    )

    first, second, third = (timeline.second(at, 95) for at in range(3))
    assert (first.second, first.due, first.served, first.errors) == (0, 7, 3, {"5xx": 1, "dropped": 2})
    assert (first.in_flight, first.lag_ms) == (1.5, 3.25)
    assert first.median_ms == pytest.approx(5, rel=0.001)
    assert first.percentile_ms == pytest.approx(50, rel=0.001)
    assert first.bands == {5: 2, 13: 1}  # from 10^(5/8) = 4.2 ms, and from 10^(13/8) = 42 ms
    assert (second.served, second.errors, second.bands) == (1, {}, {6: 1})
    assert (third.served, third.median_ms, third.percentile_ms, third.bands) == (0, None, None, {})
