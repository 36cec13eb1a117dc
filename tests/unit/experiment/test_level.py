"""Levels of a load over time."""

from __future__ import annotations

import pytest

from scalebed.experiment.level import Level, rate_at, steps_of, told

RISE = Level(rate=10, to=40, duration=3)
STAY = Level(rate=40, duration=20)


def test_a_level_that_stays_is_one_step() -> None:
    assert list(STAY.steps) == [(40, 20)]
    assert (STAY.mean, STAY.most) == (40, 40)


def test_a_rate_that_rises_is_steps_of_a_second_with_the_same_mean() -> None:
    assert list(RISE.steps) == [(15, 1), (25, 1), (35, 1)]
    assert (RISE.mean, RISE.most) == (25, 40)
    short = Level(rate=10, to=40, duration=2.5).steps
    assert [seconds for _, seconds in short] == [pytest.approx(2.5 / 3)] * 3
    assert sum(rate * seconds for rate, seconds in short) == pytest.approx(25 * 2.5)
    assert list(Level(rate=40, to=10, duration=0.5).steps) == [(25, 0.5)]


def test_levels_follow_each_other() -> None:
    assert steps_of((RISE, STAY)) == (*RISE.steps, *STAY.steps)
    assert [rate_at((RISE, STAY), second) for second in (0, 1.5, 3, 22.9, 23)] == [10, 25, 40, 40, 0]


def test_they_are_told_in_words() -> None:
    assert told((STAY,)) == "40 requests a second"
    assert told((RISE, STAY)) == "10 to 40 and 40 requests a second"
    assert told((RISE, *[STAY] * 6)) == "7 levels between 10 and 40 requests a second"
