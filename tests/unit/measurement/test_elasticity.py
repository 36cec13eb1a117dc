"""Elasticity on timelines that are made up, so that every number can be reckoned by hand."""

from dataclasses import dataclass

import pytest

from scalebed.measurement.elasticity import (
    Elasticity,
    curve,
    demand,
    elasticity,
    milestones,
    pod_seconds,
    seconds_out,
    slo_met,
    steps,
)


@dataclass
class Look:
    at_s: float
    desired: int = 1
    scheduled: int = 1
    started: int = 1
    ready: int = 1
    receiving: int = 1
    metric: float | None = None


def test_a_supply_that_is_the_demand_is_perfect() -> None:
    wanted = [(0.0, 1.0), (30.0, 4.0), (60.0, 1.0)]
    assert elasticity(wanted, wanted, 0, 90) == Elasticity(0, 0, 0, 0, 0)


def test_too_few_and_too_many_are_weighed_by_time_and_demand() -> None:
    wanted = [(0.0, 1.0), (10.0, 4.0), (60.0, 1.0)]
    supplied = [(0.0, 1.0), (30.0, 2.0), (50.0, 4.0), (80.0, 1.0)]
    found = elasticity(wanted, supplied, 0, 100)
    # 20 s with 1 of 4, 20 s with 2 of 4; then 20 s with 4 where 1 would do.
    assert found.theta_under == pytest.approx((20 * 3 / 4 + 20 * 2 / 4) / 100)
    assert found.theta_over == pytest.approx(20 * 3 / 100)
    assert found.tau_under == pytest.approx(0.4)
    assert found.tau_over == pytest.approx(0.2)
    # Demand moves within 2 of the 100 seconds and supply within 3 others.
    assert found.instability == pytest.approx(5 / 100)


def test_only_the_time_that_is_looked_at_counts() -> None:
    wanted, supplied = [(0.0, 2.0)], [(0.0, 1.0), (50.0, 2.0)]
    assert elasticity(wanted, supplied, 0, 100).tau_under == pytest.approx(0.5)
    assert elasticity(wanted, supplied, 50, 100).tau_under == 0
    assert elasticity(wanted, supplied, 25, 75).theta_under == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("wanted", "supplied", "end", "sentence"),
    [
        ([(0.0, 0.0)], [(0.0, 1.0)], 10.0, "at least one replica"),
        ([], [(0.0, 1.0)], 10.0, "empty"),
        ([(0.0, 1.0)], [(0.0, 1.0)], 0.0, "must have a length"),
    ],
)
def test_what_cannot_be_reckoned_is_told(
    wanted: list[tuple[float, float]], supplied: list[tuple[float, float]], end: float, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        elasticity(wanted, supplied, 0, end)


def test_demand_is_the_fewest_replicas_that_bear_the_rate() -> None:
    rate = [(0.0, 5.0), (10.0, 40.0), (20.0, 41.0)]
    assert demand(rate, 20.0) == [(0.0, 1.0), (10.0, 2.0), (20.0, 3.0)]
    assert demand(rate, 20.0, least=2)[0] == (0.0, 2.0)


def test_pod_seconds_are_the_area_under_the_supply() -> None:
    assert pod_seconds([(0.0, 1.0), (10.0, 3.0), (20.0, 2.0)], 0, 30) == 10 * 1 + 10 * 3 + 10 * 2
    assert pod_seconds([(-5.0, 2.0)], 0, 10) == 20


def test_seconds_without_an_answer_are_out_of_the_slo() -> None:
    assert seconds_out([True, False, None, True]) == 2


def test_a_second_meets_the_slo_by_its_own_answers() -> None:
    responses = {0: (100, 5, 0), 1: (100, 6, 0), 2: (100, 0, 2), 4: (10, 0, 0)}
    assert slo_met(responses, 5, percentile=95, error_rate=0.01) == [True, False, False, None, True]


def test_steps_are_where_the_load_rises() -> None:
    assert steps([(0.0, 10.0), (60.0, 100.0), (180.0, 10.0), (240.0, 20.0)]) == [60.0, 240.0]


LOOKS = [
    Look(0, metric=0.5),
    Look(59, metric=0.6),
    Look(66, metric=1.05),
    Look(72, metric=3.0),
    Look(81, desired=3, metric=3.0),
    Look(82, desired=3, scheduled=3),
    Look(84, desired=3, scheduled=3, started=2),
    Look(89, desired=3, scheduled=3, started=3, ready=2),
    Look(90, desired=3, scheduled=3, started=3, ready=3, receiving=2),
    Look(91, desired=3, scheduled=3, started=3, ready=3, receiving=3),
]


def test_the_way_from_a_step_to_its_answer_is_split() -> None:
    met = [True] * 61 + [False] * 35 + [True] * 60
    found = milestones(60.0, LOOKS, met, until=150.0, tolerance=0.1)
    assert found.splits() == {
        "metric_moved": 12, "desired": 9, "scheduled": 1, "started": 2, "ready": 5, "receiving": 1,
    }  # fmt: skip
    assert found.slo_met == 96 - 60


def test_a_metric_within_the_tolerance_has_not_moved() -> None:
    found = milestones(60.0, LOOKS[:3], [True] * 200, until=150.0, tolerance=0.1)
    assert found.metric_moved is None
    assert found.desired is None
    assert found.splits() == {}


@pytest.mark.parametrize(("tolerance", "moved"), [(0.0, 6), (0.04, 6), (0.05, 12), (2.0, None)])
def test_a_metric_moves_by_the_tolerance_in_force(tolerance: float, moved: int | None) -> None:
    assert milestones(60.0, LOOKS, [True] * 150, until=150.0, tolerance=tolerance).metric_moved == moved


def test_a_step_that_breaks_nothing_is_met_at_once() -> None:
    assert milestones(60.0, LOOKS, [True] * 150, until=150.0, tolerance=0.1).slo_met == 0.0


def test_an_slo_that_stays_broken_is_never_met_again() -> None:
    assert milestones(60.0, LOOKS, [True] * 60 + [False] * 90, until=150.0, tolerance=0.1).slo_met is None


def test_one_good_second_is_no_recovery() -> None:
    met = [True] * 60 + [False] * 5 + [True] + [False] * 5 + [True] * 79
    assert milestones(60.0, LOOKS, met, until=150.0, tolerance=0.1).slo_met == 11


def test_nothing_that_was_looked_at_says_nothing() -> None:
    assert milestones(60.0, [], [], until=150.0, tolerance=0.1).splits() == {}
    assert curve(LOOKS)[-1] == (91, 3.0)
