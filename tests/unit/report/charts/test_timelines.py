"""The picture of a trial under an autoscaler."""

from scaled import BROKEN, scaled, spec

from scalebed.report.charts.timelines import timeline
from scalebed.report.findings.followings import followings


def test_it_spans_the_trial() -> None:
    (found,) = followings(spec(), [scaled()])
    picture = timeline(found)
    # 5 and 50 a second of the 60 that the axis has.
    assert picture.load == "0,200 0,183.3 33.33,183.3 33.33,33.3 100,33.3 100,200"
    # One of 2.16, then two.
    assert picture.receiving.split()[:2] == ["0,107.4", "1.67,107.4"]
    assert picture.receiving.endswith(" 100,14.8")
    assert [tick.label for tick in picture.seconds] == ["0", "10", "20", "30", "40", "50", "60"]
    assert [tick.label for tick in picture.replicas] == ["0", "1", "2"]
    assert "10 of 60 seconds were out of the SLO" in picture.alt


def test_seconds_out_of_the_slo_that_follow_each_other_are_one() -> None:
    pictures = [timeline(found) for found in followings(spec(), [scaled(), scaled(endpoints=BROKEN)])]
    assert [picture.out for picture in pictures] == [((33.33, 16.67),), ((33.33, 66.67),)]
