"""A capacity by rates that were planned around one measured elsewhere."""

import pytest
from recorded import trial

from scalebed.experiment.spec import Search
from scalebed.measurement.causes import Cause, Kind, Verdict
from scalebed.records.run_directory import Trial
from scalebed.search.bisection import Answer, Ask
from scalebed.search.planned_rates import Ladder

LADDER = Ladder(Search.model_validate({"shares": [0.8, 1.0, 1.25], "max_trials": 8}), 100.0)


def tried(*told: tuple[float, Verdict]) -> list[Trial]:
    return [
        trial(index=index, purpose="confirm", rate_asked=rate, verdict=verdict)
        for index, (rate, verdict) in enumerate(told)
    ]


def climb(capacity: float) -> tuple[list[float], Answer]:
    """Of a service that bears just so much."""
    asked: list[float] = []
    while True:
        told: list[tuple[float, Verdict]] = [(rate, "PASS" if rate <= capacity else "FAIL") for rate in asked]
        following = LADDER.next(tried(*told))
        if isinstance(following, Answer):
            return asked, following
        asked.append(following.rate)


def test_rates_are_climbed_until_one_fails() -> None:
    asked, answer = climb(110.0)
    assert asked == pytest.approx([80.0, 100.0, 125.0])
    assert answer.outcome == "found"
    assert answer.capacity == pytest.approx(100.0)
    assert answer.upper == pytest.approx(125.0)
    assert not answer.note


def test_above_the_first_failure_nothing_is_tried() -> None:
    asked, answer = climb(90.0)
    assert asked == pytest.approx([80.0, 100.0])
    assert answer.capacity == pytest.approx(80.0)


def test_below_the_lowest_rate_it_goes_on_in_proportion() -> None:
    asked, answer = climb(60.0)
    assert asked == pytest.approx([80.0, 64.0, 51.2])
    assert answer.capacity == pytest.approx(51.2)
    assert answer.upper == pytest.approx(64.0)


def test_above_the_highest_rate_it_goes_on_in_proportion() -> None:
    asked, answer = climb(180.0)
    assert asked == pytest.approx([80.0, 100.0, 125.0, 156.25, 195.3125])
    assert answer.capacity == pytest.approx(156.25)
    assert answer.upper == pytest.approx(195.3125)


def test_where_every_rate_passes_that_is_told() -> None:
    asked, answer = climb(1e6)
    assert len(asked) == 8
    assert answer.outcome == "found"
    assert answer.capacity == pytest.approx(asked[-1])
    assert answer.upper is None
    assert "passed" in answer.note


def test_nothing_is_asked_above_the_highest_rate_allowed() -> None:
    ladder = Ladder(LADDER.search.model_copy(update={"max_rate": 130.0}), 100.0)
    answer = ladder.next(tried((80.0, "PASS"), (100.0, "PASS"), (125.0, "PASS")))
    assert isinstance(answer, Answer)
    assert (answer.capacity, answer.upper) == (125.0, None)


def invalid(kind: Kind, rate: float = 100.0) -> Trial:
    return trial(
        purpose="confirm", rate_asked=rate, verdict="INVALID", causes=[Cause(kind=kind, sentence="Told.")]
    )  # fmt: skip


def test_a_rate_beyond_the_host_ends_the_climb_at_what_was_served() -> None:
    answer = LADDER.next([*tried((80.0, "PASS")), *[invalid(Kind.SATURATED)] * 3])
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.capacity, answer.lower) == ("beyond the generator", None, 80.0)
    answer = LADDER.next([*tried((80.0, "PASS")), *[invalid(Kind.FOREIGN_CPU)] * 3])
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.capacity, answer.lower, answer.again) == ("at least", None, 80.0, True)


def test_what_was_spoiled_is_tried_again_but_not_for_ever() -> None:
    again = LADDER.next(tried((80.0, "INVALID")))
    assert isinstance(again, Ask)
    assert again.rate == pytest.approx(80.0)
    spoiled: tuple[float, Verdict] = (80.0, "INVALID")
    lower = LADDER.next(tried(spoiled, spoiled, spoiled))
    assert isinstance(lower, Ask)
    assert lower.rate == pytest.approx(64.0)
    lower = LADDER.next(tried(spoiled, spoiled, spoiled, (64.0, "INVALID")))
    assert isinstance(lower, Ask)
    assert lower.rate == pytest.approx(51.2)
    answer = LADDER.next(tried(spoiled, spoiled, spoiled, (64.0, "PASS")))
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.lower, answer.again) == ("at least", 64.0, True)


def test_where_nothing_passed_what_was_spoiled_is_told() -> None:
    answer = LADDER.next([invalid(Kind.STEAL, 80.0 * 0.8**i) for i in (0, 0, 0, 1, 2, 3, 4, 5)])
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.again) == ("not found", True)
    assert "Told." in answer.note or "p95" in answer.note


def test_a_later_attempt_tries_again_what_was_spoiled_and_knows_what_was_not() -> None:
    spoiled: tuple[float, Verdict] = (100.0, "INVALID")
    before = tried((80.0, "PASS"), spoiled, spoiled, spoiled)
    again = LADDER.next(before, attempt=1)
    assert isinstance(again, Ask)
    assert again.rate == pytest.approx(100.0)
    failed = trial(purpose="confirm", rate_asked=again.rate, verdict="FAIL", attempt=1)
    answer = LADDER.next([*before, failed], attempt=1)
    assert isinstance(answer, Answer)
    assert (answer.outcome, answer.capacity, answer.again) == ("found", 80.0, False)


def test_undecided_bounds_from_above() -> None:
    answer = LADDER.next(tried((80.0, "PASS"), (100.0, "UNDECIDED")))
    assert isinstance(answer, Answer)
    assert (answer.lower, answer.upper) == (80.0, 100.0)


def test_a_service_that_bears_nothing_is_given_up() -> None:
    asked, answer = climb(0.0)
    assert len(asked) == 8
    assert answer.outcome == "not found"


def test_all_higher_rates_are_foreseen() -> None:
    assert LADDER.foreseen(80.0) == pytest.approx((100.0, 125.0))
    assert LADDER.foreseen(64.0) == pytest.approx((80.0, 100.0, 125.0))
    assert LADDER.foreseen(125.0) == ()
