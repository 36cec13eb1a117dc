"""Intervals of capacities that are known to lie in brackets."""

import math

import numpy as np
import pytest
from recorded import repetition

from scalebed.report.findings.brackets import Bracket, efficiency, interval, of, ratio, unpaired
from scalebed.statistics import intervals
from scalebed.statistics.intervals import Interval


def exact(*values: float) -> dict[int, Bracket]:
    return {block: Bracket.exact(value) for block, value in enumerate(values)}


def test_of_exact_values_it_is_the_usual_interval() -> None:
    assert interval(exact(90, 100, 130).values()) == intervals.geometric([90, 100, 130])
    assert interval([]) is None
    assert interval(exact(90, 100).values()) == Interval(pytest.approx(math.sqrt(9000)), None, None, 2)  # type: ignore[arg-type]


def test_blocks_that_end_at_one_step_are_known_no_finer_than_it() -> None:
    found = interval([Bracket(100, 100, 120)] * 3)
    assert found == Interval(pytest.approx(100), pytest.approx(100), pytest.approx(120), 3)  # type: ignore[arg-type]


def test_limits_are_those_of_the_lower_and_of_the_upper_values() -> None:
    brackets = [Bracket(80, 80, 100), Bracket(100, 100, 120), Bracket(80, 80, 100)]
    found, low, high = interval(brackets), intervals.geometric([80, 100, 80]), intervals.geometric([100, 120, 100])
    assert found is not None
    assert low is not None
    assert high is not None
    assert (found.estimate, found.lower, found.upper) == (low.estimate, low.lower, high.upper)


def test_a_block_without_a_limit_leaves_the_interval_open() -> None:
    found = interval([Bracket(100, 100, 120), Bracket(100, 100, 120), Bracket(120, 120, math.inf)])
    assert found is not None
    assert found.lower is not None
    assert found.upper == math.inf
    assert 0 < found.lower < found.estimate


@pytest.mark.parametrize("step", [1.1, 1.25])
def test_an_interval_holds_the_truth_as_often_as_it_says(step: float) -> None:
    """Capacities that vary less than a step do: without the brackets' ends, hardly ever."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(1000):
        truth = math.exp(rng.uniform(4, 5))
        blocks = truth * np.exp(rng.normal(0, 0.02, 3))
        lows = [step ** math.floor(math.log(block, step)) for block in blocks]
        found = interval(Bracket(low, low, low * step) for low in lows)
        assert found is not None
        assert found.lower is not None
        assert found.upper is not None
        held += found.lower <= truth <= found.upper
    assert held / 1000 >= 0.95


def test_a_ratio_lies_within_all_that_both_may_be() -> None:
    found = ratio(dict.fromkeys(range(3), Bracket(100, 100, 120)), dict.fromkeys(range(3), Bracket(10, 10, 12.5)))
    assert found == Interval(pytest.approx(10), pytest.approx(8), pytest.approx(12), 3)  # type: ignore[arg-type]


def test_a_ratio_to_what_is_open_above_is_open_below() -> None:
    several = dict.fromkeys(range(3), Bracket(100, 100, 120))
    still = {**exact(10, 10), 2: Bracket(10, 10, math.inf)}
    over, under = ratio(several, still), ratio(still, several)
    assert over is not None
    assert under is not None
    assert under.lower is not None
    assert over.lower == 0
    assert over.upper == pytest.approx(12)
    assert under.upper == math.inf
    twice = several[0].over(Bracket(1, 0, 1))
    assert (twice.low, twice.high) == (100, math.inf)


def test_only_shared_blocks_are_paired() -> None:
    found = ratio({0: Bracket.exact(4), 2: Bracket.exact(9)}, {0: Bracket.exact(2), 3: Bracket.exact(1)})
    assert found == Interval(pytest.approx(2), None, None, 1)  # type: ignore[arg-type]
    assert ratio(exact(1), {1: Bracket.exact(1)}) is None


def test_efficiency_is_one_where_capacity_is_linear() -> None:
    linear = efficiency(exact(400, 420, 380), 4, exact(100, 105, 95))
    assert linear is not None
    assert linear.estimate == pytest.approx(1)
    half = efficiency(exact(400), 4, exact(400), 2)
    assert half is not None
    assert half.estimate == pytest.approx(0.5)


def test_what_a_repetition_tells() -> None:
    assert of(repetition(capacity=None, outcome="not found"), planned=True) is None
    assert of(repetition(capacity=100, upper=125), planned=True) == Bracket(100, 100, 125)
    assert of(repetition(capacity=100, upper=110), planned=False) == Bracket.exact(100)
    assert of(repetition(capacity=100, upper=None), planned=False) == Bracket(100, 100, math.inf)


def test_two_runs_are_set_over_each_other_without_their_blocks() -> None:
    many, few = exact(120, 130, 125, 121), exact(100, 90, 106)
    assert unpaired(many, few) == intervals.unpaired([120, 130, 125, 121], [100, 90, 106])
    assert unpaired(many, {}) is None


def test_what_lies_in_brackets_widens_the_ratio_of_two_runs_on_both_sides() -> None:
    stepped = {block: Bracket(100, 100, 120) for block in range(3)}
    found = unpaired(stepped, stepped)
    assert found is not None
    assert [found.lower, found.estimate, found.upper] == pytest.approx([100 / 120, 1, 120 / 100])
    open_above = {**stepped, 3: Bracket(100, 100, math.inf)}
    beyond = unpaired(open_above, stepped)
    assert beyond is not None
    assert beyond.upper == math.inf
    below = unpaired(stepped, open_above)
    assert below is not None
    assert below.lower == 0
