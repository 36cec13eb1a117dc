from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as reference

from scalebed.statistics.intervals import (
    Interval,
    arithmetic,
    differs,
    effective_size,
    floor,
    geometric,
    interaction,
    most_share,
    ratio,
    share_bounds,
    unpaired,
)


def test_the_estimate_is_the_geometric_mean() -> None:
    interval = geometric([1.0, 10.0, 100.0])
    assert interval is not None
    assert interval.estimate == pytest.approx(10)
    assert interval.lower is not None
    low, high = reference.t.interval(0.95, 2, loc=np.log(10), scale=np.log(10) / np.sqrt(3))
    assert interval.lower == pytest.approx(np.exp(low))
    assert interval.upper == pytest.approx(np.exp(high))


def test_no_interval_below_three_repetitions() -> None:
    two = geometric([5.0, 6.0])
    assert two is not None
    assert (two.lower, two.upper, two.n, two.relative_half_width) == (None, None, 2, None)
    assert geometric([]) is None


@pytest.mark.parametrize("n", [3, 5, 10])
def test_coverage_is_nominal(n: int) -> None:
    rng = np.random.default_rng(n)
    covered = 0
    for logs in rng.normal(np.log(100), 0.1, (2500, n)):
        interval = geometric(np.exp(logs))
        assert interval is not None
        assert interval.lower is not None
        assert interval.upper is not None
        covered += interval.lower <= 100 <= interval.upper
    assert 0.93 <= covered / 2500 <= 0.97


def test_pairing_removes_what_a_block_has_in_common() -> None:
    rng = np.random.default_rng(5)
    drift = np.exp(rng.normal(0, 0.3, 5))
    slow = {b: 10 * d * np.exp(rng.normal(0, 0.01)) for b, d in enumerate(drift)}
    fast = {b: 500 * d * np.exp(rng.normal(0, 0.01)) for b, d in enumerate(drift)}
    times = ratio(fast, slow)
    assert times is not None
    assert times.relative_half_width is not None
    assert times.estimate == pytest.approx(50, rel=0.03)
    assert times.relative_half_width < 0.05


def test_ratio_coverage_is_nominal_under_drift() -> None:
    rng = np.random.default_rng(6)
    covered = 0
    for _ in range(1500):
        drift = rng.normal(0, 0.3, 5)
        one, two = (dict(enumerate(np.exp(drift + rng.normal(np.log(m), 0.05, 5)))) for m in (10, 30))
        interval = ratio(two, one)
        assert interval is not None
        covered += (interval.lower or 0) <= 3 <= (interval.upper or 0)
    assert 0.93 <= covered / 1500 <= 0.97


def drifting(
    rng: np.random.Generator, middle: float, drift: np.ndarray[tuple[int], np.dtype[np.float64]]
) -> dict[int, float]:
    """Five blocks of a cell: what the block has in common, and 2% of its own."""
    return dict(enumerate(np.exp(drift + rng.normal(np.log(middle), 0.02, 5))))


@pytest.mark.parametrize("times", [1.0, 1.3])
def test_interaction_coverage_is_nominal_under_drift(times: float) -> None:
    rng = np.random.default_rng(int(times * 10))
    covered = claimed = 0
    for _ in range(1500):
        drift = rng.normal(0, 0.3, 5)
        base, one, other, both = (drifting(rng, m, drift) for m in (10, 8, 5, 10 * 0.8 * 0.5 * times))
        interval = interaction(base, one, other, both)
        assert interval is not None
        covered += (interval.lower or 0) <= times <= (interval.upper or 0)
        claimed += differs(interval) is True
    assert 0.93 <= covered / 1500 <= 0.97
    assert claimed / 1500 < 0.07 if times == 1 else claimed / 1500 > 0.99


def test_an_interaction_takes_blocks_that_all_four_have() -> None:
    interval = interaction({0: 4.0, 1: 4.0}, {0: 2.0, 1: 2.0}, {0: 2.0, 2: 2.0}, {0: 1.0, 1: 1.0, 2: 1.0})
    assert interval is not None
    assert interval.estimate == pytest.approx(1)
    assert interval.n == 1
    assert interaction({0: 1.0}, {1: 1.0}, {0: 1.0}, {0: 1.0}) is None


