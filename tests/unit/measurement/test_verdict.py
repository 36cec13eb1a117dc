from __future__ import annotations

from dataclasses import replace

import pytest
from windows import window

from scalebed.experiment.slo import Limit, Slo
from scalebed.measurement.timeline import Journeys, Window
from scalebed.measurement.verdict import Enough, Judgement, judge, with_checks

SLO = Slo(percentile=95, latency_ms=1000, error_rate=0.01)
ENOUGH = Enough(counted_s=10, requests=300)


def verdict(w: Window, rate: float | None = 100, *, final: bool = False, enough: Enough = ENOUGH) -> str:
    return judge(w, SLO, rate, 2000, enough, final=final).verdict


def test_fast_answers_pass_as_soon_as_it_has_lasted_long_enough() -> None:
    assert verdict(window(100, 9)) == "UNDECIDED"
    assert verdict(window(100, 10)) == "PASS"


def test_too_few_requests_do_not_pass_early() -> None:
    assert verdict(window(10, 12), 10) == "UNDECIDED"


def test_many_slow_answers_fail_early() -> None:
    assert verdict(window(100, 5, slow=[30, 25, 40, 35, 20])) == "FAIL"
    assert verdict(window(100, 3, slow=30)) == "UNDECIDED"


def test_about_the_allowed_share_stays_undecided() -> None:
    near = window(100, 20, slow=[5, 4, 6, 5, 5] * 4)
    assert verdict(near) == "UNDECIDED"
    assert verdict(near, final=True) == "UNDECIDED"


def test_slow_answers_in_one_burst_are_less_certain_than_spread() -> None:
    spread = window(100, 20, slow=[9, 8, 9, 9, 8] * 4)
    burst = window(100, 20, slow=[0] * 18 + [85, 87])
    assert verdict(spread) == "FAIL"
    assert verdict(burst) == "UNDECIDED"


def test_errors_fail() -> None:
    assert verdict(window(100, 12, errors=[5, 4, 6, 5, 5, 3] * 2)) == "FAIL"
    assert verdict(window(100, 12, errors=1)) == "UNDECIDED"
    assert verdict(window(100, 12, errors=100)) == "FAIL"


def test_a_few_requests_without_error_pass_at_full_length_with_a_warning() -> None:
    judged = judge(window(5, 12), SLO, 5, 100, Enough(10, 80), final=True)
    assert judged.verdict == "PASS"
    assert "Only 60 requests" in judged.warnings[0]
    assert "4.9%" in judged.warnings[0]


def test_a_clear_backlog_fails_although_few_slow_answers_came_yet() -> None:
    growing = window(150, 6, in_flight=[150, 300, 450, 600, 750, 900], arrivals=300)
    assert verdict(growing, 300) == "FAIL"


def test_a_backlog_that_is_worked_off_is_no_overload() -> None:
    assert verdict(window(150, 6, in_flight=[1200, 1100, 1000, 900, 800, 700]), 300) == "UNDECIDED"


@pytest.mark.parametrize("seconds", [10, 20])
def test_a_slowly_growing_queue_does_not_pass(seconds: int) -> None:
    # 5% over a capacity of 300 a second: far from the limit of one second yet, but on the way.
    growing = window(300, seconds, in_flight=[15 * (s + 1) for s in range(seconds)], arrivals=315)
    assert verdict(growing, 315) != "PASS"
    assert "queue grew" in judge(growing, SLO, 315, 2000, ENOUGH, final=False).reasons[0]


def test_a_queue_that_still_grows_at_the_end_fails() -> None:
    growing = window(300, 30, in_flight=[12.0 * s for s in range(30)], arrivals=312)
    assert verdict(growing, 312, final=True) == "FAIL"


def test_a_queue_that_only_wanders_passes() -> None:
    assert verdict(window(300, 20, in_flight=[30, 45, 60, 40, 25, 50, 70, 55, 40, 35] * 2), 300) == "PASS"


def test_no_answer_at_all_fails_at_the_end() -> None:
    silent = window(0, 12, in_flight=30, arrivals=2)
    assert verdict(silent, 2) == "UNDECIDED"
    assert verdict(silent, 2, final=True) == "FAIL"
    assert verdict(window(0, 12, arrivals=0), 2, final=True) == "UNDECIDED"


def test_a_closed_model_has_no_backlog() -> None:
    assert verdict(window(50, 12, in_flight=[float(5 * s) for s in range(12)]), None) == "PASS"


def test_an_unloaded_trial_decides_on_thirty_requests() -> None:
    unloaded = Enough(10, 30, decides=True)
    assert verdict(window(3, 10), None, enough=unloaded) == "PASS"
    assert verdict(window(3, 10, slow=3), None, enough=unloaded) == "FAIL"
    assert verdict(window(2, 10), None, enough=unloaded) == "UNDECIDED"


