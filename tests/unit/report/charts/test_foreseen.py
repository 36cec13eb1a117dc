"""The picture of a forecast."""

from __future__ import annotations

import numpy as np
import pytest
from foretold import service, setting, step

from scalebed.forecast import drawing
from scalebed.forecast.forecast import Forecast, foretell
from scalebed.forecast.load import Load
from scalebed.report.charts.foreseen import HEIGHT, clock, foreseen


def _forecast(load: Load) -> Forecast:
    shop = service()
    return foretell(shop, setting(), load, drawing.worlds(shop, 6, 12, 7))


def _points(line: str) -> np.ndarray:
    return np.array([[float(number) for number in point.split(",")] for point in line.split()])


@pytest.mark.parametrize("load", [step(), step(before=2000, during=2000, after=2000), Load("one", np.array([50.0]))])
def test_every_line_lies_in_its_box_and_reaches_across_it(load: Load) -> None:
    chart = foreseen(_forecast(load))
    for line in (chart.load, chart.wanted, chart.receiving, chart.band):
        points = _points(line)
        assert points.min() >= 0
        assert points[:, 0].max() == 100
        assert points[:, 1].max() <= HEIGHT
    assert len(_points(chart.receiving)) <= 2 * 480
    assert len(chart.seconds) <= 9


def test_a_peak_is_seen_however_long_the_load_is() -> None:
    rates = np.full(50_000, 20.0)
    rates[31_000:31_060] = 250
    chart = foreseen(_forecast(Load("peak", rates)))
    assert _points(chart.load)[:, 1].min() < 0.3 * HEIGHT
    assert chart.out


def test_times_out_of_the_slo_say_how_likely_they_are() -> None:
    chart = foreseen(_forecast(step()))
    shares = [share for _, _, share in chart.out]
    assert max(shares) == 1
    assert 0 < min(shares) < 1
    assert sum(width for _, width, _ in chart.out) <= 100


def test_long_times_are_hours() -> None:
    assert [clock(90, 300), clock(5400, 7200)] == ["90", "1:30"]