def test_the_floor_is_the_wider_side_of_what_measuring_twice_differs_by() -> None:
    assert floor(Interval(1.01, 0.95, 1.04, 5)) == pytest.approx(1 / 0.95)
    assert floor(Interval(1.01, 0.99, 1.04, 5)) == pytest.approx(1.04)
    assert floor(Interval(0.98, None, None, 2)) == pytest.approx(1 / 0.98)
    assert floor(None) == 1


def test_a_difference_is_claimed_outside_the_interval_and_beyond_the_floor() -> None:
    assert differs(Interval(1.05, 1.02, 1.08, 5)) is True
    assert differs(Interval(1.05, 1.02, 1.08, 5), 1.06) is False
    assert differs(Interval(0.9, 0.85, 0.95, 5), 1.06) is True
    assert differs(Interval(1.05, 0.99, 1.12, 5)) is False
    assert differs(Interval(1.05, None, None, 2)) is None
    assert differs(None) is None


def test_the_floor_makes_a_false_claim_rarer_than_the_interval_alone() -> None:
    rng = np.random.default_rng(11)
    alone = floored = 0
    for _ in range(1500):
        drift = rng.normal(0, 0.3, 5)
        base, same, again = (drifting(rng, 10, drift) for _ in range(3))
        alone += differs(ratio(same, base)) is True
        floored += differs(ratio(same, base), floor(ratio(again, base))) is True
    assert 0.03 <= alone / 1500 <= 0.07
    assert floored / 1500 < 0.02


def test_only_shared_blocks_are_compared() -> None:
    interval = ratio({0: 4.0, 1: 8.0, 2: 100.0}, {0: 2.0, 1: 4.0, 3: 1.0})
    assert interval is not None
    assert interval.estimate == pytest.approx(2)
    assert interval.n == 2
    assert ratio({0: 1.0}, {1: 1.0}) is None


def test_independent_requests_keep_their_number() -> None:
    rng = np.random.default_rng(7)
    sizes = [effective_size(rng.binomial(50, 0.1, 60).tolist(), [50] * 60)[0] / 3000 for _ in range(200)]
    assert np.mean(sizes) > 0.8


def test_requests_that_are_slow_together_tell_less() -> None:
    slow = ([0] * 9 + [50]) * 6
    size, batches = effective_size(slow, [50] * 60)
    assert size < 300
    assert batches == 10


@pytest.mark.parametrize("share", [0.02, 0.05, 0.2])
def test_share_bounds_hold_as_often_as_they_say(share: float) -> None:
    rng = np.random.default_rng(int(share * 1000))
    lower_held = upper_held = 0
    for _ in range(400):
        # Each second has its own share, so that requests within it are slow together.
        own = rng.beta(share * 20, (1 - share) * 20, 40)
        slow = rng.binomial(25, own)
        lower, upper = share_bounds(slow.tolist(), [25] * 40, 0.95)
        lower_held += lower <= share
        upper_held += share <= upper
    assert lower_held / 400 >= 0.93
    assert upper_held / 400 >= 0.93


def test_exact_bounds_without_a_slow_request() -> None:
    assert share_bounds([0], [60], 0.95)[1] == pytest.approx(1 - 0.05 ** (1 / 60))
    assert share_bounds([0] * 10, [30] * 10, 0.95)[1] < 0.01
    assert share_bounds([], [], 0.95) == (0.0, 1.0)
    assert share_bounds([5], [5], 0.95)[1] == 1


def test_two_samples_are_welchs_t_on_logarithms() -> None:
    one, other = [11.0, 12.0, 12.5, 11.8], [10.0, 9.0, 10.6]
    found = unpaired(one, other)
    welch = reference.ttest_ind(np.log(one), np.log(other), equal_var=False).confidence_interval(0.95)
    assert found is not None
    assert [found.lower, found.upper] == pytest.approx([np.exp(welch.low), np.exp(welch.high)])
    assert found.estimate == pytest.approx(reference.gmean(one) / reference.gmean(other))
    assert found.n == 3