def test_an_error_rate_of_zero_is_met_by_no_error() -> None:
    strict = SLO.model_copy(update={"error_rate": 0.0})
    assert judge(window(100, 12), strict, 100, 2000, ENOUGH, final=False).verdict == "PASS"
    assert judge(window(100, 12, errors=[1] + [0] * 11), strict, 100, 2000, ENOUGH, final=True).verdict == "FAIL"


def test_too_few_requests_for_a_percentile_pass_at_no_length() -> None:
    """Of services with three times as many slow answers as p99.9 allows, 0.997 ** 300 = 41% show none in 300."""
    high = SLO.model_copy(update={"percentile": 99.9})
    asked = Enough(10, 2995)

    def at(requests_a_second: int, enough: Enough = asked, slow: int = 0) -> str:
        shown = window(requests_a_second, 60, slow=slow)
        return judge(shown, high, requests_a_second, 2000, enough, final=True).verdict

    assert at(5) == "UNDECIDED"
    assert at(15) == "UNDECIDED"
    assert at(16) == "PASS"
    assert at(5, slow=1) == "FAIL"
    few = judge(window(5, 60), high, 5, 2000, asked, final=True)
    assert few.reasons == ("300 requests count; to judge p99.9 and 0.01 errors takes 916.",)


@pytest.mark.parametrize(("rate", "verdict"), [(2, "UNDECIDED"), (3, "PASS")])
def test_an_ordinary_percentile_needs_few(rate: int, verdict: str) -> None:
    closed = judge(window(rate, 6), SLO, None, 10, Enough(0, 30), final=True)
    assert closed.verdict == verdict


def test_one_user_alone_is_not_asked_for_more_than_30_requests() -> None:
    high = SLO.model_copy(update={"percentile": 99.9})
    assert judge(window(3, 10), high, None, 10, Enough(10, 30, decides=True), final=False).verdict == "PASS"


def test_failures_are_slower_than_any_limit() -> None:
    lenient = SLO.model_copy(update={"error_rate": 0.2})
    six_percent = window(100, 20, errors=[6, 8, 7, 9, 5] * 4)
    judged = judge(six_percent, lenient, 100, 2000, ENOUGH, final=True)
    assert judged.verdict == "FAIL"
    assert "slower than 1000 ms or failed" in judged.reasons[0]


def test_of_successes_only_must_be_asked_for() -> None:
    asked = SLO.model_copy(update={"error_rate": 0.2, "latency_of": "successes"})
    assert judge(window(100, 20, errors=[6, 8, 7, 9, 5] * 4), asked, 100, 2000, ENOUGH, final=True).verdict == "PASS"
    slow = window(100, 20, errors=6, slow=[9, 12, 10, 11, 8] * 4)
    assert judge(slow, asked, 100, 2000, ENOUGH, final=True).verdict == "FAIL"
    assert judge(window(100, 20, errors=100), asked, 100, 2000, ENOUGH, final=True).verdict == "FAIL"


def test_dropped_arrivals_fail() -> None:
    assert verdict(window(90, 12, dropped=[8, 12, 10, 9, 11, 10] * 2, arrivals=90)) == "FAIL"
    assert (
        "of 1200 requests failed"
        in judge(window(90, 12, dropped=10, arrivals=90), SLO, 100, 2000, ENOUGH, final=True).reasons[-1]
    )
    assert verdict(window(0, 12, dropped=100, arrivals=0), final=True) == "FAIL"


def test_a_few_dropped_arrivals_are_within_the_error_rate() -> None:
    assert verdict(window(100, 20, dropped=[0, 1, 0, 0] * 5), final=True) == "PASS"


def test_a_reason_names_the_kinds_of_errors() -> None:
    told = replace(window(100, 12, errors=100), kinds={"3xx": 1100, "no response": 100})
    assert "1200 of 1200 requests failed: 1100 3xx, 100 no response" in " ".join(
        judge(told, SLO, 100, 2000, ENOUGH, final=True).reasons
    )


PAUSING = Journeys(ended=100, total_ms=0, requests=3, pause_s=5)
"""Journeys that take 5 s and three answers."""


def test_journeys_may_be_under_way_for_as_long_as_they_pause() -> None:
    """800 at 100/s are no queue where each journey takes up to 8 s; where an arrival is one request, they are."""
    under_way = window(300, 12, arrivals=100, in_flight=700, journeys=PAUSING)
    assert verdict(under_way) == "PASS"
    assert verdict(replace(under_way, journeys=None)) == "FAIL"


