"""What came of a course."""

from __future__ import annotations

import numpy as np
import pytest
from foretold import service, setting, step, world

from scalebed.forecast.load import Load
from scalebed.forecast.outcome import judged, waits_s
from scalebed.forecast.simulation import Course, simulate
from scalebed.measurement.elasticity import elasticity


def _course(receiving: list[int], waiting: list[float], failed: list[float], load: Load) -> Course:
    counts = np.array(receiving, dtype=np.int32)
    queue = np.array(waiting)
    served = load.rates - np.array(failed) - np.diff(np.concatenate([[0.0], queue]))
    return Course(counts, counts, counts, served, np.array(failed), queue)


def test_a_second_is_out_by_its_load_its_wait_or_its_failures() -> None:
    load = Load("four", np.array([50.0, 150.0, 50.0, 50.0]))
    course = _course([1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 2], load)
    assert judged(service(), load, world(), course).out.tolist() == [False, True, False, True]


def test_a_queue_makes_what_comes_after_it_late() -> None:
    """100 a second are answered: what came in the second in which 400 did waits for up to 3 s."""
    load = Load("burst", np.array([400.0, 0, 0, 0, 0]))
    course = _course([1] * 5, [300.0, 200.0, 100.0, 0.0, 0.0], [0] * 5, load)
    assert waits_s(course, load).tolist() == pytest.approx([0.75, 1.5, 2.25, 0, 0])
    assert judged(service(limit_ms=1000), load, world(), course).out.tolist() == [True, True, True, False, False]


def test_without_a_queue_nobody_waits() -> None:
    load = Load("even", np.full(5, 50.0))
    assert not waits_s(_course([1] * 5, [0] * 5, [0] * 5, load), load).any()


def test_shares_of_failures_and_prices_are_those_of_the_course() -> None:
    load = Load("four", np.array([50.0, 50.0]))
    outcome = judged(service(), load, world(), _course([2, 3], [0, 0], [25, 0], load))
    assert (outcome.replica_seconds, outcome.most) == (5, 3)
    assert outcome.failed_share == pytest.approx(0.25)


def test_elasticity_is_that_of_a_measured_trial() -> None:
    load = step()
    outcome = judged(service(), load, world(), simulate(service(), setting(), load, world()))
    wanted = list(enumerate(outcome.wanted.astype(float).tolist()))
    supplied = list(enumerate(outcome.course.receiving.astype(float).tolist()))
    expected = elasticity(wanted, supplied, 0.0, float(load.seconds))
    for name in ("theta_under", "theta_over", "tau_under", "tau_over"):
        assert getattr(outcome.elasticity, name) == pytest.approx(getattr(expected, name))
    assert outcome.elasticity.instability == pytest.approx(expected.instability, abs=0.005)


def test_what_waited_before_it_begins_is_waited_for() -> None:
    """200 requests are there already: at 100 a second what is answered first has waited since then."""
    load = Load("even", np.full(4, 50.0))
    counts = np.ones(4, dtype=np.int32)
    queue = np.array([150.0, 100.0, 50.0, 0.0])
    course = Course(counts, counts, counts, np.full(4, 100.0), np.zeros(4), queue, before=200.0)
    assert waits_s(course, load).tolist() == pytest.approx([1.0, 2.0, 1.0, 0.0])


def test_a_load_that_no_number_carries_is_told_apart() -> None:
    load = Load("huge", np.array([50.0, 5000.0]))
    outcome = judged(service(), load, world(), _course([1, 1], [0, 0], [0, 4900], load))
    assert outcome.beyond.tolist() == [False, True]
    assert outcome.wanted.tolist() == [1, 10]