def test_two_samples_without_spread_or_with_few_values() -> None:
    alike = unpaired([2.0] * 3, [1.0] * 3)
    assert alike is not None
    assert [alike.lower, alike.estimate, alike.upper] == pytest.approx([2, 2, 2])
    few = unpaired([2.0, 2.0], [1.0] * 5)
    assert few is not None
    assert (few.lower, few.upper, few.n) == (None, None, 2)
    assert few.estimate == pytest.approx(2)
    assert unpaired([], [1.0]) is None


def test_an_interval_of_two_samples_covers_as_often_as_it_says() -> None:
    """Also where one side spreads three times as wide as the other, and has fewer values."""
    rng = np.random.default_rng(20)
    held = 0
    for _ in range(2000):
        found = unpaired(rng.lognormal(0.1, 0.09, 4), rng.lognormal(0.0, 0.03, 7))
        assert found is not None
        assert found.lower is not None
        assert found.upper is not None
        held += found.lower <= np.exp(0.1) <= found.upper
    assert 0.935 < held / 2000 < 0.965


def test_an_arithmetic_mean_has_student_t_limits() -> None:
    values = [12.0, 9.5, 14.0, 11.0]
    found = arithmetic(values)
    assert found is not None
    t = reference.t.interval(0.95, 3, loc=np.mean(values), scale=reference.sem(values))
    assert found.estimate == pytest.approx(11.625)
    assert found.n == 4
    assert [found.lower, found.upper] == pytest.approx(list(t))
    wider = arithmetic(values, 0.99)
    assert wider is not None
    assert [wider.lower, wider.upper] == pytest.approx(
        list(reference.t.interval(0.99, 3, loc=np.mean(values), scale=reference.sem(values)))
    )


def test_no_limit_of_a_count_is_below_none() -> None:
    found = arithmetic([0.0, 0.0, 3.0])
    assert found is not None
    low, high = reference.t.interval(0.95, 2, loc=1, scale=reference.sem([0, 0, 3]))
    assert low < 0
    assert (found.estimate, found.lower) == (1.0, 0.0)
    assert found.upper == pytest.approx(high)
    assert arithmetic([0.0] * 3) == Interval(0.0, 0.0, 0.0, 3)


def test_few_counts_have_a_mean_and_no_limits() -> None:
    assert arithmetic([]) is None
    assert arithmetic([4]) == Interval(4.0, None, None, 1)
    assert arithmetic([4, 0]) == Interval(2.0, None, None, 2)


def test_an_arithmetic_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(21)
    held = 0
    for _ in range(2000):
        found = arithmetic(rng.normal(50, 4, 5))
        assert found is not None
        assert found.lower is not None
        assert found.upper is not None
        held += found.lower <= 50 <= found.upper
    assert 0.935 < held / 2000 < 0.965


@pytest.mark.parametrize(("happened", "of"), [(0, 60), (1, 60), (7, 60), (59, 60), (0, 1), (3, 100_000)])
def test_the_most_a_share_can_be_is_clopper_and_pearsons_upper_bound(happened: int, of: int) -> None:
    exact = reference.binomtest(happened, of, alternative="less").proportion_ci(0.95, method="exact")
    assert most_share(happened, of) == pytest.approx(exact.high)
    tighter = reference.binomtest(happened, of, alternative="less").proportion_ci(0.8, method="exact")
    assert most_share(happened, of, 0.8) == pytest.approx(tighter.high)


def test_what_never_happened_of_many_is_at_most_three_of_them() -> None:
    for of in (100, 10_000, 1_000_000):
        assert most_share(0, of) == pytest.approx(3 / of, rel=0.02)
        assert most_share(0, of) == pytest.approx(1 - 0.05 ** (1 / of))


def test_of_none_or_where_all_did_a_share_may_be_all() -> None:
    assert most_share(0, 0) == most_share(5, 5) == 1.0