def test_a_queue_of_journeys_is_told_in_journeys() -> None:
    piled = judge(window(300, 12, arrivals=100, in_flight=1900, journeys=PAUSING), SLO, 100, 2000, ENOUGH, final=False)
    assert piled.verdict == "FAIL"
    assert "1900 journeys were in flight" in piled.reasons[0]
    assert "within 8000 ms" in piled.reasons[0]


TWO = SLO.model_copy(update={"further": (Limit(percentile=99, latency_ms=2000, endpoint="search"),)})


@pytest.mark.parametrize(
    ("asked", "slow", "expected"),
    [(50, 0, "PASS"), (50, 10, "FAIL"), (0, 0, "UNDECIDED"), (1, 0, "UNDECIDED")],
)
def test_every_further_limit_must_hold(asked: int, slow: int, expected: str) -> None:
    judged = judge(window(100, 20, further=[(asked, slow)]), TWO, 100, 2000, ENOUGH, final=True)
    assert judged.verdict == expected
    if expected == "FAIL":
        assert "requests for search were slower than 2000 ms or failed" in judged.reasons[0]


def test_the_limit_that_broke_is_named_although_others_hold() -> None:
    judged = judge(window(100, 20, further=[(20, 5)]), TWO, 100, 2000, ENOUGH, final=False)
    assert judged.verdict == "FAIL"
    assert len(judged.reasons) == 1


def test_checks_are_judged_beside_all_else() -> None:
    slo, passed = SLO.model_copy(update={"checks": 0.99}), Judgement("PASS", ("All was fast.",))

    def checked(right: int, wrong: int, judged: Judgement = passed) -> tuple[str, int]:
        found = with_checks(judged, slo, right, wrong)
        return found.verdict, len(found.reasons)

    assert checked(50, 0) == ("PASS", 2)
    assert checked(1000, 1) == ("PASS", 2)
    assert checked(990, 10) == ("UNDECIDED", 1)
    assert checked(950, 50) == ("FAIL", 1)
    assert checked(0, 0) == ("UNDECIDED", 1), "nothing was checked"
    assert checked(950, 50, Judgement("FAIL", ("It was slow.",))) == ("FAIL", 2)
    assert checked(950, 50, Judgement("UNDECIDED", ("It may be slow.",))) == ("FAIL", 1)
    assert checked(50, 0, Judgement("UNDECIDED", ("It may be slow.",))) == ("UNDECIDED", 1)
    assert with_checks(passed, SLO, 0, 9) is passed
    early = [with_checks(passed, slo, *counts, early=True).verdict for counts in ((50, 0), (996, 4), (999, 1))]
    assert early == ["UNDECIDED", "UNDECIDED", "PASS"]
    assert with_checks(passed, slo, 996, 4).verdict == "PASS"


NEAR = replace(ENOUGH, near_s=60)


def test_one_that_may_be_the_answer_fails_early_only_for_what_is_far_beyond() -> None:
    some, many = window(100, 20, slow=[9, 8, 9, 9, 8] * 4), window(100, 20, slow=[30, 25, 40, 35, 20] * 4)
    assert (verdict(some), verdict(some, enough=NEAR), verdict(many, enough=NEAR)) == ("FAIL", "UNDECIDED", "FAIL")
    assert verdict(window(100, 60, slow=[9, 8, 9, 9, 8] * 12), enough=NEAR) == "FAIL"
    assert verdict(some, enough=NEAR, final=True) == "FAIL"
    few, more = (window(100, 20, errors=[n, n, n, n + 1] * 5) for n in (2, 7))
    assert (verdict(few), verdict(few, enough=NEAR), verdict(more, enough=NEAR)) == ("FAIL", "UNDECIDED", "FAIL")


def test_a_queue_that_grows_may_shrink_again_within_the_minute_but_one_beyond_the_limit_fails_at_once() -> None:
    grows = window(292, 30, in_flight=[20.0 * s for s in range(30)], arrivals=312)
    assert (verdict(grows, 312), verdict(grows, 312, enough=NEAR)) == ("FAIL", "UNDECIDED")
    assert verdict(window(100, 12, in_flight=[60 * s for s in range(12)]), enough=NEAR) == "FAIL"


@pytest.mark.parametrize("percentile", [50, 75, 80])
def test_all_too_slow_is_far_beyond_any_percentile(percentile: float) -> None:
    slo = Slo(percentile=percentile, latency_ms=1000)
    assert judge(window(100, 12, slow=100), slo, 100, 2000, NEAR, final=False).verdict == "FAIL"


def test_without_errors_allowed_one_is_far_beyond() -> None:
    judged = judge(window(100, 12, errors=1), Slo(error_rate=0), 100, 2000, NEAR, final=False)
    assert judged.verdict == "FAIL"
