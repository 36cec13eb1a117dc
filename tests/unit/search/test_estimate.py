from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalebed.measurement.causes import Verdict
from scalebed.measurement.shares import Share
from scalebed.search.estimate import capacity
from scalebed.search.observation import Observed


def share(bad: int, of: int = 1000, *, effect: float = 1.0, allowed: float = 0.05) -> Share:
    return Share(allowed, bad, of, of / effect, bad > allowed * of)


def seen(rate: float, verdict: Verdict, *shares: Share, full: bool = True) -> Observed:
    return Observed("confirm", rate, verdict, full, 20.0, 40.0, 0.001, ("A reason.",), shares=shares)


def test_it_lies_nearer_to_the_trial_that_was_nearer_to_what_is_allowed() -> None:
    nearer_below = capacity([seen(10, "PASS", share(45)), seen(11, "FAIL", share(300))], 10, 11)
    nearer_above = capacity([seen(10, "PASS", share(2)), seen(11, "FAIL", share(60))], 10, 11)
    assert 9.9 < nearer_below < 10.4 < nearer_above < 11.1


def test_a_trial_that_failed_by_chance_is_outvoted() -> None:
    """At 10 and 10.5 hardly any were slow, in many requests; at 10.2 some more than allowed, of few."""
    trials = [
        seen(10, "PASS", share(5, 2000)),
        seen(10.2, "FAIL", share(10, 150)),
        seen(10.5, "PASS", share(10, 2000)),
        seen(11.5, "FAIL", share(900, 2000)),
    ]
    assert 10.5 < capacity(trials, 10, 10.2) < 11.5


def test_trials_share_one_design_effect() -> None:
    """One with little that is slow, by chance, looks as if its requests were independent; it weighs no more."""
    few, many = share(10, effect=1.5), share(200, effect=30)
    apart = [seen(10, "PASS", few), seen(11, "FAIL", many)]
    alike = [seen(10, "PASS", replace(few, size=many.size)), seen(11, "FAIL", many)]
    assert capacity(apart, 10, 11) == pytest.approx(capacity(alike, 10, 11), rel=0.005)


def test_the_line_of_the_slo_that_is_met_up_to_the_lowest_rate_decides() -> None:
    """Errors, of which 1% may be, before latency."""
    trials = [
        seen(10, "PASS", share(1), share(8, allowed=0.01)),
        seen(11, "FAIL", share(2), share(60, allowed=0.01)),
    ]
    assert 9.8 < capacity(trials, 10, 11) < 10.6


def test_a_queue_at_the_upper_rate_bounds_it() -> None:
    """By then nothing had been slow."""
    over = seen(11, "FAIL", share(0, 200), full=False)
    assert 10 <= capacity([seen(10, "PASS", share(0)), over], 10, 11) <= 11


@pytest.mark.parametrize("of", [60, 225, 1000])
def test_where_a_replica_ended_it_is_what_was_carried(of: int) -> None:
    over = replace(seen(11, "FAIL", share(of, of), full=False), ended=True)
    assert capacity([seen(10, "PASS", share(0, of)), over], 10, 11) == 10


@pytest.mark.parametrize("of", [18, 30, 60])
def test_a_line_that_was_never_broken_by_anything_does_not_bound_it(of: int) -> None:
    def tried(*lines: float) -> float:
        none = [[share(0, n, allowed=allowed) for allowed in lines] for n in (of, of // 2)]
        return capacity([seen(10, "PASS", *none[0]), seen(11, "FAIL", *none[1], full=False)], 10, 11)

    assert tried(0.05, 0.01) == tried(0.05) > 10


def test_of_records_without_shares_it_is_what_passed() -> None:
    assert capacity([seen(10, "PASS"), seen(11, "FAIL", share(300))], 10, 11) == 10


def test_what_is_spoiled_or_passed_in_a_short_trial_says_nothing() -> None:
    told = [seen(10, "PASS", share(30)), seen(11, "FAIL", share(200))]
    more = [seen(10.5, "INVALID", share(900)), seen(10.5, "PASS", share(0), full=False)]
    assert capacity([*told, *more], 10, 11) == capacity(told, 10, 11)


SHARES = st.builds(
    lambda bad, more, effect: share(bad, bad + more, effect=effect), *[st.integers(0, 5000)] * 2, st.floats(1, 50)
)


@given(st.lists(st.tuples(st.floats(9, 14), st.sampled_from(["PASS", "FAIL", "UNDECIDED"]), SHARES, st.booleans())))
def test_it_never_lies_far_from_what_passed_and_what_did_not(
    trials: list[tuple[float, Verdict, Share, bool]],
) -> None:
    loads = [seen(rate, verdict, each, full=full) for rate, verdict, each, full in trials]
    loads += [seen(10, "PASS", share(0)), seen(12, "FAIL", share(900))]
    assert 10 / 1.61 <= capacity(loads, 10, 12) <= 12 * 1.61
