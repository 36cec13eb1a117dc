"""The picture of a trial second by second."""

from __future__ import annotations

import pytest
from faulty import OUTAGE, RATE, Bad, episodes, experiment, trial

from scalebed.experiment.plan import cells
from scalebed.records.run_directory import Trial
from scalebed.report.charts.outages import LATENCY_HEIGHT, REQUESTS_HEIGHT, OutageChart, outage_charts
from scalebed.report.findings.outages import fault_views

SPEC = experiment(variants=["naive", "optimized"])
KILLED = "naive-x2-replica-killed"


def charts(trials: dict[str, list[Trial]]) -> list[OutageChart]:
    return outage_charts(fault_views(SPEC, cells(SPEC), trials), SPEC.slo)


def chart(one: Trial) -> OutageChart:
    (only,) = charts({KILLED: [one]})
    return only


def test_there_is_a_bar_for_each_second_within_the_frame() -> None:
    bars = chart(trial({12: Bad(late=5, failed={"5xx": 5}, dropped=5)})).bars
    assert len(bars) == 50
    assert [round(bar.x - 2 * at, 2) for at, bar in enumerate(bars)] == [0.16] * 50
    assert all(bar.x >= 0 and bar.x + bar.width <= 100 for bar in bars)
    assert all(0 <= bar.top_good <= bar.top_late <= bar.top_failed <= REQUESTS_HEIGHT for bar in bars)
    whole, bad = bars[11], bars[12]
    assert (whole.top_failed, whole.top_late) == (REQUESTS_HEIGHT, REQUESTS_HEIGHT)
    assert bad.title == "second 12: 5 in time, 5 late, 10 failed"
    assert bad.top_good == whole.top_good, "dropped arrivals are among those that failed"
    height = REQUESTS_HEIGHT - whole.top_good
    assert REQUESTS_HEIGHT - bad.top_failed == pytest.approx(height / 2, abs=0.1)
    assert REQUESTS_HEIGHT - bad.top_late == pytest.approx(0.75 * height, abs=0.1)


def test_a_line_breaks_where_nothing_succeeded() -> None:
    whole = chart(trial())
    assert [len(line.split()) for line in whole.latency] == [50]
    broken = chart(
        trial({10: Bad(failed={"5xx": RATE}), 11: Bad(silent=True), 20: Bad(silent=True), 49: Bad(silent=True)})
    )
    assert [len(line.split()) for line in broken.latency] == [10, 8, 28]
    points = [tuple(map(float, point.split(","))) for line in broken.latency for point in line.split()]
    assert all(0 <= x <= 100 and 0 <= y <= LATENCY_HEIGHT for x, y in points)


def test_a_fault_is_shaded_until_the_part_worked_again() -> None:
    spans = chart(trial(episodes=episodes(10.0, 30.0, lasted=5.0))).faults
    assert [(span.x, span.width) for span in spans] == [(20.0, 10.0), (60.0, 10.0)]
    at_once = chart(trial(episodes=episodes(10.0, lasted=0.0))).faults
    assert [(span.x, span.width) for span in at_once] == [(20.0, 0.4)], "it is to be seen"
    never = chart(trial(episodes=episodes(10.0, lasted=None))).faults
    assert [(span.x, span.width) for span in never] == [(20.0, 80.0)]
    beyond = chart(trial(episodes=episodes(45.0, lasted=30.0))).faults
    assert [(span.x, span.width) for span in beyond] == [(90.0, 10.0)]


def test_seconds_out_of_the_slo_are_marked() -> None:
    spans = chart(trial({**OUTAGE, 49: Bad(silent=True)})).out
    assert [span.x for span in spans] == [20, 22, 24, 60, 62, 64, 98]
    assert {span.width for span in spans} == {2.0}


def test_words_say_what_the_picture_shows() -> None:
    assert chart(trial(OUTAGE)).alt == (
        "naive, replica-killed: replica 1 was killed, then every replica was ready; 6 of 50 seconds were out of the "
        "SLO, 60 requests failed."
    )
    (control,) = charts({"naive-x2": [trial(cell="naive-x2")]})
    assert control.alt == (
        "naive, no fault: nothing was made to fail; 0 of 50 seconds were out of the SLO, 0 requests failed."
    )
    assert control.faults == ()


def test_those_of_one_variant_share_their_scales_and_others_have_their_own() -> None:
    slow = trial({20: Bad(late=RATE)})
    calm = trial(cell="naive-x2")
    other = trial(cell="optimized-x2-replica-killed", variant="optimized")
    first, second, alone = charts({"naive-x2": [calm], KILLED: [slow], "optimized-x2-replica-killed": [other]})
    assert (first.latencies, first.requests, first.limit) == (second.latencies, second.requests, second.limit)
    assert alone.latencies != first.latencies
    assert {each.limit_label for each in (first, second, alone)} == {"1,000"}


def test_the_first_trial_is_the_one_that_is_shown() -> None:
    (only,) = charts({KILLED: [trial(), trial(OUTAGE, block=1)]})
    assert only.out == ()


@pytest.mark.parametrize(("seconds", "every"), [(30, 5), (50, 10), (160, 20), (241, 60), (5000, 600)])
def test_ticks_are_few_and_round(seconds: int, every: int) -> None:
    labels = [tick.label for tick in chart(trial(seconds=seconds, episodes=episodes(1.0))).seconds]
    assert labels == [str(second) for second in range(0, seconds + 1, every)]
    assert len(labels) <= 10


def test_without_a_second_there_is_no_picture() -> None:
    assert charts({KILLED: [trial(seconds=0, episodes=())]}) == []
    assert charts({}) == []


def test_a_trial_in_which_nothing_succeeded_has_a_picture_without_a_line() -> None:
    found = chart(trial({second: Bad(silent=True) for second in range(50)}))
    assert found.latency == ()
    assert len(found.out) == 50
