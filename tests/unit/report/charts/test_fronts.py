"""The picture of a search for settings."""

from __future__ import annotations

from scalebed.forecast.front import Score
from scalebed.report.charts.fronts import HEIGHT, Named, front_chart

_FOUND = [Score(0.4, 1.0), Score(0.1, 2.0), Score(0.0, 4.0)]


def test_what_is_better_lies_further_down_and_left() -> None:
    named = [Named("now", "now", Score(0.3, 3.0)), Named("cheaper", "chosen", _FOUND[1])]
    chart = front_chart([*_FOUND, Score(0.2, 3.5)], _FOUND, named)
    now, cheaper = chart.marks
    assert cheaper.x < now.x
    assert cheaper.y > now.y
    assert len(chart.tried) == 4
    points = [tuple(map(float, point.split(","))) for point in chart.line.split()]
    assert points == sorted(points)
    assert points[-1][1] == HEIGHT


def test_names_of_one_spot_stand_side_by_side() -> None:
    named = [Named("reliable", "chosen", _FOUND[2]), Named("always 4", "beside", Score(0.0, 4.0))]
    (mark,) = front_chart(_FOUND, _FOUND, named).marks
    assert (mark.name, mark.kind) == ("reliable, always 4", "chosen")
    named.append(Named("oracle", "beside", Score(0.0, 4.0)))
    (mark,) = front_chart(_FOUND, _FOUND, named).marks
    assert mark.name == "reliable and 2 more"


def test_what_lies_far_beyond_everything_is_left_out() -> None:
    chart = front_chart([*_FOUND, Score(1.0, 900.0)], _FOUND, [Named("now", "now", _FOUND[0])])
    assert len(chart.tried) == 3
    assert "4 settings, 3 of which no other beats" in chart.alt
