from __future__ import annotations

import numpy as np

from scalebed.histograms import encode, of_values
from scalebed.ports import EndpointSecond, GeneratorSecond
from scalebed.timeline import Timeline


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
    assert window.slow.tolist() == [0, 0, 2]
    assert window.errors.tolist() == [0, 0, 2]
    assert window.arrivals.tolist() == [3, 0, 4]
    assert window.due == 8
    assert window.in_flight.tolist() == [1.0, 0.0, 2.5]
    assert window.lag_ms.tolist() == [2.0, 0.0, 9.0]
    assert line.so_far.total == 6


def test_only_the_window_is_merged() -> None:
    line = filled()
    assert line.latencies(0, 2).total == 2
    assert line.latencies(1, 3).total == 4
    assert line.errors(0, 3) == {"5xx": 1, "no response": 1}
    assert line.errors(0, 2) == {}


def test_a_second_without_an_answer_has_no_mean() -> None:
    means = filled().means_ms(3)
    assert np.isnan(means[1])
    assert abs(means[0] - 15) < 0.1


def test_what_comes_in_two_reports_of_a_second_adds_up() -> None:
    line = filled()
    line.add([answered(1002, 200, 40)], [])
    assert line.window(2, 3).requests == 5
